"""Do networks learn faster and better from distances, and are the clusters the reason?"""

from __future__ import annotations

import pandas as pd

from mlplab.reporting.study.chance import FAILED, Chance
from mlplab.reporting.study.charts.intervals import draw_rows
from mlplab.reporting.study.charts.parts import Axis, Record, range_words
from mlplab.reporting.study.charts.time_to_accuracy import draw_time_to_accuracy
from mlplab.reporting.study.content import Content, Figure, Headline, MissingPartError, Switch
from mlplab.reporting.study.run import Run
from mlplab.reporting.study.words import explain_inputs, interval, percent_interval, plain
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
_OF_PIXELS = {"best of the reference": ", the best of pixels"}
_KINDS = {"best of the reference": "the best of pixels", "configured": "of the configuration"}
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
            *_paired(run),
            *([] if controls is None else [_verdicts(controls), *_failures(controls, chance)]),
        ],
        certainty=_certainty(best, controls),
        figures=[*_draw_times(run, times, best), *([] if controls is None else [_draw(controls)])],
        headline=_headline(best),
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
        "The articles compare full training time on pixels with the time distances need to reach "
        f"{percent(best['target'], 2)}{_OF_PIXELS.get(best['target_kind'], '')}, excluding "
        f"clustering. Here these are {describe_space(best['input_space'])}: they need "
        f"{plain(best['seconds'])} s, and the whole training on pixels takes "
        f"{plain(best['speedup'])} times as long."
    )
    pixels = times[(times["input_space"] == "pixels") & (times["target"] == best["target"])]
    if pixels.empty:
        return text
    row = pixels.iloc[0]
    if row["seeds_reached"] == 0:
        return f"{text} Pixels themselves reach it with none of {count(row['seeds'], 'seed')}."
    return (
        f"{text} To the same accuracy the gain is smaller: pixels reach it with "
        f"{row['seeds_reached']} of {count(row['seeds'], 'seed')}, after {plain(row['seconds'])} s "
        f"on average, {plain(row['seconds'] / best['seconds'])} times as long as distances."
    )


def _paired(run: Run) -> list[str]:
    """Accuracy at the end of the articles' trainings, distances against pixels."""
    table = run.tables.find("reference_paired", *_CONTROLS)
    if table is None or not table["difference"].notna().any():
        return []
    row = table[table["difference"].notna()].iloc[0]
    against = describe_space(row["against"])
    other = table.loc[table["input_space"] == row["against"], "epochs"]
    shorter = "" if other.empty else f"after {other.iloc[0]} epochs on {against}, "
    return [
        f"At the end of the articles' trainings ({shorter}after {row['epochs']} on "
        f"{describe_space(row['input_space'])}), distances differ from {against} by "
        f"{100 * row['difference']:+.2f} points of test accuracy"
        f"{percent_interval(row['difference_ci_low'], row['difference_ci_high'], 2)}: "
        f"{row['verdict']}.{_at_equal_epochs(run, row)}"
    ]


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
        f" After {last:.0f} epochs of both, distances reach {one} and "
        f"{describe_space(row['against'])} {other} (means)."
    )


def _verdicts(controls: pd.DataFrame) -> str:
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
    if (_same_size(controls)["verdict"] == "better").any():
        text += " So small inputs can do as well or better without clusters."
    return text


def _failures(controls: pd.DataFrame, chance: Chance) -> list[str]:
    failed = controls.loc[controls["test_accuracy"].map(chance.covers), "input_space"]
    if failed.empty:
        return []
    return [f"Networks on {join([*map(describe_space, failed)])} {FAILED}: {chance}."]


def _certainty(best: pd.Series | None, controls: pd.DataFrame | None) -> str:
    parts = []
    if best is not None:
        parts.append(
            f"All {count(best['seeds'], 'seed')} reach the accuracy; the interval is Student's t "
            "over seeds, on logarithms."
        )
    if controls is not None:
        parts.append(
            f"Inputs are compared over {count(int(controls['seeds'].min()), 'seed')}, seed by "
            "seed; the 5 % error rate covers all comparisons jointly (Holm)."
        )
    return " ".join(parts)


def _headline(best: pd.Series | None) -> Headline | None:
    if best is None:
        return None
    space = describe_space(best["input_space"], with_scaling=False)
    return Headline(
        f"{plain(best['speedup'])} ×",
        f"as long as {space} need to reach {percent(best['target'], 2)} test accuracy "
        f"({plain(best['seconds'])} s): the whole training on pixels"
        f"{interval(best['ci_low'], best['ci_high'])}",
    )


def _draw_times(run: Run, times: pd.DataFrame | None, best: pd.Series | None) -> list[Figure]:
    curves = run.tables.find("accuracy_over_time", *_CURVES)
    if curves is None:
        return []
    spec, switches = draw_time_to_accuracy(curves, times)
    title = (
        "No distances reach a target accuracy with all seeds"
        if best is None
        else f"Distances reach {percent(best['target'], 2)} after {plain(best['seconds'])} s"
    )
    caption = (
        "Test accuracy over seconds of training: mean over seeds, and the range over seeds as a "
        f"band. The axis shows seconds, not epochs: epochs times the time of one, measured apart "
        "without prediction or evaluation. The claim on the time of the reference run counts the "
        f"trainings as they ran, so it names another time.{_targets(times)}"
    )
    return [Figure("chart-time-to-accuracy", title, caption, spec, switches)]


def _targets(times: pd.DataFrame | None) -> str:
    """What the rings mark."""
    if times is None:
        return ""
    targets = times.drop_duplicates("target").sort_values("target")
    parts = [
        f"{percent(row['target'], 2)} ({_KINDS.get(row['target_kind'], row['target_kind'])})"
        for row in targets.to_dict("records")
    ]
    return f" Rings mark where {join(parts)} is reached: the mean of the seeds that reach it."


def _draw(controls: pd.DataFrame) -> Figure:
    rows = controls.sort_values("test_accuracy", ascending=False)
    records: list[Record] = [
        {
            "label": describe_space(row["input_space"]),
            "series": describe_space(row["input_space"]),
            "inputs": str(row["n_features"]),
            "test accuracy": percent(row["test_accuracy"], 2),
            "interval": range_words(row["ci_low"], row["ci_high"], scale=100),
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
        f"{explain_inputs(rows['input_space'])}",
        draw_rows(records, switches, Axis("test accuracy (%)")),
        switches,
    )


def _plain_distances(controls: pd.DataFrame) -> str:
    """That images are not standardised first, where no distances here are of such images."""
    spaces = controls["input_space"]
    clusters = spaces[spaces.str.startswith("clusters-")]
    plain_ones = not clusters.empty and not clusters.str.contains("-sample").any()
    return ", and distances whose images are not standardised first" if plain_ones else ""
