"""Columns of every training beside those of its epochs."""

from __future__ import annotations

import numpy as np
import pandas as pd

from mlplab.features.spaces import parse_space
from mlplab.machine.processors import available_threads
from mlplab.machine.watch import QuietWatch
from mlplab.training.settings import TrainingLabel


def label_history(
    history: pd.DataFrame,
    label: TrainingLabel,
    *,
    n_features: int,
    batch_size: int,
) -> pd.DataFrame:
    """Put the columns that say which training it was in front of a table of epochs.

    Without a validation part its accuracy is missing.
    """
    labels = {
        "experiment": label.experiment,
        "framework": label.framework,
        # The scaling of pixels differs between frameworks; the figures compare the spaces.
        "input_space": parse_space(label.space).input_space,
        "n_features": n_features,
        "batch_size": batch_size,
        "seed": label.seed,
        "l2_factor": label.l2_factor,
    }
    if "validation_accuracy" not in history:
        history = history.assign(validation_accuracy=np.nan)
    return pd.concat([pd.DataFrame(labels, index=history.index), history], axis=1)


def add_load(history: pd.DataFrame, watch: QuietWatch, n_threads: int, engine: str) -> pd.DataFrame:
    """Add engine, number of threads, and the share of the machine lost to others and the host."""
    threads = min(n_threads, available_threads())
    return history.assign(engine=engine, n_threads=threads, **watch.columns())
