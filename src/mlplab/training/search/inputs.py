"""Features for the search, each learned from one part and applied to another."""

from __future__ import annotations

import numpy as np

from mlplab.clusters.clustering import KMeansSettings, fit_kmeans
from mlplab.features.spaces import parse_space
from mlplab.features.transform import Parts, make_features


def make_search_features(
    space: str, fit: np.ndarray, other: np.ndarray, *, seed: int, n_threads: int = 1
) -> Parts:
    """Features of both parts in a space, float32 (n, n_features), learned from ``fit`` alone.

    Centres of clusters come from one start of Lloyd's algorithm on ``fit``; those of the sweep
    have seen the images that the search keeps for validation.

    Parameters
    ----------
    space : name of the space, see :func:`mlplab.features.spaces.parse_space`
    fit, other : pixels as k-means sees them, (n, n_pixels)
    seed : of the start of k-means, and of random spaces
    """
    parsed, centers = parse_space(space), None
    if parsed.kind == "clusters" and parsed.n_features is not None:
        settings = KMeansSettings("lloyd", n_init=1)
        centers = fit_kmeans(
            fit, parsed.n_features, settings, seed=seed, n_threads=n_threads
        ).centers
    return make_features(space, fit, other, seed=seed, centers=centers)
