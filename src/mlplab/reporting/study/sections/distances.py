"""Do networks learn faster and better from distances, and are the clusters the reason?"""

from __future__ import annotations

import math

import pandas as pd

from mlplab.reporting.study.chance import Chance
from mlplab.reporting.study.charts.time_to_accuracy import draw_time_to_accuracy
from mlplab.reporting.study.content import Content, Figure, Headline, MissingPartError
from mlplab.reporting.study.run import Run
from mlplab.reporting.study.sections.inputs_of_one_size import (
    COLUMNS,
    draw_inputs,
    name_rival,
    reconcile,
    tell_failures,
    tell_verdicts,
)
from mlplab.reporting.study.words import (
    interval,
    percent_interval,
    plain,
    signed,
)
from mlplab.reporting.words import count, describe_space, join, percent

ID = "distances"
QUESTION = (
    "Do networks learn faster and better from cluster distances, and are the clusters the reason?"
)
SHORT = "Cluster distances"
TABLES = ("time_to_accuracy_summary", "time_to_accuracy", "accuracy_over_time",
          "feature_controls", "reference_paired", "controls_over_time", "ladder_input_spaces",
          "lambda_rule", "learning_rates", "scaling_comparison")  # fmt: skip

_TIMES = ("input_space", "target", "target_kind", "seeds_reached", "seeds", "seconds", "speedup",
          "ci_low", "ci_high")  # fmt: skip
_CURVES = ("input_space", "epoch", "seeds", "seconds", "test_accuracy", "lowest", "highest")
_OF_PIXELS = {"best of the reference": " (the mean, over seeds, of the best accuracy on pixels)"}
_KINDS = {"best of the reference": "the seeds' best on pixels, on average",
          "configured": "of the configuration"}  # fmt: skip


def tell(run: Run) -> Content:
    """The answer from times to accuracy and from other inputs of that size; see :class:`Content`.

    Either may be missing, not both.
    """
    confusion = run.tables.find("confusion", "label", "images", "seeds", "experiment",
                                "input_space", "l2_factor")  # fmt: skip
    chance = Chance.of(pd.DataFrame() if confusion is None else confusion)
    notices = []
    times = controls = None
    try:
        times = run.tables.read("time_to_accuracy_summary", *_TIMES)
    except MissingPartError as error:
        notices.append(f"times to an accuracy: {error}")
    try:
        controls = run.tables.read("feature_controls", *COLUMNS)
    except MissingPartError as error:
        notices.append(f"other inputs of that size: {error}")
    if times is None and controls is None:
        raise MissingPartError("; ".join(notices))
    best = None if times is None else _highest_reached(times, chance)
    others: list[str] = []
    drawn: list[Figure] = []
    if controls is not None:
        others = [tell_verdicts(run, controls), *reconcile(run, controls)]
        others += tell_failures(controls, chance)
        drawn = [draw_inputs(controls)]
    return Content(
        answer=_answer(best, controls, known=times is not None),
        meaning=[
            *([] if times is None or best is None else [_beside_pixels(times, best)]),
            *_why_faster(run, times, best),
            *_paired(run),
            *others,
        ],
        certainty=_certainty(best, controls),
        figures=[*_draw_times(run, times, best), *drawn],
        headline=_headline(times, best),
        notices=[f"Left out: {notice}." for notice in notices],
    )


def _highest_reached(times: pd.DataFrame, chance: Chance) -> pd.Series | None:
    """The highest target that distances reach with all seeds, where the gain of time is largest."""
    reached = times[
        times["input_space"].str.startswith("clusters-")
        & (times["seeds_reached"] == times["seeds"])
        & ~times["target"].map(chance.covers)
    ]
    if reached.empty:
        return None
    highest = reached[reached["target"] == reached["target"].max()]
    return highest.loc[highest["speedup"].idxmax()]


def _answer(best: pd.Series | None, controls: pd.DataFrame | None, *, known: bool) -> str:
    if best is None:
        speed = (
            "No cluster distances reach a target accuracy with all seeds"
            if known
            else "How fast cluster distances learn is not known here"
        )
    elif best["speedup"] > 1:
        speed = (
            f"Distances reach {percent(best['target'], 2)} accuracy {plain(best['speedup'])} times "
            f"sooner than pixel training ends{interval(best['ci_low'], best['ci_high'])}"
        )
    else:
        speed = (
            f"Distances need {plain(1 / best['speedup'])} times the whole pixel training to reach "
            f"{percent(best['target'], 2)}{interval(1 / best['ci_high'], 1 / best['ci_low'])}"
        )
    return f"{speed}{name_rival(controls)}."


def _beside_pixels(times: pd.DataFrame, best: pd.Series) -> str:
    text = (
        "The articles compare the whole training time on pixels with the time until distances "
        "reach an accuracy, clustering excluded. So does this number: "
        f"{describe_space(best['input_space'])} need {plain(best['seconds'])} s to reach "
        f"{percent(best['target'], 2)}{_OF_PIXELS.get(best['target_kind'], '')}, and the whole "
        f"training on pixels takes {plain(best['speedup'])} times as long."
    )
    row = _pixels_at(times, best)
    if row is None:
        return text
    if row["seeds_reached"] == 0:
        return f"{text} Pixels themselves reach it with none of {count(row['seeds'], 'seed')}."
    never = row["seeds"] - row["seeds_reached"]
    bound = (
        f"; this is a lower bound, since {count(never, 'seed')} never "
        f"{'reaches' if never == 1 else 'reach'} it"
        if never
        else ""
    )
    return (
        f"{text} To the same accuracy: pixels reach it with "
        f"{row['seeds_reached']} of {count(row['seeds'], 'seed')}, after {plain(row['seconds'])} s "
        f"on average, {plain(row['seconds'] / best['seconds'])} times as long as distances{bound}."
    )


def _pixels_at(times: pd.DataFrame, best: pd.Series) -> pd.Series | None:
    """The row of pixels at the same target."""
    pixels = times[(times["input_space"] == "pixels") & (times["target"] == best["target"])]
    return None if pixels.empty else pixels.iloc[0]


def _why_faster(run: Run, times: pd.DataFrame | None, best: pd.Series | None) -> list[str]:
    """Seconds of an epoch and number of epochs, and whether other small inputs are as short."""
    curves = run.tables.find("accuracy_over_time", *_CURVES)
    if curves is None or best is None or times is None:
        return []
    epoch = curves.assign(each=curves["seconds"] / curves["epoch"]).groupby("input_space")["each"]
    seconds = epoch.last()
    if {"pixels", best["input_space"]} - set(seconds.index):
        return []
    pixels, distances = seconds["pixels"], seconds[best["input_space"]]
    faster = pixels > distances
    text = (
        f"Why: an epoch takes {plain(distances)} s on distances and {plain(pixels)} s on pixels"
        + (f", {plain(pixels / distances)} times as long, for it has more inputs" if faster else "")
        + "."
    )
    row = _pixels_at(times, best)
    if "epochs" in times and row is not None and row["seeds_reached"]:
        text += (
            f" Distances reach the accuracy after {best['epochs']:.0f} epochs on average, the "
            f"seeds on pixels that reach it after {row['epochs']:.0f}."
        )
    return [text]


def _paired(run: Run) -> list[str]:
    """Accuracy at the end of the articles' trainings, distances against pixels."""
    table = run.tables.find("reference_paired", *COLUMNS)
    if table is None or not table["difference"].notna().any():
        return []
    row = table[table["difference"].notna()].iloc[0]
    against = describe_space(row["against"])
    other = table.loc[table["input_space"] == row["against"], "epochs"]
    epochs = (
        f"{row['epochs']} epochs"
        if other.empty or other.iloc[0] == row["epochs"]
        else f"{other.iloc[0]} epochs on {against}, {row['epochs']} on distances"
    )
    equal = _at_equal_epochs(run, row)
    return [
        f"{equal}At the end of the articles' trainings ({epochs}), "
        f"{describe_space(row['input_space'])} are {_difference(row)}"
        f"{percent_interval(row['difference_ci_low'], row['difference_ci_high'], 2)}."
    ]


def _difference(row: pd.Series) -> str:
    """How far one input space is from another, in points of accuracy."""
    points = 100 * row["difference"]
    if row["verdict"] in ("better", "worse"):
        return f"{abs(points):.2f} points {row['verdict']} than {describe_space(row['against'])}"
    return f"{signed(points)} points from {describe_space(row['against'])}: {row['verdict']}"


def _at_equal_epochs(run: Run, row: pd.Series) -> str:
    """Mean accuracies of both after the last epoch that both have; empty where it is the last."""
    curves = run.tables.find("accuracy_over_time", *_CURVES)
    if curves is None:
        return ""
    both = {
        space: curves[curves["input_space"] == space].set_index("epoch")["test_accuracy"]
        for space in (row["input_space"], row["against"])
    }
    last = min(float(means.index.max()) for means in both.values())
    if pd.isna(last) or last == row["epochs"]:
        return ""
    one, other = (percent(means[last], 2) for means in both.values())
    return (
        f"After {last:.0f} epochs of both, distances reach {one} test accuracy and "
        f"{describe_space(row['against'])} {other} (means). "
    )


def _certainty(best: pd.Series | None, controls: pd.DataFrame | None) -> str:
    parts = []
    if best is not None:
        parts.append(
            f"All {best['seeds']} seeds reach the accuracy; the interval is Student's t over "
            "seeds, on logarithms."
            if best["seeds"] > 1
            else "A single seed, so there is no interval."
        )
    if controls is not None:
        parts.append(
            f"Inputs are compared over {count(int(controls['seeds'].min()), 'seed')}, seed by "
            "seed; the 5 % error rate covers all comparisons jointly (Holm)."
        )
    return " ".join(parts)


def _headline(times: pd.DataFrame | None, best: pd.Series | None) -> Headline | None:
    if best is None:
        return None
    space = describe_space(best["input_space"], with_scaling=False)
    row = None if times is None else _pixels_at(times, best)
    same = (
        f"; to the same accuracy {plain(row['seconds'] / best['seconds'])} × "
        f"({row['seeds_reached']} of {count(row['seeds'], 'seed')})"
        if row is not None and row["seeds_reached"]
        else ""
    )
    return Headline(
        f"{plain(best['speedup'])} ×",
        "as long for the whole training on pixels"
        f"{interval(best['ci_low'], best['ci_high'])}{same}",
        before=f"{space[:1].upper()}{space[1:]} reach {percent(best['target'], 2)} test accuracy "
        f"in {plain(best['seconds'])} s;",
    )


def _draw_times(run: Run, times: pd.DataFrame | None, best: pd.Series | None) -> list[Figure]:
    curves = run.tables.find("accuracy_over_time", *_CURVES)
    if curves is None:
        return []
    spec, switches = draw_time_to_accuracy(
        curves, times, math.nan if best is None else best["seconds"]
    )
    title = (
        "No distances reach a target accuracy with all seeds"
        if best is None
        else f"Distances reach {percent(best['target'], 2)} after {plain(best['seconds'])} s"
    )
    caption = (
        "Test accuracy over seconds of training: mean over seeds, and the range over seeds as a "
        "band. Seconds are epochs times the time of an epoch, which was measured separately, "
        "without prediction or evaluation; the claim on the time of the whole reference run counts "
        f"it as it ran, evaluation included.{_targets(times)} The vertical axis does not begin at "
        "0."
    )
    return [Figure("chart-time-to-accuracy", title, caption, spec, switches)]


def _targets(times: pd.DataFrame | None) -> str:
    """What the rings mark."""
    if times is None:
        return ""
    parts = []
    for _, rows in times.sort_values("target").groupby("target"):
        target, kind = rows["target"].iloc[0], rows["target_kind"].iloc[0]
        seeds = [
            f"{row['seeds_reached']} of {row['seeds']} on {_inputs(row['input_space'])}"
            for row in rows.to_dict("records")
            if row["seeds_reached"]
        ]
        if seeds:
            parts.append(f"{percent(target, 2)} ({_KINDS.get(kind, kind)}; {join(seeds)})")
    if not parts:
        return ""
    return (
        " Rings mark when the seeds that reach an accuracy do so, on average: "
        f"{', '.join(parts)}. Where few seeds reach it, the ring lies above the mean curve."
    )


def _inputs(space: str) -> str:
    return "distances" if space.startswith("clusters-") else describe_space(space)
