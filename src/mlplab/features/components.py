"""Principal components of samples that may lie in a memory map."""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np

from mlplab.runtime.arrays import row_blocks

# Components whose variance, relative to the largest, is rounding of float32 samples.
_NOISE = float(np.finfo(np.float32).eps) ** 2


@dataclass(frozen=True)
class PrincipalComponents:
    """The first principal components, each divided by a number of its own.

    Attributes
    ----------
    mean : of the samples, float64 (n_features,)
    axes : the components as columns, over their divisors, float64 (n_features, n_components)
    variances : of the samples along the components, before the division, float64 (n_components,)
    """

    mean: np.ndarray
    axes: np.ndarray
    variances: np.ndarray

    def transform(self, x: np.ndarray) -> np.ndarray:
        """Coordinates of samples (n, n_features), float64 (n, n_components)."""
        coordinates: np.ndarray = (x - self.mean) @ self.axes
        return coordinates


def fit_components(x: np.ndarray, n_components: int, *, whitening: float) -> PrincipalComponents:
    """The first ``n_components`` components of ``x`` (n, n_features), found block by block.

    Components are uncorrelated, so to standardise each of them is to whiten them: each is divided
    by its standard deviation s. That is a ``whitening`` of 1; in general each is divided by s to
    this power, 0 leaving their variances unequal, and all by one more number, after which the mean
    variance is 1. The largest coefficient of every component is positive.

    Raises
    ------
    ValueError
        There are fewer features or samples than ``n_components``, or ``x`` holds NaN or infinity.
    """
    most = min(x.shape)
    if not 1 <= n_components <= most:
        raise ValueError(f"n_components is {n_components}; allowed: 1 to {most}, as x is {x.shape}")
    mean = x.mean(axis=0, dtype=np.float64)
    if not np.isfinite(mean).all():
        raise ValueError("x holds NaN or infinite values; allowed: finite ones")
    covariance = np.zeros((len(mean), len(mean)))
    for rows in row_blocks(x.shape):
        centered = x[rows] - mean
        covariance += centered.T @ centered
    variances, axes = np.linalg.eigh(covariance / max(len(x) - 1, 1))
    variances, axes = variances[::-1][:n_components], axes[:, ::-1][:, :n_components]
    variances = np.maximum(variances, _NOISE * (variances[0] or 1.0))
    largest = np.take_along_axis(axes, np.abs(axes).argmax(axis=0)[np.newaxis], axis=0)
    divisors = variances ** (whitening / 2)
    divisors *= np.sqrt((variances / divisors**2).mean())
    return PrincipalComponents(mean, axes * np.sign(largest) / divisors, variances)
