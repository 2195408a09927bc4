"""One training of a Keras model on one input space, as a table of epochs."""

from __future__ import annotations

from collections.abc import Sequence

import pandas as pd

from mlplab.keras_mlp.models import build_reference_model, configure_tensorflow
from mlplab.keras_mlp.training import train_keras
from mlplab.machine.watch import QuietWatch
from mlplab.training.history import add_load
from mlplab.training.samples import Samples
from mlplab.training.settings import TrainingSettings


def train_keras_reference(
    samples: Samples,
    settings: TrainingSettings,
    *,
    hidden_layer_sizes: Sequence[int],
    l2: float,
    seed: int,
    n_threads: int,
    one_call: bool = False,
) -> pd.DataFrame:
    """Train the reference model of article A in Keras; a row per epoch.

    Of ``settings``, epochs and batch size count: Keras measures after every epoch. ``one_call``
    has TensorFlow execute all batches of an epoch in one call: the same numbers in less time. A
    process may train several seeds with the same ``n_threads``.
    """
    configure_tensorflow(n_threads, seed=seed)
    n_classes = int(samples.y_train.max()) + 1
    model = build_reference_model(
        samples.x_train.shape[1], n_classes, hidden=tuple(hidden_layer_sizes), l2=l2
    )
    if one_call:
        model.steps_per_execution = -(-len(samples.x_train) // settings.batch_size)
    with QuietWatch() as watch:
        history = train_keras(
            model,
            samples.x_train,
            samples.y_train,
            samples.x_test,
            samples.y_test,
            epochs=settings.epochs,
            batch_size=settings.batch_size,
        )
    return add_load(history, watch, n_threads, "keras")
