"""Features of images in a space: principal components, projections, distances."""

from __future__ import annotations

from typing import cast

import numpy as np
from sklearn.decomposition import PCA
from sklearn.random_projection import GaussianRandomProjection

from mlplab.clustering import cluster_distances
from mlplab.scaling import ScalingMethod, scale_features
from mlplab.spaces import parse_space

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
    """Features of both parts in a space, float32 (n, n_features), learned from ``train``.

    Parameters
    ----------
    space : name of the space, see :func:`mlplab.spaces.parse_space`
    train, test : pixels as k-means sees them, (n, n_pixels)
    seed : chooses the images or the directions of a random space
    centers : centres of the clusters, (K, n_pixels), for ``clusters-<K>``
    scaling : of the distances, unless the name of the space says another

    Raises
    ------
    ValueError
        The space is unknown, is that of pixels, or needs a seed, centres or more images than
        there are.
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
        projection = GaussianRandomProjection(parsed.n_features, random_state=seed).fit(train)
        return scale_features(projection.transform(train), projection.transform(test), "standard")
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


def _principal_components(
    train: np.ndarray, test: np.ndarray, n_components: int, scaling: str | None
) -> Parts:
    """The first components: whitened, half whitened, or all divided by the same number.

    Components are uncorrelated, so to standardise each of them is to whiten them: each is divided
    by its standard deviation s. Half whitened, each is divided by √s, so that the first ones keep
    part of their weight. Else they are left with their unequal variances. In the last two cases
    all are divided by one more number, after which the mean variance is 1.
    """
    pca = PCA(n_components, whiten=scaling == "whitened", svd_solver="covariance_eigh")
    parts = [pca.fit_transform(train), pca.transform(test)]
    if scaling != "whitened":
        exponent = 0.25 if scaling == "halfwhitened" else 0.0
        scale = pca.explained_variance_**exponent
        scale *= np.sqrt((pca.explained_variance_ / scale**2).mean())
        parts = [part / scale.astype(np.float32) for part in parts]
    return parts[0].astype(np.float32, copy=False), parts[1].astype(np.float32, copy=False)
