"""What the rows of every training say beside its epochs."""

from __future__ import annotations

import numpy as np
import pandas as pd

from mlplab.features.spaces import parse_space
from mlplab.machine.processors import available_threads
from mlplab.machine.watch import QuietWatch
from mlplab.training.samples import Samples


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

    ``space`` is the name of the features, see :func:`mlplab.features.spaces.parse_space`;
    ``l2_factor`` is what λ₂ was multiplied by. Without a validation part its accuracy is missing.
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
        disturbed=watch.disturbed,
    )
