"""Do networks learn faster and better from distances, and are the clusters the reason?"""

from __future__ import annotations

import math

import pandas as pd

from mlplab.reporting.study.chance import FAILED, Chance
from mlplab.reporting.study.charts.intervals import draw_rows
from mlplab.reporting.study.charts.parts import Axis, Record, range_words
from mlplab.reporting.study.charts.time_to_accuracy import draw_time_to_accuracy
from mlplab.reporting.study.content import Content, Figure, Headline, MissingPartError, Switch
from mlplab.reporting.study.run import Run
from mlplab.reporting.study.words import (
    INTERVAL,
    explain_inputs,
    interval,
    percent_interval,
    plain,
    signed,
)
from mlplab.reporting.styles import space_color
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
_CONTROLS = ("input_space", "n_features", "epochs", "seeds", "test_accuracy", "ci_low", "ci_high",
             "against", "difference", "difference_ci_low", "difference_ci_high",
             "verdict")  # fmt: skip
_CURVES = ("input_space", "epoch", "seeds", "seconds", "test_accuracy", "lowest", "highest")
_OF_PIXELS = {"best of the reference": " (the mean, over seeds, of the best accuracy on pixels)"}
_KINDS = {"best of the reference": "the seeds' best on pixels, on average",
          "configured": "of the configuration"}  # fmt: skip
# Times that differ by less than this factor are about the same.
_ALIKE = 1.2
# A label of more words would make the answer too long.
_MOST_WORDS = 3


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
        controls = run.tables.read("feature_controls", *_CONTROLS)
    except MissingPartError as error:
        notices.append(f"other inputs of that size: {error}")
    if times is None and controls is None:
        raise MissingPartError("; ".join(notices))
    best = None if times is None else _highest_reached(times, chance)
    return Content(
        answer=_answer(best, controls, known=times is not None),
        meaning=[
            *([] if times is None or best is None else [_beside_pixels(times, best)]),
            *_why_faster(run, times, best),
            *_paired(run),
            *([] if controls is None else [_verdicts(run, controls)]),
            *([] if controls is None else _reconcile(run, controls)),
            *([] if controls is None else _failures(controls, chance)),
        ],
        certainty=_certainty(best, controls),
        figures=[*_draw_times(run, times, best), *([] if controls is None else [_draw(controls)])],
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
    else:
        speed = (
            f"Distances reach {percent(best['target'], 2)} accuracy {plain(best['speedup'])} times "
            f"sooner than pixel training ends{interval(best['ci_low'], best['ci_high'])}"
        )
    return f"{speed}{_rivals(controls)}."


def _rivals(controls: pd.DataFrame | None) -> str:
    """The best other input of the same size, and whether it does without clusters as well."""
    others = None if controls is None else _same_size(controls)
    if others is None or others.empty or (others["verdict"] == "not tested").all():
        return ""
    good = others[others["verdict"].isin(["better", "no clear difference"])]
    if good.empty:
        return f"; no other {others['n_features'].iloc[0]} inputs match them"
    best = good.loc[good["test_accuracy"].idxmax()]
    label = describe_space(best["input_space"], with_scaling=False)
    name = label if len(label.split()) <= _MOST_WORDS else "other inputs"
    how = "do better" if best["verdict"] == "better" else "match them"
    return f"; trained alike, {name} {how}"


def _same_size(controls: pd.DataFrame) -> pd.DataFrame:
    size = controls.loc[controls["verdict"] == "reference", "n_features"]
    others = controls[controls["difference"].notna()]
    return others[others["n_features"].isin(size)]


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
        f"{text} To the same accuracy the gain is smaller: pixels reach it with "
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
    table = run.tables.find("reference_paired", *_CONTROLS)
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


def _verdicts(run: Run, controls: pd.DataFrame) -> str:
    others = controls[controls["difference"].notna()]
    if others.empty:
        return ""
    against = describe_space(others["against"].iloc[0])
    parts = [
        f"{verdict.capitalize()}: {join([*map(describe_space, rows['input_space'])])}."
        for verdict, rows in others.groupby("verdict", sort=False)
    ]
    text = (
        f"Are the clusters the reason? In a separate test, all inputs were trained alike for "
        f"{others['epochs'].iloc[0]} epochs, and compared with {against}. {' '.join(parts)}"
    )
    rivals = _same_size(controls)
    good = rivals[rivals["verdict"].isin(["better", "no clear difference"])]
    if not good.empty and not (good["verdict"] == "better").any():
        text += " So no gain of the clusters over other inputs of that size shows."
    elif not good.empty:
        text += (
            " So the clusters are not the reason: with as many inputs, others do as well or "
            "better without them."
        )
    return text + _as_short(run, controls)


def _as_short(run: Run, controls: pd.DataFrame) -> str:
    """CPU time of these trainings, by input space."""
    curves = run.tables.find("controls_over_time", "input_space", "epoch", "cpu_seconds")
    if curves is None:
        return ""
    last = curves.sort_values("epoch").groupby("input_space")["cpu_seconds"].last()
    of_size = {*_same_size(controls)["input_space"], *controls["against"].dropna()}
    small = sorted(of_size & {*last.index})
    if not small or "pixels" not in last.index:
        return ""
    low, high = plain(last[small].min()), plain(last[small].max())
    return (
        f" They are as fast, too: trainings on each of these small inputs take {low} to {high} s "
        f"of CPU time, those on pixels {plain(last['pixels'])} s."
        if last[small].max() < _ALIKE * last[small].min()
        else f" Their trainings take {low} to {high} s of CPU time, that on pixels "
        f"{plain(last['pixels'])} s."
    )


def _reconcile(run: Run, controls: pd.DataFrame) -> list[str]:
    """Why distances are better than pixels in one comparison and not in the other."""
    paired = run.tables.find("reference_paired", *_CONTROLS)
    pixels = controls[controls["input_space"] == "pixels"]
    if paired is None or pixels.empty:
        return []
    first = paired[(paired["against"] == "pixels") & (paired["verdict"] == "better")]
    if first.empty or pixels["verdict"].iloc[0] != "better":
        return []
    row, other = first.iloc[0], pixels.iloc[0]
    differ = []
    if row["input_space"] != other["against"]:
        differ.append((describe_space(row["input_space"]), describe_space(other["against"])))
    longest = paired.loc[paired["input_space"].isin(["pixels", row["input_space"]]), "epochs"]
    if longest.min() != other["epochs"]:
        differ.append((f"{_range(longest)} epochs", f"{other['epochs']} epochs"))
    held_back = [
        run.setting("experiments", str(run.setting("comparison", key)), "n_validation") or 0
        for key in ("reference", "controls")
    ]
    if held_back[0] != held_back[1] and all(isinstance(n, int) for n in held_back):
        kept = [f"{n:,} images" if n else "no images" for n in held_back]
        differ.append((f"{kept[0]} held back for validation", f"{kept[1]} held back"))
    if not differ:
        return []
    one, two = (join([pair[side] for pair in differ]) for side in (0, 1))
    return [
        "Distances are better than pixels in the first comparison and worse in the second, which "
        f"is of other trainings. The first has {one}; the second has {two}. This run does not show "
        "which of these decides."
    ]


def _range(numbers: pd.Series) -> str:
    low, high = numbers.min(), numbers.max()
    return f"{low}" if low == high else f"{low} to {high}"


def _failures(controls: pd.DataFrame, chance: Chance) -> list[str]:
    failed = controls.loc[controls["test_accuracy"].map(chance.covers), "input_space"]
    if failed.empty:
        return []
    return [f"Networks on {join([*map(describe_space, failed)])} {FAILED}: {chance}."]


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


def _draw(controls: pd.DataFrame) -> Figure:
    rows = controls.sort_values("test_accuracy", ascending=False)
    records: list[Record] = [
        {
            "label": describe_space(row["input_space"]),
            "series": describe_space(row["input_space"]),
            "inputs": str(row["n_features"]),
            "test accuracy": percent(row["test_accuracy"], 2),
            f"{INTERVAL}, %": range_words(row["ci_low"], row["ci_high"], scale=100, digits=4),
            "seeds": str(row["seeds"]),
            "verdict": row["verdict"],
            "x": 100 * row["test_accuracy"],
            "low": None if pd.isna(row["ci_low"]) else 100 * row["ci_low"],
            "high": None if pd.isna(row["ci_high"]) else 100 * row["ci_high"],
        }
        for row in rows.to_dict("records")
    ]
    switches = [Switch(describe_space(space), space_color(space)) for space in rows["input_space"]]
    best = rows.iloc[0]
    return Figure(
        "chart-controls",
        f"Best after {best['epochs']} epochs: {describe_space(best['input_space'])}, "
        f"{percent(best['test_accuracy'], 2)}",
        f"A separate test from the one above: {best['epochs']} epochs, with the same settings for "
        f"all inputs{_plain_distances(rows)}. Test accuracy, mean over seeds with 95 % intervals."
        f"{explain_inputs(rows['input_space'])} The axis does not begin at 0.",
        draw_rows(records, switches, Axis("test accuracy (%)")),
    )


def _plain_distances(controls: pd.DataFrame) -> str:
    """That images are not standardised first, where no distances here are of such images."""
    spaces = controls["input_space"]
    clusters = spaces[spaces.str.startswith("clusters-")]
    plain_ones = not clusters.empty and not clusters.str.contains("-sample").any()
    return ", and distances whose images are not standardised first" if plain_ones else ""
