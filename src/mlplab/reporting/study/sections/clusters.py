"""How many clusters?"""

from __future__ import annotations

import pandas as pd

from mlplab.reporting.study.charts.sweep import draw_sweep
from mlplab.reporting.study.content import Content, Figure, MissingPartError
from mlplab.reporting.study.run import Run
from mlplab.reporting.study.words import plain
from mlplab.reporting.words import count, join

ID = "clusters"
QUESTION = "How many clusters?"
SHORT = "Clusters"
TABLES = ("cluster_sweep", "cluster_choices", "cluster_quality", "cluster_cost_quality",
          "cluster_growth", "silhouettes", "silhouette_error")  # fmt: skip


def tell(run: Run) -> Content:
    """The answer from ``cluster_choices.csv``; see :class:`Content`."""
    choices = run.tables.read(
        "cluster_choices", "criterion", "k", "k_low", "k_high", "statement", "silhouette"
    )
    sweep = run.tables.read("cluster_sweep", "k", "seed", "inertia", "silhouette")
    chosen = choices[choices["criterion"] == "chosen"]
    if chosen.empty:
        raise MissingPartError("tables/cluster_choices.csv has no row of the chosen K")
    choice = chosen.iloc[0]
    reason = str(choice["statement"]).replace(": ", "; there is ")
    at_choice = sweep.loc[sweep["k"] == choice["k"], "silhouette"]
    return Content(
        answer=f"{_elbow(choices)}; the automatic rule picks K = {choice['k']:.0f}.",
        meaning=[
            _peaks(choices, sweep),
            f"K = {choice['k']:.0f} is {reason}. Its silhouette is "
            f"{plain(at_choice.mean())} (range over {count(len(at_choice), 'seed')} "
            f"{plain(at_choice.min())} to {plain(at_choice.max())}), on a scale from -1 to 1: "
            "the higher, the better an image fits its own cluster rather than the next.",
            _of_article(run),
        ],
        certainty=(
            f"Every K was fitted with {count(sweep['seed'].nunique(), 'seed')}; brackets here are "
            "ranges over seeds, not intervals. The elbow was looked for with several settings of "
            "its method, and counts as clear only if all of them agree."
        ),
        figures=_draw(sweep, choices),
    )


def _elbow(choices: pd.DataFrame) -> str:
    elbow = choices[(choices["criterion"] == "elbow") & choices["k"].notna()]
    if elbow.empty:
        return "The curve of the inertia has no elbow"
    row = elbow.iloc[0]
    ends = f"(from K = {row['k_low']:.0f} to {row['k_high']:.0f})"
    if str(row["statement"]).startswith("no clear"):
        return f"No K stands out, for methods place the elbow anywhere {ends[1:-1]}"
    return f"The inertia bends at K = {row['k']:.0f} {ends}"


def _of_article(run: Run) -> str:
    """The number of clusters that the comparison of inputs has; empty where it has none."""
    table = run.tables.find("reference_paired", "input_space", "n_features")
    if table is None:
        return ""
    rows = table[table["input_space"].str.startswith("clusters-")]
    if rows.empty:
        return ""
    return (
        f"The trainings of article C use its own K = {rows['n_features'].iloc[0]}, not the one "
        "that the rule picks."
    )


def _peaks(choices: pd.DataFrame, sweep: pd.DataFrame) -> str:
    peaks = choices.loc[choices["criterion"] == "silhouette peak", "k"]
    if peaks.empty:
        return "The silhouette has no peak inside the sweep."
    at = join([f"K = {k:.0f}" for k in peaks])
    text = f"The silhouette has a peak, higher than at both neighbours, at {at}."
    means = sweep.groupby("k")["silhouette"].mean()
    highest = means.idxmax()
    if highest in (means.index.min(), means.index.max()):
        end = "first" if highest == means.index.min() else "last"
        text += (
            f" K = {highest:.0f} is highest, but as the {end} K of the sweep it cannot count as a "
            "peak."
        )
    return text


def _draw(sweep: pd.DataFrame, choices: pd.DataFrame) -> list[Figure]:
    means = sweep.groupby("k")["silhouette"].mean()
    silhouette, switches = draw_sweep(sweep, choices, "silhouette", "mean silhouette")
    inertia, same = draw_sweep(sweep, choices, "inertia", "inertia")
    return [
        Figure(
            "chart-silhouette",
            f"The silhouette is highest at K = {means.idxmax():.0f}: {plain(means.max())}",
            "Mean silhouette coefficient over the number of clusters K. Dots are seeds; the line "
            "joins their means; the dashed line is the K that the automatic rule picks.",
            silhouette,
            switches,
        ),
        Figure(
            "chart-inertia",
            _elbow(choices),
            "Inertia, the sum of squared distances to the nearest centre, over K. Dots are seeds; "
            "the shaded range is where elbows were found.",
            inertia,
            same,
        ),
    ]
