"""How much did each optimisation gain?"""

from __future__ import annotations

from dataclasses import dataclass

import pandas as pd

from mlplab.reporting.study.chance import Learning
from mlplab.reporting.study.charts.ladder import draw_ladder
from mlplab.reporting.study.content import Content, Figure, MissingPartError
from mlplab.reporting.study.run import Run
from mlplab.reporting.study.words import interval, plain
from mlplab.reporting.web.tables import Cell, Column, DataTable, Row
from mlplab.reporting.words import count, join
from mlplab.stats.ratios import RatioInterval, paired_ratio
from mlplab.stats.rounds import quiet_rounds

ID = "optimisations"
QUESTION = "How much did each optimisation gain?"
SHORT = "Optimisations"
TABLES = ("optimization_ladder_summary", "optimization_ladder", "backward_times", "allocation")

# Steps up to this one are the articles' own.
_LAST_OF_ARTICLES = 4
# Epochs that end with a prediction for all training images, and the same without it.
_SECONDS, _WITHOUT = "full_accuracy_seconds", "batch_accuracy_seconds"
# What a step does, for readers who have not read the articles.
_WORDS = {
    "float32": "numbers of 32 bits in place of 64",
    "shorter backward pass": "leaves out gradients that nothing uses",
    "bias stored with the input": "the bias column is stored once instead of copied into "
    "every batch; images are stored as rows",
    "derivative from output": "the sigmoid is not computed again",
    "this project's trainer": "reuses arrays and sets the number of threads",
    "compiled": "no Python within an epoch",
}


@dataclass(frozen=True)
class _Gain:
    """How many times as fast a step made an epoch."""

    step: int
    name: str
    ratio: RatioInterval
    published: float


def tell(run: Run) -> Content:
    """The answer from the rounds of ``optimization_ladder.csv``; see :class:`Content`."""
    summary = run.tables.read(
        "optimization_ladder_summary", "step", "name", "accuracy", "ratio_to_keras", "ci_low",
        "ci_high", "published_ratio", "batch_size",
    )  # fmt: skip
    rounds = run.tables.read("optimization_ladder", "step", "name", "round", "disturbed", _SECONDS)
    gains = _gains(rounds, summary, _SECONDS)
    without = _gains(rounds, summary, _WITHOUT) if _WITHOUT in rounds else []
    if not gains:
        raise MissingPartError("tables/optimization_ladder.csv holds fewer than two steps")
    largest = max(gains, key=lambda gain: gain.ratio.ratio)
    spec, switches = draw_ladder(summary)
    learning = Learning.of(run.tables)
    return Content(
        answer=(
            f"The largest gain came from “{largest.name}”: an epoch became "
            f"{plain(largest.ratio.ratio)} times as fast"
            f"{interval(largest.ratio.low, largest.ratio.high)}."
        ),
        meaning=[
            *_meaning(gains, without, summary),
            *([learning.warning] if learning.warning else []),
        ],
        certainty=(
            f"Each gain is a geometric mean over {count(largest.ratio.rounds, 'round')} or more, "
            "of the two steps' epochs of the same round; its 95 % interval is Student's t on "
            "logarithms. The epochs in NumPy end with a prediction for all training images, as in "
            "article A; those of Keras do not. NumPy stands at another ratio to Keras than in the "
            "section on Keras' speed: here its epochs also compute cost, error and accuracy of "
            "every batch, and start their threads anew."
        ),
        figures=[
            Figure(
                "chart-ladder",
                _title(summary),
                "Time of an epoch over Keras' after each optimisation, one after the other; left "
                "of the dashed line (Keras' time) NumPy is faster. Bars are 95 % intervals over "
                "rounds; diamonds are the articles' own figures, for either kind of epoch.",
                spec,
                switches,
            )
        ],
        tables=[_tabulate(gains, without)],
    )


def _gains(rounds: pd.DataFrame, summary: pd.DataFrame, seconds: str) -> list[_Gain]:
    steps = rounds[rounds["step"].notna() & rounds[seconds].notna()]
    quiet = {int(step): rows for step, rows in steps.groupby("step")}
    full = summary[(summary["accuracy"] == "full") & summary["step"].notna()]
    published = dict(zip(full["step"].astype(int), full["published_ratio"], strict=True))
    gains = []
    for before, after in zip(sorted(quiet), sorted(quiet)[1:], strict=False):
        pairs = quiet[before].merge(quiet[after], on="round", suffixes=("", "_after"))
        if pairs.empty:
            continue
        disturbed = pairs["disturbed"].astype(bool) | pairs["disturbed_after"].astype(bool)
        pairs = quiet_rounds(pairs.assign(disturbed=disturbed))
        gains.append(
            _Gain(
                after,
                str(pairs["name_after"].iloc[0]),
                paired_ratio(pairs[seconds], pairs[f"{seconds}_after"]),
                published.get(before, float("nan")) / published.get(after, float("nan")),
            )
        )
    return gains


def _meaning(gains: list[_Gain], others: list[_Gain], summary: pd.DataFrame) -> list[str]:
    own = [gain for gain in gains if gain.step <= _LAST_OF_ARTICLES]
    largest = max(gains, key=lambda gain: gain.ratio.ratio)
    texts = [_explain(largest, others)]
    if own and largest not in own:
        best = max(own, key=lambda gain: gain.ratio.ratio)
        texts.append(
            f"Of the articles' own steps, “{best.name}” brought most: "
            f"{plain(best.ratio.ratio)} times as fast{interval(best.ratio.low, best.ratio.high)}."
        )
    without = _without_prediction(summary)
    if without:
        texts.append(without)
    full = summary[(summary["accuracy"] == "full") & summary["step"].notna()].sort_values("step")
    first, last = full.iloc[0], full.iloc[-1]
    published = (
        f" (published {plain(first['published_ratio'])})"
        if pd.notna(first["published_ratio"])
        else ""
    )
    texts.append(
        f"At batch size {first['batch_size']:,}, step {first['step']:.0f} takes "
        f"{plain(first['ratio_to_keras'])} times as long as Keras{published}, step "
        f"{last['step']:.0f} only {plain(last['ratio_to_keras'])} times"
        f"{interval(last['ci_low'], last['ci_high'])}. Only NumPy's epochs include the "
        "prediction here."
    )
    return texts


def _explain(largest: _Gain, others: list[_Gain]) -> str:
    """What the step does, and which one is the largest in the other kind of epochs."""
    words = f" ({_WORDS[largest.name]})" if largest.name in _WORDS else ""
    text = (
        f"The step “{largest.name}”{words} leads in epochs that end with a prediction for all "
        "training images, as in article A."
    )
    if not others:
        return text
    other = max(others, key=lambda gain: gain.ratio.ratio)
    gain = f"{plain(other.ratio.ratio)} times as fast{interval(other.ratio.low, other.ratio.high)}"
    return f"{text} Without full prediction, “{other.name}” brought most: {gain}."


def _without_prediction(summary: pd.DataFrame) -> str:
    """What it brings to leave out the prediction, at the last of the articles' steps."""
    steps = summary[summary["step"] <= _LAST_OF_ARTICLES]
    both = steps.pivot_table("ratio_to_keras", "step", "accuracy").reindex(
        columns=["full", "batch"]
    )
    both = both.dropna()
    if both.empty:
        return ""
    row = both.iloc[-1]
    return (
        f"At the articles' last step ({row.name:.0f}), leaving out the prediction makes an epoch "
        f"{plain(row['full'] / row['batch'])} times as fast."
    )


def _title(summary: pd.DataFrame) -> str:
    below = summary[summary["step"].notna() & (summary["ci_high"] < 1)]
    first = below.groupby("accuracy")["step"].min()
    parts = [
        f"from step {first[accuracy]:.0f} {words}"
        for accuracy, words in (
            ("full", "with full prediction"),
            ("batch", "without full prediction"),
        )
        if accuracy in first.index
    ]
    if not parts:
        return "No step is clearly faster than Keras"
    return f"NumPy is faster than Keras {join(parts)}"


def _tabulate(gains: list[_Gain], without: list[_Gain]) -> DataTable:
    others = {gain.step: gain for gain in without}
    return DataTable(
        "table-gains",
        "How much faster each step is than the step before it",
        [
            Column("step", True),
            Column("optimisation"),
            Column("times as fast", True),
            Column("95 % interval", True),
            *([Column("without full prediction", True)] if others else []),
            Column("rounds", True),
            Column("published", True),
        ],
        [
            Row(
                [
                    Cell(str(gain.step), gain.step),
                    Cell(": ".join(filter(None, [gain.name, _WORDS.get(gain.name)]))),
                    Cell(plain(gain.ratio.ratio), gain.ratio.ratio),
                    Cell(
                        f"{plain(gain.ratio.low)} to {plain(gain.ratio.high)}"
                        if pd.notna(gain.ratio.low)
                        else "",
                        gain.ratio.low,
                    ),
                    *([_without(others.get(gain.step))] if others else []),
                    Cell(str(gain.ratio.rounds), gain.ratio.rounds),
                    Cell(plain(gain.published), gain.published),
                ]
            )
            for gain in gains
        ],
        open=True,
    )


def _without(gain: _Gain | None) -> Cell:
    return Cell("") if gain is None else Cell(plain(gain.ratio.ratio), gain.ratio.ratio)
