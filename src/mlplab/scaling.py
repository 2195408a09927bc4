"""Scaling of features, fitted on the training part."""

from __future__ import annotations

from typing import Literal, get_args

import numpy as np
from sklearn.base import TransformerMixin
from sklearn.decomposition import PCA
from sklearn.pipeline import make_pipeline
from sklearn.preprocessing import (
    FunctionTransformer,
    MinMaxScaler,
    Normalizer,
    StandardScaler,
    scale,
)

from mlplab.spaces import DistanceScaling, PixelScaling

ScalingMethod = Literal[PixelScaling, DistanceScaling]
SCALING_METHODS: tuple[str, ...] = get_args(ScalingMethod)

_LARGEST_PIXEL = np.float32(255)


def _divide_by_largest_pixel(x: np.ndarray) -> np.ndarray:
    return x / _LARGEST_PIXEL


def _standardise_samples(x: np.ndarray) -> np.ndarray:
    # In float64, since distances of a sample are large beside their differences.
    scaled: np.ndarray = scale(x.astype(np.float64), axis=1)
    return scaled


def make_scaler(method: ScalingMethod) -> TransformerMixin:
    """The scikit-learn transformer of a scaling method.

    "standard": every feature to mean 0 and variance 1; "samplestandard": first every sample, then
    every feature; "whitened": principal components, each with variance 1; "normalizer": every
    sample to Euclidean length 1; "minmax": every feature to 0…1; "unit": pixels divided by 255.
    """
    scalers = {
        "standard": StandardScaler,
        "samplestandard": lambda: make_pipeline(
            FunctionTransformer(_standardise_samples), StandardScaler()
        ),
        "whitened": lambda: PCA(whiten=True, svd_solver="covariance_eigh"),
        "normalizer": Normalizer,
        "minmax": MinMaxScaler,
        "unit": lambda: FunctionTransformer(_divide_by_largest_pixel),
    }
    if method not in scalers:
        raise ValueError(f"scaling method {method!r} is unknown; allowed: {list(scalers)}")
    return scalers[method]()


def scale_features(
    train: np.ndarray, test: np.ndarray, method: ScalingMethod
) -> tuple[np.ndarray, np.ndarray]:
    """Scale both parts, shapes (n, n_features), with what is learned from ``train``; float32.

    Raises
    ------
    ValueError
        The method is unknown, or "whitened" is asked for where features do not vary.
    """
    if method == "whitened":
        constant = np.flatnonzero(np.ptp(train, axis=0) == 0)
        if len(constant):
            raise ValueError(
                f"train: found {len(constant)} constant features, the first being "
                f"{constant[0]}; whitening divides by their variance, so leave them out"
            )
    scaler = make_scaler(method)
    # float32 holds every pixel exactly; StandardScaler sums in float64 whatever it is given
    scaled = [scaler.fit_transform(np.asarray(train, dtype=np.float32))]
    scaled.append(scaler.transform(np.asarray(test, dtype=np.float32)))
    return scaled[0].astype(np.float32, copy=False), scaled[1].astype(np.float32, copy=False)
