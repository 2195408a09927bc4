"""Why did Keras reach a lower accuracy?"""

from __future__ import annotations

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
QUESTION = "Why did Keras reach a lower accuracy?"
SHORT = "Keras' accuracy"
TABLES = ("bridge", "keras_log", "keras_log_summary", "keras_log_passes")

_WAYS = {
    "forwards": Switch("from NumPy's network to Keras' model", "#0072B2", "", "circle"),
    "backwards": Switch("on the way back", "#E69F00", "", "square"),
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
        ],
        certainty=(
            f"Every step was trained with {count(int(forwards['seeds'].min()), 'seed')}; changes "
            "are differences seed by seed, with Student's t intervals. A cause counts only if it "
            "lowers the accuracy on both ways."
        ),
        figures=[
            Figure(
                "chart-bridge",
                _title(cause),
                "Change of test accuracy by each difference between the two networks, crossed "
                "one after the other; left of the dashed line Keras' way is worse. Bars are 95 % "
                "intervals over seeds.",
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
        return f"It did not: Keras' model is {plain(-gap, 2)} points better in this run."
    if cause is None:
        return f"No single difference explains the gap of {plain(gap, 2)} points."
    row = cause.loc["forwards"]
    ends = percent_interval(-row["change_ci_high"], -row["change_ci_low"])
    return (
        f"Because of {row['words']}: by itself it costs {-100 * row['change']:.1f} points of "
        f"test accuracy{ends}."
    )


def _explain(cause: pd.DataFrame) -> str:
    forwards, backwards = cause.loc["forwards"], cause.loc["backwards"]
    return (
        f"In {forwards['words']}, Keras has {forwards['keras']} where NumPy has "
        f"{forwards['numpy']}. On the way back it costs {-100 * backwards['change']:.1f} points"
        f"{percent_interval(-backwards['change_ci_high'], -backwards['change_ci_low'])}."
    )


def _title(cause: pd.DataFrame | None) -> str:
    if cause is None:
        return "No single difference makes Keras worse on both ways"
    return f"What costs most on both ways: {cause['words'].iloc[0]}"


def _records(bridge: pd.DataFrame) -> list[Record]:
    steps = bridge[bridge["difference"].notna() & bridge["direction"].isin(list(_WAYS))]
    return [
        {
            "label": row["words"],
            "series": _WAYS[row["direction"]].name,
            "difference": row["words"],
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
