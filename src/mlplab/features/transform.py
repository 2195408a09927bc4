"""Features of an input space: principal components, projections, distances."""

from __future__ import annotations

from typing import cast

import numpy as np
from sklearn.random_projection import GaussianRandomProjection

from mlplab.clusters.clustering import cluster_distances
from mlplab.features.components import fit_components
from mlplab.features.scaling import ScalingMethod, scale_features
from mlplab.features.spaces import parse_space
from mlplab.runtime.arrays import map_rows

Parts = tuple[np.ndarray, np.ndarray]


def make_features(
    space: str,
    train: np.ndarray,
    test: np.ndarray,
    *,
    seed: int | None = None,
    centers: np.ndarray | None = None,
    scaling: str = "standard",
) -> Parts:
    """Features of both parts in an input space, float32 (n, n_features), learned from ``train``.

    Large ones are memory maps, see :func:`mlplab.runtime.arrays.scratch_array`.

    Parameters
    ----------
    space : name of the space, see :func:`mlplab.features.spaces.parse_space`
    train, test : pixels as k-means sees them, (n, n_pixels)
    seed : chooses the images or the directions of a random space
    centers : centres of the clusters, (K, n_pixels), for ``clusters-<K>``
    scaling : of the distances, unless the name of the space says another

    Raises
    ------
    ValueError
        The space is unknown or that of pixels, or it needs a seed, centres or more images than
        there are.

    Examples
    --------
    >>> x = np.array([[0, 0], [0, 1], [9, 9], [9, 8]], np.float32)
    >>> train, test = make_features("clusters-2", x, x[:1], centers=x[[0, 2]])
    >>> train.shape, test.shape
    ((4, 2), (1, 2))
    """
    parsed = parse_space(space)
    if parsed.kind == "clusters":
        if centers is None or (not parsed.is_chosen and len(centers) != parsed.n_features):
            found = None if centers is None else len(centers)
            needed = "those of the chosen K" if parsed.is_chosen else parsed.n_features
            raise ValueError(f"centers: found {found}; {space} needs {needed}")
        return _scaled_distances(train, test, centers, parsed.scaling or scaling)
    if parsed.is_random and seed is None:
        raise ValueError(f"seed: found None; {space} is drawn at random and needs one")
    if parsed.n_features is None:
        raise ValueError(f"space: found {space}, which is not made from other features")
    if parsed.kind == "pca":
        return _principal_components(train, test, parsed.n_features, parsed.scaling)
    if parsed.kind == "projection":
        projection = GaussianRandomProjection(parsed.n_features, random_state=seed).fit(train[:1])
        train, test = (map_rows(projection.transform, x, parsed.n_features) for x in (train, test))
        return scale_features(train, test, "standard")
    if parsed.n_features > len(train):
        raise ValueError(f"train: found {len(train)} images; {space} needs {parsed.n_features}")
    chosen = np.random.default_rng(seed).choice(len(train), parsed.n_features, replace=False)
    return _scaled_distances(train, test, train[np.sort(chosen)], "standard")


def _scaled_distances(
    train: np.ndarray, test: np.ndarray, centers: np.ndarray, scaling: str
) -> Parts:
    return scale_features(
        cluster_distances(train, centers),
        cluster_distances(test, centers),
        cast(ScalingMethod, scaling),  # as it stands in the name of a space, or in the config
    )


def _require_variance(variances: np.ndarray) -> None:
    """Raise ValueError if a component (d,) varies no more than rounding errors."""
    n_varying = np.count_nonzero(variances > variances[0] * np.finfo(np.float32).eps)
    if n_varying < len(variances):
        raise ValueError(
            f"train: found images that vary in {n_varying} components only; {len(variances)} "
            "cannot be whitened; choose fewer"
        )


def _principal_components(
    train: np.ndarray, test: np.ndarray, n_components: int, scaling: str | None
) -> Parts:
    whitening = {None: 0.0, "halfwhitened": 0.5, "whitened": 1.0}[scaling]
    components = fit_components(train, n_components, whitening=whitening)
    if scaling:
        _require_variance(components.variances)
    return (
        map_rows(components.transform, train, n_components),
        map_rows(components.transform, test, n_components),
    )
