"""Find the elbow of the inertia curve, and decide whether it is clear.

A module of its own, because kneed takes longer to import than most fits of k-means.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass

import numpy as np
import pandas as pd
from kneed import KneeLocator


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


def find_elbow(
    ks: Sequence[int] | np.ndarray,
    inertias: Sequence[float] | np.ndarray,
    *,
    sensitivity: float = 1.0,
) -> int | None:
    """The K at which the inertia curve bends most, or None without a bend.

    Kneedle (Satopää et al., 2011) on a convex, decreasing curve. ``sensitivity`` is its S: with a
    larger one, the curve must run flat for longer after a bend for the bend to count.

    Raises
    ------
    ValueError
        Fewer than three points, lists of different lengths, a K that occurs twice, values that
        are not finite, or a negative sensitivity.

    Examples
    --------
    >>> find_elbow([10, 20, 30, 40, 50], [100, 40, 35, 31, 28])
    20
    """
    if len(ks) != len(inertias) or len(ks) < 3:
        raise ValueError(f"got {len(ks)} ks and {len(inertias)} inertias; 3 or more are needed")
    order = np.argsort(ks)
    ks, inertias = np.asarray(ks)[order], np.asarray(inertias, float)[order]
    if not np.isfinite(inertias).all():
        raise ValueError(f"inertias holds {np.sum(~np.isfinite(inertias))} NaN or infinite values")
    if len(np.unique(ks)) < len(ks):
        raise ValueError(f"ks is {ks.tolist()}; allowed: each K once")
    if not 0 <= sensitivity < np.inf:
        raise ValueError(f"sensitivity is {sensitivity}; allowed: 0 or more")
    locator = KneeLocator(ks, inertias, S=sensitivity, curve="convex", direction="decreasing")
    return None if locator.knee is None else int(locator.knee)


def locate_elbow(
    sweep: pd.DataFrame, sensitivities: Sequence[float], trim: float, max_width: int
) -> Elbow:
    """Look for the elbow of every seed's inertia curve, with every setting of Kneedle and range.

    Kneedle finds the point farthest below the chord of the curve. A curve without a characteristic
    K has such a point as well, but there it moves with the ends of the sweep. So the search is
    repeated without the lowest K's, and without the highest.

    Parameters
    ----------
    sweep : table with the columns k, seed and inertia
    sensitivities : settings S of Kneedle, see :func:`find_elbow`
    trim : share of the K's to leave out at an end, 0 for none
    max_width : the widest interval of K that counts as one elbow

    Examples
    --------
    >>> sweep = pd.DataFrame({"k": [10, 20, 30, 40], "seed": 0, "inertia": [100, 40, 35, 31]})
    >>> locate_elbow(sweep, [1.0], trim=0.0, max_width=10).describe()
    'elbow at 20 in all of 1 cases (seeds, settings of Kneedle, ranges of K)'
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
