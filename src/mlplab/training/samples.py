"""The samples of a training: both parts, and what is held out for validation."""

from __future__ import annotations

from dataclasses import dataclass, fields, replace
from typing import Any

import numpy as np

from mlplab.runtime.files import load_array


@dataclass(frozen=True)
class Samples:
    """Features (n, n_features) float32 and labels (n,) of both parts."""

    x_train: np.ndarray
    y_train: np.ndarray
    x_test: np.ndarray
    y_test: np.ndarray

    @property
    def n_features(self) -> int:
        """Number of input features."""
        return int(self.x_train.shape[1])


def load_samples(paths: Any) -> Samples:
    """Open the four arrays that attributes of ``paths`` name, e.g. ``paths.x_train``."""
    return Samples(*(load_array(getattr(paths, f.name)) for f in fields(Samples)))


def hold_out(samples: Samples, n_validation: int) -> tuple[Samples, np.ndarray, np.ndarray]:
    """The samples without the last of the training part; features and labels of those.

    Raises
    ------
    ValueError
        Nothing would be left to train on, or a class would be among the last ones alone.
    """
    n = len(samples.x_train) - n_validation
    if n < 1 or n_validation < 0:
        raise ValueError(
            f"n_validation: found {n_validation}; allowed: 0 to {len(samples.x_train) - 1}, as "
            f"there are {len(samples.x_train)} training samples"
        )
    kept = replace(samples, x_train=samples.x_train[:n], y_train=samples.y_train[:n])
    require_classes(kept.y_train, samples.y_train[n:])
    return kept, samples.x_train[n:], samples.y_train[n:]


def require_classes(trained: np.ndarray, held_out: np.ndarray) -> None:
    """Raise ValueError if labels (n,) that are held out have classes without a training sample."""
    unknown = np.setdiff1d(held_out, trained)
    if len(unknown):
        raise ValueError(
            f"n_validation: the last {len(held_out)} training images, kept for validation, have "
            f"the classes number {unknown[:10].tolist()}, which none of the others has; mix the "
            "images, or keep fewer"
        )
