"""Do cluster distances learn faster and better, and is it the clusters?"""

from __future__ import annotations

import pandas as pd

from mlplab.reporting.figures.drawing import space_color
from mlplab.reporting.study.chance import FAILED, Chance
from mlplab.reporting.study.charts.intervals import draw_rows
from mlplab.reporting.study.charts.parts import Axis, Record, range_words
from mlplab.reporting.study.charts.time_to_accuracy import draw_time_to_accuracy
from mlplab.reporting.study.content import Content, Figure, Headline, MissingPartError, Switch
from mlplab.reporting.study.run import Run
from mlplab.reporting.study.words import interval, percent_interval, plain
from mlplab.reporting.words import count, describe_space, join, percent

ID = "distances"
QUESTION = "Do cluster distances learn faster and better, and is it the clusters?"
SHORT = "Cluster distances"
TABLES = ("time_to_accuracy_summary", "time_to_accuracy", "accuracy_over_time",
          "feature_controls", "reference_paired", "controls_over_time", "ladder_input_spaces",
          "lambda_rule", "learning_rates", "scaling_comparison")  # fmt: skip

_TIMES = ("input_space", "target", "target_kind", "seeds_reached", "seeds", "seconds", "speedup",
          "ci_low", "ci_high")  # fmt: skip
_CONTROLS = ("input_space", "n_features", "epochs", "seeds", "test_accuracy", "ci_low", "ci_high",
             "against", "difference", "difference_ci_low", "difference_ci_high",
             "verdict")  # fmt: skip
# A label of more words would make the answer too long.
_MOST_WORDS = 5


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
        notices.append(f"Times to an accuracy are left out: {error}.")
    try:
        controls = run.tables.read("feature_controls", *_CONTROLS)
    except MissingPartError as error:
        notices.append(f"Other inputs of that size are left out: {error}.")
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
        notices=notices,
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
            f"Cluster distances reach {percent(best['target'])} accuracy "
            f"{plain(best['speedup'])} times sooner"
            f"{interval(best['ci_low'], best['ci_high'])}"
        )
    return f"{speed}{_rivals(controls)}."


def _rivals(controls: pd.DataFrame | None) -> str:
    """The best other input of the same size, and whether it does without clusters as well."""
    others = None if controls is None else _same_size(controls)
    if others is None or others.empty or (others["verdict"] == "not tested").all():
        return ""
    good = others[others["verdict"].isin(["better", "no clear difference"])]
    if good.empty:
        return f", and no other {others['n_features'].iloc[0]} inputs are as accurate"
    best = good.loc[good["test_accuracy"].idxmax()]
    label = describe_space(best["input_space"])
    name = label if len(label.split()) <= _MOST_WORDS else "other inputs"
    how = "more accurate still" if best["verdict"] == "better" else "as accurate"
    return f", but {name} are {how}"


def _same_size(controls: pd.DataFrame) -> pd.DataFrame:
    size = controls.loc[controls["verdict"] == "reference", "n_features"]
    others = controls[controls["difference"].notna()]
    return others[others["n_features"].isin(size)]


def _beside_pixels(times: pd.DataFrame, best: pd.Series) -> str:
    text = (
        f"“Sooner” is the articles' measure: the whole training on pixels over the time until "
        f"{describe_space(best['input_space'])} ({best['input_space']}) reach the accuracy; "
        "the time of clustering does not count."
    )
    pixels = times[(times["input_space"] == "pixels") & (times["target"] == best["target"])]
    if pixels.empty:
        return text
    row = pixels.iloc[0]
    if row["seeds_reached"] == 0:
        return f"{text} Pixels themselves reach it with none of {count(row['seeds'], 'seed')}."
    return (
        f"{text} Pixels themselves reach it with {row['seeds_reached']} of "
        f"{count(row['seeds'], 'seed')}, after {plain(row['seconds'])} s; distances after "
        f"{plain(best['seconds'])} s (means)."
    )


def _paired(run: Run) -> list[str]:
    """Accuracy at the end of the articles' trainings, distances against pixels."""
    table = run.tables.find("reference_paired", *_CONTROLS)
    if table is None or not table["difference"].notna().any():
        return []
    row = table[table["difference"].notna()].iloc[0]
    against = describe_space(row["against"])
    return [
        f"At the end of training, {describe_space(row['input_space'])} differ from "
        f"{against} by {100 * row['difference']:+.2f} points of test accuracy"
        f"{percent_interval(row['difference_ci_low'], row['difference_ci_high'], 2)}: "
        f"{row['verdict']}."
    ]


def _verdicts(controls: pd.DataFrame) -> str:
    others = controls[controls["difference"].notna()]
    if others.empty:
        return ""
    parts = [
        f"{verdict}: {join([*map(describe_space, rows['input_space'])])}"
        for verdict, rows in others.groupby("verdict", sort=False)
    ]
    against = describe_space(others["against"].iloc[0])
    return f"After {others['epochs'].iloc[0]} epochs, compared with {against}: {'; '.join(parts)}."


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
            "seed; 5 % hold for all comparisons together (Holm)."
        )
    return " ".join(parts)


def _headline(best: pd.Series | None) -> Headline | None:
    if best is None:
        return None
    space = describe_space(best["input_space"], with_scaling=False)
    return Headline(
        f"{plain(best['speedup'])} ×",
        f"sooner at {percent(best['target'])} test accuracy with {space}"
        f" in place of pixels{interval(best['ci_low'], best['ci_high'])}",
    )


def _draw_times(run: Run, times: pd.DataFrame | None, best: pd.Series | None) -> list[Figure]:
    curves = run.tables.find("accuracy_over_time", "input_space", "epoch", "seeds", "seconds",
                             "test_accuracy", "lowest", "highest")  # fmt: skip
    if curves is None:
        return []
    spec, switches = draw_time_to_accuracy(curves, times)
    title = (
        "No distances reach a target accuracy with all seeds"
        if best is None
        else f"Distances reach {percent(best['target'])} after {plain(best['seconds'])} s"
    )
    caption = (
        "Test accuracy over seconds of training: mean over seeds, and the range over seeds as a "
        "band. Rings mark where a target is reached (mean of the seeds that reach it)."
    )
    return [Figure("chart-time-to-accuracy", title, caption, spec, switches)]


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
        "Test accuracy of networks on several kinds of inputs, mean over seeds with 95 % "
        "intervals.",
        draw_rows(records, switches, Axis("test accuracy (%)")),
        switches,
    )
