"""Choose the number of clusters K from a sweep, and say how clear the choice is."""

from __future__ import annotations

from collections.abc import Sequence

import pandas as pd

from mlplab.clusters.elbow import locate_elbow
from mlplab.runtime.tables import Table

CHOICES = Table(
    "cluster_choices",
    "a row per criterion: what the sweep says about the number of clusters K",
    {
        "criterion": "`elbow`: the bend of the inertia curve (Kneedle); `silhouette peak`: a K "
        "with a higher silhouette than both neighbours, a row each; `chosen`: the K that `auto` "
        "stands for",
        "k": "the K. For an elbow, the median over all seeds, settings S of Kneedle "
        "(`cluster.elbow.sensitivities`) and ranges of K (the sweep without its lowest or highest "
        "part, `cluster.elbow.trim`), as the nearest K of the sweep; empty if none was found",
        "k_low": "the lowest elbow over seeds, settings and ranges",
        "k_high": "the highest elbow over seeds, settings and ranges",
        "seeds": "number of fits at each K, one per seed",
        "inertia": "mean inertia over seeds at this K",
        "silhouette": "mean silhouette over seeds at this K",
        "statement": "for the elbow, how often it was found and whether it is clear; for a peak, "
        "with how many seeds it is one; for the chosen K, the reason",
    },
    "An elbow is clear if every seed, setting and range finds it within an interval of at most "
    "`cluster.elbow.max_width`. The chosen K is the elbow if it is clear, else the highest peak of "
    "the silhouette, else the K with the highest silhouette.",
)


def choose_k(
    sweep: pd.DataFrame,
    *,
    sensitivities: Sequence[float] = (0.5, 1.0, 2.0, 3.0, 5.0),
    trim: float = 0.25,
    max_width: int = 20,
) -> pd.DataFrame:
    """What the sweep says about K: the elbow of the inertia and the peaks of the silhouette.

    Parameters
    ----------
    sweep : table with the columns k, seed, inertia and silhouette
    sensitivities, trim, max_width : when an elbow is clear, see
        :func:`mlplab.clusters.elbow.locate_elbow`

    Returns
    -------
    DataFrame with the columns of ``CHOICES``: a row "elbow", whose k is missing if there is
    none; a row "silhouette peak" per K whose mean silhouette over seeds is higher than that of
    both neighbours; and a row "chosen": the elbow if it is clear, else the highest peak, else
    the K with the highest silhouette. ``inertia`` and ``silhouette`` are means over seeds.
    """
    means = sweep.groupby("k")[["inertia", "silhouette"]].mean()
    elbow = locate_elbow(sweep, sensitivities, trim, max_width)
    scores = sweep.pivot(index="k", columns="seed", values="silhouette")
    peaks = means.index[_are_peaks(means["silhouette"])].to_list()
    seeds = _are_peaks(scores).sum(axis=1)
    words = "higher than at both neighbours on average, and with {} of {} seeds"
    rows = [("elbow", elbow.k, elbow.low, elbow.high, elbow.describe())]
    rows += [
        ("silhouette peak", k, None, None, words.format(seeds[k], scores.shape[1])) for k in peaks
    ]
    if elbow.clear:
        rows.append(("chosen", elbow.k, None, None, "the elbow, which is clear"))
    elif peaks:
        best = max(peaks, key=means["silhouette"].get)
        rows.append(("chosen", best, None, None, "the highest silhouette peak: no clear elbow"))
    else:
        best = means["silhouette"].idxmax()
        words = "the highest silhouette: neither a clear elbow nor a silhouette peak"
        rows.append(("chosen", best, None, None, words))
    table = pd.DataFrame(rows, columns=["criterion", "k", "k_low", "k_high", "statement"])
    table = table.astype(dict.fromkeys(["k", "k_low", "k_high"], "Int64"))
    return CHOICES.arrange(table.join(means, on="k").assign(seeds=scores.shape[1]))


def chosen_k(choices: pd.DataFrame) -> int:
    """The K that a table of :func:`choose_k` settles on."""
    return int(choices.loc[choices["criterion"] == "chosen", "k"].item())


def _are_peaks(scores: pd.Series | pd.DataFrame) -> pd.Series | pd.DataFrame:
    """Where values along the index are higher than both neighbours."""
    return (scores > scores.shift(1)) & (scores > scores.shift(-1))
