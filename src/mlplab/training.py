"""What the trainings of all networks have in common: samples, labels of tables, load."""

from __future__ import annotations

from dataclasses import dataclass, fields, replace
from typing import Any

import numpy as np
import pandas as pd

from mlplab.files import load_array
from mlplab.processors import available_threads
from mlplab.spaces import parse_space
from mlplab.timing import QuietWatch


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


def input_scaled_l2(l2: float, n_features: int, n_pixels: int, *, scale: bool) -> float:
    """λ₂ · K / (number of pixels): fewer inputs make fewer and larger weights (article C)."""
    return l2 * n_features / n_pixels if scale else l2


def label_history(
    history: pd.DataFrame,
    samples: Samples,
    *,
    experiment: str,
    framework: str,
    space: str,
    batch_size: int,
    seed: int,
    l2_factor: float = 1.0,
) -> pd.DataFrame:
    """Put the columns that say which training it was in front of a table of epochs.

    ``space`` is the name of the features, see :func:`mlplab.spaces.parse_space`; ``l2_factor`` is
    what λ₂ was multiplied by. Without a validation part its accuracy is missing.
    """
    labels = {
        "experiment": experiment,
        "framework": framework,
        # The scaling of pixels differs between frameworks; the figures compare the spaces.
        "input_space": parse_space(space).input_space,
        "n_features": samples.n_features,
        "batch_size": batch_size,
        "seed": seed,
        "l2_factor": l2_factor,
    }
    if "validation_accuracy" not in history:
        history = history.assign(validation_accuracy=np.nan)
    return pd.concat([pd.DataFrame(labels, index=history.index), history], axis=1)


def add_load(history: pd.DataFrame, watch: QuietWatch, n_threads: int) -> pd.DataFrame:
    """Add how many threads were used, and what share of the machine others used meanwhile."""
    return history.assign(
        n_threads=min(n_threads, available_threads()),
        foreign_cpu_share=watch.foreign_share,
        contaminated=watch.contaminated,
    )
