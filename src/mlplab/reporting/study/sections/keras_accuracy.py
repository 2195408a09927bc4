"""Why was Keras less accurate than NumPy?"""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

import pandas as pd

from mlplab.reporting.study.chance import Chance
from mlplab.reporting.study.charts.intervals import draw_rows
from mlplab.reporting.study.charts.parts import Axis, Record, range_words
from mlplab.reporting.study.content import Content, Figure, MissingPartError, Switch
from mlplab.reporting.study.run import Run
from mlplab.reporting.study.words import percent_interval, plain
from mlplab.reporting.tables.bridge import find_cause
from mlplab.reporting.words import count, percent

ID = "keras-accuracy"
QUESTION = "Why was Keras less accurate than NumPy?"
SHORT = "Keras' accuracy"
TABLES = ("bridge", "keras_log", "keras_log_summary", "keras_log_passes")

# A change of accuracy that no chance of start weights explains.
_LARGE = 0.1
# Names that readers know better than those of the table.
_NAMES = {"fall": "learning-rate decay", "start": "initial weights"}
_WAYS = {
    "forwards": Switch("from NumPy's network to Keras' model", "#0072B2", "", "circle"),
    "backwards": Switch("back to NumPy's network", "#E69F00", "", "square"),
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
            f"accuracy after {first['epochs']} epochs; the articles' model in Keras reaches "
            f"{percent(last['test_accuracy'])}.",
            *([] if cause is None else [_explain(cause)]),
            *_cancelling(bridge),
        ],
        certainty=(
            f"Every step was trained with {count(int(forwards['seeds'].min()), 'seed')}; changes "
            "are differences seed by seed, with Student's t intervals. A cause must lower the "
            "accuracy in both directions; the one whose smaller loss of the two is largest is "
            "named."
        ),
        figures=[
            Figure(
                "chart-bridge",
                _title(cause),
                "Change of test accuracy by each difference between the two networks. Forwards, "
                "NumPy's network adopts Keras' choices one by one; backwards, Keras' model gives "
                "them up in the same order. Left of the dashed line (no change), Keras' choice is "
                "worse. Bars are 95 % intervals over seeds.",
                draw_rows(records, found, Axis("change of test accuracy (points)"), mark=0.0),
                found,
            )
        ] if records else [],
    )  # fmt: skip


def _answer(first: pd.Series, last: pd.Series, cause: pd.DataFrame | None, *, learned: bool) -> str:
    gap = 100 * (first["test_accuracy"] - last["test_accuracy"])
    if not learned:
        return "NumPy's network learned nothing in this run, so no difference shows."
    if gap <= 0:
        return f"It was not: Keras' model is {plain(-gap, 2)} points better in this run."
    if cause is None:
        return f"No single difference explains the gap of {plain(gap, 2)} points."
    row = cause.loc["forwards"]
    ends = percent_interval(-row["change_ci_high"], -row["change_ci_low"])
    return (
        f"Because of {row['words']}: Keras' way costs {-100 * row['change']:.1f} points of "
        f"test accuracy{ends}."
    )


def _explain(cause: pd.DataFrame) -> str:
    forwards, backwards = cause.loc["forwards"], cause.loc["backwards"]
    is_l2 = "L2" in forwards["words"]
    penalty = "L2 is a penalty on large weights. " if is_l2 else ""
    keras, numpy = (_penalty(str(forwards[name])) for name in ("keras", "numpy"))
    stronger = (
        " A batch's mean loss is much smaller than its sum, so Keras' penalty is far stronger."
        if is_l2 and (keras, numpy) != (forwards["keras"], forwards["numpy"])
        else ""
    )
    return (
        f"{penalty}Keras has “{keras}”, NumPy “{numpy}”.{stronger} Backwards, it costs "
        f"{-100 * backwards['change']:.1f} points"
        f"{percent_interval(-backwards['change_ci_high'], -backwards['change_ci_low'])}."
    )


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
            points = (f"{100 * change:+.1f}" for change in changes)
            return [
                f"{_capital(one['words'])} ({next(points)} points) and {other['words']} "
                f"({next(points)}) cancel each other backwards: each presupposes the other, and "
                f"the network that has only one of the two reaches "
                f"{percent(one['test_accuracy'])}."
            ]
    return []


def _capital(words: str) -> str:
    return words[:1].upper() + words[1:]


def _name(row: Mapping[str, Any]) -> str:
    return _NAMES.get(str(row["difference"]), str(row["words"]))


def _title(cause: pd.DataFrame | None) -> str:
    if cause is None:
        return "No single difference makes Keras worse in both directions"
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
            "change, points": f"{100 * row['change']:+.2f}",
            "interval": range_words(row["change_ci_low"], row["change_ci_high"], scale=100),
            "seeds": str(row["seeds"]),
            "x": 100 * row["change"],
            "low": None if pd.isna(row["change_ci_low"]) else 100 * row["change_ci_low"],
            "high": None if pd.isna(row["change_ci_high"]) else 100 * row["change_ci_high"],
        }
        for row in steps.to_dict("records")
    ]
