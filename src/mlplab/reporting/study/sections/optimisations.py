"""What did each optimisation bring?"""

from __future__ import annotations

from dataclasses import dataclass

import pandas as pd

from mlplab.reporting.study.chance import Learning
from mlplab.reporting.study.charts.ladder import draw_ladder
from mlplab.reporting.study.content import Content, Figure, MissingPartError
from mlplab.reporting.study.run import Run
from mlplab.reporting.study.words import interval, plain
from mlplab.reporting.web.tables import Cell, Column, DataTable, Row
from mlplab.reporting.words import count
from mlplab.stats.ratios import RatioInterval, paired_ratio
from mlplab.stats.rounds import quiet_rounds

ID = "optimisations"
QUESTION = "What did each optimisation bring?"
SHORT = "Optimisations"
TABLES = ("optimization_ladder_summary", "optimization_ladder", "backward_times", "allocation")

# Steps up to this one are the articles' own.
_LAST_OF_ARTICLES = 4
_SECONDS = "full_accuracy_seconds"


@dataclass(frozen=True)
class _Gain:
    """How many times as fast a step made an epoch that ends with a prediction for all images."""

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
    gains = _gains(rounds, summary)
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
        meaning=[*_meaning(gains, summary), *([learning.warning] if learning.warning else [])],
        certainty=(
            f"Each gain is a geometric mean over {count(largest.ratio.rounds, 'round')} or more, "
            "of the two steps' epochs of the same round; its 95 % interval is Student's t on "
            "logarithms. The epochs in NumPy end with a prediction for all training images, as in "
            "article A; those of Keras do not."
        ),
        figures=[
            Figure(
                "chart-ladder",
                _title(summary),
                "Time of an epoch over Keras' after each optimisation, one after the other; left "
                "of the dashed line NumPy is faster. Bars are 95 % intervals over rounds; "
                "diamonds are the articles' own figures.",
                spec,
                switches,
            )
        ],
        tables=[_tabulate(gains)],
    )


def _gains(rounds: pd.DataFrame, summary: pd.DataFrame) -> list[_Gain]:
    steps = rounds[rounds["step"].notna() & rounds[_SECONDS].notna()]
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
                paired_ratio(pairs[_SECONDS], pairs[f"{_SECONDS}_after"]),
                published.get(before, float("nan")) / published.get(after, float("nan")),
            )
        )
    return gains


def _meaning(gains: list[_Gain], summary: pd.DataFrame) -> list[str]:
    own = [gain for gain in gains if gain.step <= _LAST_OF_ARTICLES]
    largest = max(gains, key=lambda gain: gain.ratio.ratio)
    texts = []
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
        f"At batch size {first['batch_size']:,}, the first network takes "
        f"{plain(first['ratio_to_keras'])} times as long as Keras{published}, the last "
        f"{plain(last['ratio_to_keras'])} times{interval(last['ci_low'], last['ci_high'])}."
    )
    return texts


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
        "Leaving out the prediction for all training images after each epoch makes the articles' "
        f"last step {plain(row['full'] / row['batch'])} times as fast again."
    )


def _title(summary: pd.DataFrame) -> str:
    steps = summary[summary["step"].notna()]
    below = steps.groupby("step", sort=True)["ci_high"].min()
    first = below[below < 1]
    if first.empty:
        return "No step is clearly faster than Keras"
    name = steps.loc[steps["step"] == first.index[0], "name"].iloc[0]
    return f"NumPy is first clearly faster than Keras at step {first.index[0]:.0f}, “{name}”"


def _tabulate(gains: list[_Gain]) -> DataTable:
    return DataTable(
        "table-gains",
        "What each step brought, over the step before it",
        [
            Column("step", True),
            Column("optimisation"),
            Column("times as fast", True),
            Column("95 % interval", True),
            Column("rounds", True),
            Column("published", True),
        ],
        [
            Row(
                [
                    Cell(str(gain.step), gain.step),
                    Cell(gain.name),
                    Cell(plain(gain.ratio.ratio), gain.ratio.ratio),
                    Cell(
                        f"{plain(gain.ratio.low)} to {plain(gain.ratio.high)}"
                        if pd.notna(gain.ratio.low)
                        else "",
                        gain.ratio.low,
                    ),
                    Cell(str(gain.ratio.rounds), gain.ratio.rounds),
                    Cell(plain(gain.published), gain.published),
                ]
            )
            for gain in gains
        ],
        open=True,
    )
