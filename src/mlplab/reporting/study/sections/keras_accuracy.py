"""Why is the article's Keras model less accurate than its NumPy network?"""

from __future__ import annotations

import math
from collections.abc import Mapping
from typing import Any

import pandas as pd

from mlplab.reporting.study.chance import Chance
from mlplab.reporting.study.charts.intervals import draw_rows
from mlplab.reporting.study.charts.parts import Axis, Record, range_words
from mlplab.reporting.study.content import Content, Figure, MissingPartError, Switch
from mlplab.reporting.study.run import Run
from mlplab.reporting.study.words import INTERVAL, percent_interval, plain, signed
from mlplab.reporting.tables.bridge import find_cause
from mlplab.reporting.words import count, percent

ID = "keras-accuracy"
QUESTION = "Why is article A's Keras model less accurate than its NumPy network?"
SHORT = "Keras model's accuracy"
TABLES = ("bridge", "keras_log", "keras_log_summary", "keras_log_passes")

# A change of accuracy that no chance of start weights explains.
_LARGE = 0.1
# Points of accuracy that the page would print as 0.0.
_EQUAL_POINTS = 0.05
# Names that readers know better than those of the table.
_NAMES = {"fall": "learning-rate decay", "start": "initial weights"}
_WAYS = {
    "forwards": Switch(
        "forwards: from NumPy's network to the Keras model", "#0072B2", "", "circle"
    ),
    "backwards": Switch("backwards: back to NumPy's network", "#E69F00", "", "square"),
}


def tell(run: Run) -> Content:
    """The answer from ``bridge.csv``; see :class:`Content`."""
    bridge = run.tables.read(
        "bridge", "direction", "step", "difference", "words", "numpy", "keras", "epochs", "seeds",
        "test_accuracy", "change", "change_ci_low", "change_ci_high",
    )  # fmt: skip
    forwards = bridge[bridge["direction"] == "forwards"].sort_values("step")
    if len(forwards) < 2:
        raise MissingPartError("tables/bridge.csv has no step from NumPy's network to Keras' model")
    confusion = run.tables.find("confusion", "label", "images", "seeds", "experiment",
                                "input_space", "l2_factor")  # fmt: skip
    chance = Chance.of(pd.DataFrame() if confusion is None else confusion)
    first, last = forwards.iloc[0], forwards.iloc[-1]
    # Where the better end learned nothing, no difference shows.
    learned = not chance.covers(first["test_accuracy"])
    cause = find_cause(bridge) if learned else None
    records = _records(bridge)
    found = [_WAYS[way] for way in _WAYS if way in set(bridge["direction"])]
    return Content(
        answer=_answer(first, last, cause, learned=learned),
        meaning=[
            f"NumPy's network, built in Keras, reaches {percent(first['test_accuracy'])} test "
            f"accuracy after {first['epochs']} epochs, so Keras itself is not to blame; the "
            f"article's Keras model reaches {percent(last['test_accuracy'])} "
            f"(means of {count(int(forwards['seeds'].min()), 'seed')}).",
            *([] if cause is None else [_explain(cause) + _costlier_one_way(bridge, cause)]),
            *_cancelling(bridge),
        ],
        certainty=(
            f"Every step was trained with {count(int(forwards['seeds'].min()), 'seed')}; changes "
            "are differences seed by seed, with Student's t intervals. A cause must lower the "
            "accuracy in both directions, with the whole interval; of those, the one with the "
            "largest drop in its weaker direction is named."
        ),
        figures=[
            Figure(
                "chart-bridge",
                _title(cause),
                "Change of test accuracy by each difference between the two networks. Forwards, "
                "NumPy's network adopts the Keras model's choices one by one; backwards, the Keras "
                "model gives them up in the same order. Both show what the Keras model's choice "
                "does (backwards, the sign is turned round): left of the dashed line it is worse. "
                "Bars are 95 % intervals over seeds.",
                draw_rows(records, found, Axis("change of test accuracy (points)"), mark=0.0),
                found,
            )
        ] if records else [],
    )  # fmt: skip


def _answer(first: pd.Series, last: pd.Series, cause: pd.DataFrame | None, *, learned: bool) -> str:
    gap = 100 * (first["test_accuracy"] - last["test_accuracy"])
    if not learned:
        return "NumPy's network learned nothing in this run, so no difference shows."
    if abs(gap) < _EQUAL_POINTS:
        return "It is not: both reach the same test accuracy in this run."
    if gap < 0:
        return f"It is not: the Keras model is {plain(-gap, 2)} points better in this run."
    if cause is None:
        return f"No single difference clearly explains the gap of {plain(gap, 2)} points."
    row, back = cause.loc["forwards"], cause.loc["backwards"]
    ends = percent_interval(-row["change_ci_high"], -row["change_ci_low"])
    return (
        f"Because of {row['words']}: it costs {-100 * row['change']:.1f} points of accuracy "
        f"forwards{ends}, {-100 * back['change']:.1f} backwards."
    )


def _explain(cause: pd.DataFrame) -> str:
    forwards, backwards = cause.loc["forwards"], cause.loc["backwards"]
    is_l2 = "L2" in forwards["words"]
    penalty = "L2 is a penalty on large weights. " if is_l2 else ""
    keras, numpy = (_penalty(str(forwards[name])) for name in ("keras", "numpy"))
    stronger = (
        " A batch's mean loss is much smaller than its sum, so the Keras model's "
        "penalty is far stronger."
        if is_l2 and (keras, numpy) != (forwards["keras"], forwards["numpy"])
        else ""
    )
    return (
        f"{penalty}The Keras model has “{keras}”, NumPy's network “{numpy}”.{stronger} The "
        "answer's two figures are the cost of adding it to NumPy's network (forwards) and the gain "
        "of taking it from the Keras model (backwards), "
        f"{-100 * backwards['change']:.1f} points"
        f"{percent_interval(-backwards['change_ci_high'], -backwards['change_ci_low'])}."
    )


def _costlier_one_way(bridge: pd.DataFrame, cause: pd.DataFrame) -> str:
    """Differences that cost more than the cause in one direction, but nothing in the other."""
    named = cause["words"].iloc[0]
    texts = []
    for way, other in (("forwards", "backwards"), ("backwards", "forwards")):
        rows = bridge[(bridge["direction"] == way) & bridge["change"].notna()]
        worse = rows[(rows["change"] < cause.loc[way, "change"]) & (rows["words"] != named)]
        for row in worse.to_dict("records"):
            there = bridge[(bridge["direction"] == other) & (bridge["words"] == row["words"])]
            change = there["change"].iloc[0] if len(there) else math.nan
            if (abs(row["change"]) > _LARGE and change > _LARGE) or not change > 0:
                continue
            texts.append(
                f" Another difference, {row['words']}, costs {-100 * row['change']:.1f} points "
                f"{way}, but gains {100 * change:.1f} {other}, so it is not the cause."
            )
    return "".join(texts)


def _penalty(way: str) -> str:
    """How L2 enters, in words that say what it is added to."""
    for kind, words in (("mean", "mean loss"), ("sum", "summed loss")):
        way = way.replace(f", beside the {kind}", f", added to the {words}")
    return way


def _cancelling(bridge: pd.DataFrame) -> list[str]:
    """Two steps in a row, on the way back, that undo each other: both need the other one."""
    back = bridge[bridge["direction"] == "backwards"].sort_values("step")
    for (_, one), (_, other) in zip(back.iterrows(), back.iloc[1:].iterrows(), strict=False):
        changes = one["change"], other["change"]
        if any(map(pd.isna, changes)) or changes[0] * changes[1] >= 0:
            continue
        least = min(map(abs, changes))
        if least > _LARGE and abs(sum(changes)) < least / 10:
            points = (signed(100 * change, 1) for change in changes)
            return [
                f"{_capital(one['words'])} ({_way(one)}{next(points)} points) and "
                f"{other['words']} ({_way(other)}{next(points)} points) cancel each other "
                "backwards: they only work together. A network with one of the two alone reaches "
                f"{percent(one['test_accuracy'])}."
            ]
    return []


def _way(step: pd.Series) -> str:
    """What the Keras model has, unless the name of the difference says it."""
    way = str(step["keras"])
    return "" if way in str(step["words"]) else f"{way}, "


def _capital(words: str) -> str:
    return words[:1].upper() + words[1:]


def _name(row: Mapping[str, Any]) -> str:
    return _NAMES.get(str(row["difference"]), str(row["words"]))


def _title(cause: pd.DataFrame | None) -> str:
    if cause is None:
        return "No single difference clearly makes the Keras model worse in both directions"
    return f"Costs accuracy in both directions: {cause['words'].iloc[0]}"


def _records(bridge: pd.DataFrame) -> list[Record]:
    steps = bridge[bridge["difference"].notna() & bridge["direction"].isin(list(_WAYS))]
    return [
        {
            "label": _name(row),
            "series": _WAYS[row["direction"]].name,
            "difference": _name(row),
            "NumPy": row["numpy"],
            "Keras": row["keras"],
            "change, points": signed(100 * row["change"]),
            INTERVAL: range_words(row["change_ci_low"], row["change_ci_high"], scale=100),
            "seeds": str(row["seeds"]),
            "x": 100 * row["change"],
            "low": None if pd.isna(row["change_ci_low"]) else 100 * row["change_ci_low"],
            "high": None if pd.isna(row["change_ci_high"]) else 100 * row["change_ci_high"],
        }
        for row in steps.to_dict("records")
    ]
