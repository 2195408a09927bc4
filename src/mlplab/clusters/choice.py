"""What a sweep says about the number of clusters K, and how sure it is."""

from __future__ import annotations

from collections.abc import Sequence

import pandas as pd

from mlplab.clusters.elbow import locate_elbow

CHOICE_COLUMNS = ["criterion", "k", "k_low", "k_high", "inertia", "silhouette", "statement"]


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
    DataFrame with the columns ``CHOICE_COLUMNS``: a row "elbow", whose k is missing if there is
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
    return table.join(means, on="k")[CHOICE_COLUMNS]


def chosen_k(choices: pd.DataFrame) -> int:
    """The K that a table of :func:`choose_k` settles on."""
    return int(choices.loc[choices["criterion"] == "chosen", "k"].item())


def _are_peaks(scores: pd.Series | pd.DataFrame) -> pd.Series | pd.DataFrame:
    """Where values along the index are higher than both neighbours."""
    return (scores > scores.shift(1)) & (scores > scores.shift(-1))
