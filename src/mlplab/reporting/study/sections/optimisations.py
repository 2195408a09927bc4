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
from mlplab.reporting.words import BOUNDLESS, count, is_boundless, join
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
# The step that is this project's, as the ladder names it.
_TRAINER = "this project's trainer"
# What a step does, for readers who have not read the articles.
_WORDS = {
    "float32": "numbers of 32 bits in place of 64",
    "shorter backward pass": "leaves out gradients that nothing uses",
    "bias stored with the input": "the bias is stored once instead of copied into every batch, and "
    "images are stored as rows (two changes in one step)",
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
    fewest = min(gain.ratio.rounds for gain in gains)
    spec, switches = draw_ladder(summary)
    learning = Learning.of(run.tables)
    return Content(
        answer=_answer(gains),
        meaning=[
            *_meaning(gains, without, summary),
            *([learning.warning] if learning.warning else []),
        ],
        certainty=(
            f"Each gain is a geometric mean over {count(fewest, 'round')} or more, "
            "of the two steps' epochs of the same round; its 95 % interval is Student's t on "
            f"logarithms.{_other_ratio(run, summary)}"
        ),
        figures=[
            Figure(
                "chart-ladder",
                _title(summary),
                "Epoch time relative to Keras', each step added to the previous ones; left of the "
                "dashed line (Keras' time) NumPy is faster. The axis is logarithmic. NumPy's "
                "epochs have or lack a prediction for all training images; Keras' epochs never "
                "have it, here as in the articles. Bars are 95 % intervals over rounds; diamonds "
                "and triangles are the articles' own figures.",
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
    largest = _largest(gains)
    texts = [_explain(largest, gains, others)]
    if own and largest not in own:
        best = _largest(own)
        texts.append(f"Of the articles' own steps, “{best.name}” brought most: {_words(best)}.")
    without = _without_prediction(summary)
    if without:
        texts.append(without)
    full = summary[(summary["accuracy"] == "full") & summary["step"].notna()].sort_values("step")
    first, last = full.iloc[0], full.iloc[-1]
    published = (
        f" (published {plain(first['published_ratio'])}, likewise with the prediction in NumPy "
        "alone)"
        if pd.notna(first["published_ratio"])
        else ""
    )
    texts.append(
        f"At batch size {first['batch_size']:,} and with the prediction, step {first['step']:.0f} "
        f"takes {plain(first['ratio_to_keras'])} times as long as Keras without it{published}, "
        f"step {last['step']:.0f} {plain(last['ratio_to_keras'])} times"
        f"{interval(last['ci_low'], last['ci_high'])}."
    )
    return texts


def _answer(gains: list[_Gain]) -> str:
    largest = _largest(gains)
    if largest.ratio.low <= 1:  # then no step is clear
        start = "With full prediction, no step gained clearly;"
    else:
        start = "With a prediction for all images each epoch,"
    return f"{start} “{largest.name}” gained most: {_words(largest)}."


def _largest(gains: list[_Gain]) -> _Gain:
    """The largest gain, among those that are clear if some are."""
    clear = [gain for gain in gains if gain.ratio.low > 1]
    return max(clear or gains, key=lambda gain: gain.ratio.ratio)


def _words(gain: _Gain) -> str:
    ratio = gain.ratio
    return f"{plain(ratio.ratio)} times as fast{interval(ratio.low, ratio.high)}"


def _explain(largest: _Gain, gains: list[_Gain], others: list[_Gain]) -> str:
    """What the step does, whether the next one may have gained as much, and what the prediction
    has to do with it."""
    text = f"What “{largest.name}” does: {_WORDS[largest.name]}." if largest.name in _WORDS else ""
    rivals = [
        gain for gain in gains if gain is not largest and gain.ratio.high >= largest.ratio.low
    ]
    if rivals:
        rival = _largest(rivals)
        text += (
            f" Its interval overlaps that of “{rival.name}”, {_words(rival)}: either may have "
            "gained most."
        )
    if not others:
        return text.strip()
    same = [gain for gain in others if gain.step == largest.step]
    if same and same[0].ratio.ratio < largest.ratio.low:
        text += (
            " It speeds up the prediction above all: without one, the same step makes an epoch "
            f"{_words(same[0])}."
        )
    other = _largest(others)
    text += f" Without full prediction, “{other.name}” gained most: {_words(other)}."
    return text.strip()


def _other_ratio(run: Run, summary: pd.DataFrame) -> str:
    """Why this project's trainer has another ratio to Keras than in the section on its speed."""
    here = summary[(summary["name"] == _TRAINER) & (summary["accuracy"] == "batch")]
    ratios = run.tables.find("batch_size_ratios", "batch_size", "variant", "input_space",
                             "ratio_to_numpy")  # fmt: skip
    if here.empty or ratios is None:
        return ""
    there = ratios[
        (ratios["variant"] == "keras")
        & (ratios["input_space"] == "pixels")
        & (ratios["batch_size"] == here["batch_size"].iloc[0])
    ]
    if there.empty:
        return ""
    return (
        f" This project's trainer takes {plain(here['ratio_to_keras'].iloc[0])} times Keras' time "
        "here without full prediction, but "
        f"{plain(1 / there['ratio_to_numpy'].iloc[0])} times in the section on Keras' speed: here "
        "its epochs also compute cost, error and accuracy of every batch, and start their threads "
        "anew each time."
    )


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
            Column("times as fast, with full prediction", True),
            Column("its 95 % interval", True),
            *(
                [
                    Column("times as fast, without full prediction", True),
                    Column("95 % interval without it", True),
                ]
                if others
                else []
            ),
            Column("rounds", True),
            Column("published, with full prediction", True),
        ],
        [
            Row(
                [
                    Cell(str(gain.step), gain.step),
                    Cell(": ".join(filter(None, [gain.name, _WORDS.get(gain.name)]))),
                    Cell(plain(gain.ratio.ratio), gain.ratio.ratio),
                    _ends(gain.ratio),
                    *(_without(others.get(gain.step)) if others else []),
                    Cell(str(gain.ratio.rounds), gain.ratio.rounds),
                    Cell(plain(gain.published), gain.published),
                ]
            )
            for gain in gains
        ],
        open=True,
    )


def _ends(ratio: RatioInterval) -> Cell:
    if is_boundless(ratio.low, ratio.high):
        return Cell(BOUNDLESS, ratio.low)
    words = f"{plain(ratio.low)} to {plain(ratio.high)}" if pd.notna(ratio.low) else ""
    return Cell(words, ratio.low)


def _without(gain: _Gain | None) -> list[Cell]:
    if gain is None:
        return [Cell(""), Cell("")]
    return [Cell(plain(gain.ratio.ratio), gain.ratio.ratio), _ends(gain.ratio)]
