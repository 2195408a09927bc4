"""Scaling of features, fitted on the training part."""

from __future__ import annotations

from collections.abc import Callable
from typing import Literal, get_args

import numpy as np
from sklearn.preprocessing import MinMaxScaler, StandardScaler, normalize, scale

from mlplab.features.components import fit_components
from mlplab.features.spaces import DistanceScaling, PixelScaling
from mlplab.runtime.arrays import map_rows, row_blocks

ScalingMethod = Literal[PixelScaling, DistanceScaling]
SCALING_METHODS: tuple[str, ...] = get_args(ScalingMethod)

_LARGEST_PIXEL = np.float32(255)


def _divide_by_largest_pixel(x: np.ndarray) -> np.ndarray:
    return x / _LARGEST_PIXEL


def _standardise_samples(x: np.ndarray) -> np.ndarray:
    # In float64, since distances of a sample are large beside their differences.
    scaled: np.ndarray = scale(x.astype(np.float64), axis=1)
    return scaled


# What a method does to each sample, and the scaler that it then fits to all samples.
_OF_A_SAMPLE = {
    "samplestandard": _standardise_samples,
    "normalizer": normalize,
    "samplenormalizer": normalize,
    "unit": _divide_by_largest_pixel,
}
_OF_FEATURES = {
    "standard": StandardScaler,
    "samplestandard": StandardScaler,
    "samplenormalizer": StandardScaler,
    "minmax": MinMaxScaler,
}


def scale_features(
    train: np.ndarray, test: np.ndarray, method: ScalingMethod
) -> tuple[np.ndarray, np.ndarray]:
    """Scale both parts, shapes (n, n_features), with statistics of ``train``; float32.

    "standard": every feature to mean 0 and variance 1; "samplestandard": first every sample, then
    every feature; "samplenormalizer": the same, but first every sample to Euclidean length 1;
    "whitened": principal components, each with variance 1; "normalizer": every
    sample to Euclidean length 1; "minmax": every feature to 0…1; "unit": pixels divided by 255.

    The parts may be memory maps, and large results are memory maps, see
    :func:`mlplab.runtime.arrays.scratch_array`.

    Raises
    ------
    ValueError
        The method is unknown, or the method is "whitened" and a feature is constant.

    Examples
    --------
    >>> train, test = scale_features(np.array([[0], [255]]), np.array([[0], [255]]), "unit")
    >>> test.tolist(), str(train.dtype)
    ([[0.0], [1.0]], 'float32')
    """
    function, width = _learn(train, method), train.shape[1]
    return map_rows(function, train, width), map_rows(function, test, width)


def _learn(train: np.ndarray, method: ScalingMethod) -> Callable[[np.ndarray], np.ndarray]:
    """A function that scales rows of either part."""
    if method not in SCALING_METHODS:
        raise ValueError(f"scaling method {method!r} is unknown; allowed: {list(SCALING_METHODS)}")
    if method == "whitened":
        return _learn_whitening(train)
    of_sample, scaler = _OF_A_SAMPLE.get(method), _OF_FEATURES.get(method)

    def prepare(rows: np.ndarray) -> np.ndarray:
        # float32 holds every pixel exactly; StandardScaler sums in float64 whatever it is given
        rows = np.asarray(rows, dtype=np.float32)
        return of_sample(rows) if of_sample else rows

    if scaler is None:
        return prepare
    fitted = scaler()
    for rows in row_blocks(train.shape):
        fitted.partial_fit(prepare(train[rows]))
    return lambda rows: fitted.transform(prepare(rows))


def _learn_whitening(train: np.ndarray) -> Callable[[np.ndarray], np.ndarray]:
    constant = np.flatnonzero(np.ptp(train, axis=0) == 0)
    if len(constant):
        raise ValueError(
            f"train: found {len(constant)} constant features, the first being "
            f"{constant[0]}; whitening divides by their variance, so leave them out"
        )
    return fit_components(train, train.shape[1], whitening=1.0).transform
