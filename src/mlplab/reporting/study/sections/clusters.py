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
# Below this, a silhouette shows no substantial structure (Kaufman and Rousseeuw 1990).
_NO_STRUCTURE = 0.25

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
    return Content(
        answer=f"{_elbow(choices)}; the automatic rule picks K = {choice['k']:.0f}.",
        meaning=[
            _peaks(choices, sweep),
            _choice(choice, sweep),
            _of_article(run),
        ],
        certainty=(
            f"Every K was fitted with {count(sweep['seed'].nunique(), 'seed')}; ranges in "
            "parentheses are from the lowest to the highest seed, not intervals. The elbow was "
            "looked for with several settings of its method, and counts as clear only if all of "
            "them agree."
        ),
        figures=_draw(run, sweep, choices),
    )


def _elbow(choices: pd.DataFrame) -> str:
    elbow = choices[(choices["criterion"] == "elbow") & choices["k"].notna()]
    if elbow.empty:
        return "The curve of the inertia has no elbow"
    row = elbow.iloc[0]
    ends = f"(from K = {row['k_low']:.0f} to {row['k_high']:.0f})"
    if str(row["statement"]).startswith("no clear"):
        return (
            "No K stands out: depending on seed and setting, the elbow lies anywhere from "
            f"{row['k_low']:.0f} to {row['k_high']:.0f}"
        )
    return f"The inertia bends at K = {row['k']:.0f} {ends}"


def _choice(choice: pd.Series, sweep: pd.DataFrame) -> str:
    """The rule, what it picks, and how far that stands out."""
    k = choice["k"]
    ranges = sweep.groupby("k")["silhouette"].agg(["mean", "min", "max", "size"])
    text = (
        "The automatic rule takes the elbow if it is clear, else the highest of these peaks, else "
        f"the K with the highest silhouette: here K = {k:.0f}."
    )
    if k not in ranges.index:
        return text
    own = ranges.loc[k]
    seeds = count(int(own["size"]), "seed")
    text += (
        f" Its silhouette is {plain(own['mean'])} (range over {seeds} {plain(own['min'])} to "
        f"{plain(own['max'])}) on a scale from −1 to 1."
    )
    if own["mean"] < _NO_STRUCTURE:
        text += " That is close to 0: clusters hardly separate, for any K of the sweep."
        if (ranges["mean"] >= _NO_STRUCTURE).any():
            text = text.replace(", for any K of the sweep", "")
    place = ranges.index.get_loc(k)
    neighbours = [ranges.index[at] for at in (place - 1, place + 1) if 0 <= at < len(ranges)]
    close = [other for other in neighbours if ranges.loc[other, "max"] >= own["min"]]
    if close and own["size"] > 1:
        text += (
            f" The seeds' range overlaps that of {join([f'K = {other:.0f}' for other in close])}, "
            "so this peak is within the spread of seeds."
        )
    return text


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


def _draw(run: Run, sweep: pd.DataFrame, choices: pd.DataFrame) -> list[Figure]:
    means = sweep.groupby("k")["silhouette"].mean()
    silhouette, switches = draw_sweep(sweep, choices, "silhouette", "mean silhouette")
    inertia, same = draw_sweep(sweep, choices, "inertia", "inertia")
    return [
        Figure(
            "chart-silhouette",
            f"The silhouette is highest at K = {means.idxmax():.0f}: {plain(means.max())}",
            "Mean silhouette coefficient over the number of clusters K. Dots are seeds; the line "
            "joins their means; the dashed line is the K that the automatic rule picks. The "
            "vertical axis does not begin at 0.",
            silhouette,
            switches,
        ),
        Figure(
            "chart-inertia",
            _elbow(choices),
            "Inertia over K: the sum, over the images that k-means was fitted on, of the squared "
            f"distance to the nearest centre{_of_images(run)}. Dots are seeds; the shaded range is "
            "where elbows were found. The vertical axis does not begin at 0.",
            inertia,
            same,
        ),
    ]


def _of_images(run: Run) -> str:
    """How the images are scaled that k-means sees; empty where the configuration is unknown."""
    words = {
        "normalizer": "each image scaled to length 1",
        "standard": "each pixel standardised",
        "minmax": "pixels scaled to 0…1",
        "unit": "pixels divided by 255",
    }
    scaling = words.get(str(run.setting("scale", "cluster")))
    return f" ({scaling})" if scaling else ""
