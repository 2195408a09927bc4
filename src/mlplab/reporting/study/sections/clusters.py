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
    at_choice = sweep.loc[sweep["k"] == choice["k"], "silhouette"]
    return Content(
        answer=f"{_elbow(choices)}; the workflow chose K = {choice['k']:.0f}.",
        meaning=[
            f"Why K = {choice['k']:.0f}: {choice['statement']}. Its silhouette is "
            f"{plain(at_choice.mean())} (range over {count(len(at_choice), 'seed')} "
            f"{plain(at_choice.min())} to {plain(at_choice.max())}), on a scale from -1 to 1.",
            _peaks(choices),
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
    ends = f"(from K = {row['k_low']:.0f} to {row['k_high']:.0f} over seeds and settings)"
    if str(row["statement"]).startswith("no clear"):
        return f"The inertia has no clear elbow {ends}"
    return f"The inertia bends at K = {row['k']:.0f} {ends}"


def _peaks(choices: pd.DataFrame) -> str:
    peaks = choices.loc[choices["criterion"] == "silhouette peak", "k"]
    if peaks.empty:
        return "The silhouette has no peak inside the sweep."
    at = join([f"K = {k:.0f}" for k in peaks])
    return f"The silhouette is higher than at both neighbours at {at}."


def _draw(sweep: pd.DataFrame, choices: pd.DataFrame) -> list[Figure]:
    means = sweep.groupby("k")["silhouette"].mean()
    silhouette, switches = draw_sweep(sweep, choices, "silhouette", "mean silhouette")
    inertia, same = draw_sweep(sweep, choices, "inertia", "inertia")
    return [
        Figure(
            "chart-silhouette",
            f"The silhouette is highest at K = {means.idxmax():.0f}: {plain(means.max())}",
            "Mean silhouette coefficient over the number of clusters K. Dots are seeds; the line "
            "joins their means.",
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
