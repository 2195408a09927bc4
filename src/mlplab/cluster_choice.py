"""What a sweep says about the number of clusters K, and how sure it is."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass

import numpy as np
import pandas as pd

from mlplab.clustering import find_elbow

CHOICE_COLUMNS = ["criterion", "k", "k_low", "k_high", "inertia", "silhouette", "statement"]


@dataclass(frozen=True)
class Elbow:
    """Where Kneedle finds the elbow of the inertia curve, case by case.

    Attributes
    ----------
    k : median of the elbows found, as the nearest K of the sweep; None if none was found
    low, high : the lowest and the highest elbow found; None likewise
    found, cases : how often one was found, of how many seeds, settings and ranges
    max_width : the widest interval that counts as one elbow
    """

    k: int | None
    low: int | None
    high: int | None
    found: int
    cases: int
    max_width: int

    @property
    def clear(self) -> bool:
        """Whether every case has an elbow, and all lie close together."""
        if self.low is None or self.high is None:
            return False
        return self.found == self.cases and self.high - self.low <= self.max_width

    def describe(self) -> str:
        """The finding in a sentence."""
        tried = f"{self.cases} cases (seeds, settings of Kneedle, ranges of K)"
        if self.k is None:
            return f"no clear elbow: none found in {tried}"
        at = f"at {self.low}" if self.low == self.high else f"from {self.low} to {self.high}"
        if self.clear:
            return f"elbow {at} in all of {tried}"
        if self.found < self.cases:
            return f"no clear elbow: {at} in {self.found} of {tried}, none in the others"
        return f"no clear elbow: {at} in {tried}, wider than {self.max_width}"


def locate_elbow(
    sweep: pd.DataFrame, sensitivities: Sequence[float], trim: float, max_width: int
) -> Elbow:
    """Look for the elbow of every seed's inertia curve, with every setting of Kneedle and range.

    Kneedle finds the point farthest below the chord of the curve, which a curve without any
    characteristic K has as well; but there it moves with the ends of the sweep. So it is also
    looked for without the lowest and without the highest K's.

    Parameters
    ----------
    sweep : table with the columns k, seed and inertia
    sensitivities : settings S of Kneedle, see :func:`mlplab.clustering.find_elbow`
    trim : share of the K's that is left out at either end, 0 for none
    max_width : the widest interval of K that counts as one elbow
    """
    found = [
        find_elbow(part["k"].to_list(), part["inertia"].to_list(), sensitivity=sensitivity)
        for _, curve in sweep.sort_values("k").groupby("seed")
        for part in _ranges(curve, trim)
        for sensitivity in sensitivities
    ]
    elbows = [k for k in found if k is not None]
    if not elbows:
        return Elbow(None, None, None, 0, len(found), max_width)
    ks = np.sort(sweep["k"].unique())
    middle = int(ks[np.abs(ks - np.median(elbows)).argmin()])
    return Elbow(middle, min(elbows), max(elbows), len(elbows), len(found), max_width)


def _ranges(curve: pd.DataFrame, trim: float) -> list[pd.DataFrame]:
    """The curve, and the curve without the points at either end; those with 3 points or more."""
    n = round(len(curve) * trim)
    parts = [curve, curve.iloc[n:], curve.iloc[: len(curve) - n]] if n else [curve]
    return [part for part in parts if len(part) >= 3]


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
    sensitivities, trim, max_width : when an elbow is clear, see :func:`locate_elbow`

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
