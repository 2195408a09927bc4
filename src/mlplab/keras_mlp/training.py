"""Training: whole epochs with Keras' ``fit``, or given steps of the matched model."""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from typing import TYPE_CHECKING

import numpy as np
import pandas as pd

if TYPE_CHECKING:
    import keras


def train_keras(
    model: keras.Model,
    x_train: np.ndarray,
    y_train: np.ndarray,
    x_test: np.ndarray | None,
    y_test: np.ndarray | None,
    *,
    epochs: int,
    batch_size: int,
    seed: int | None = None,
    callbacks: Sequence[keras.callbacks.Callback] = (),
) -> pd.DataFrame:
    """Train a reference or deep model with ``fit`` and return a row per epoch.

    Parameters
    ----------
    model : compiled with a mean loss and the metric "accuracy"
    x_train, x_test : features (n, n_features); ``x_test=None`` leaves out the validation
    y_train, y_test : labels 0 … n_classes − 1, shape (n,)
    seed : seed of the shuffling; None goes on with the generators as they are, e.g. as
        ``configure_tensorflow`` seeded them. The start weights are drawn when the model is built
    callbacks : more callbacks for ``fit``, such as a progress bar

    Returns
    -------
    DataFrame with the columns of ``NumpyMLPClassifier.history_``. ``train_accuracy`` and
    ``total_cost`` are Keras' running averages over the epoch (as article A prints them), the cost
    times the number of samples; ``regularization_share`` is the regularisation at the end of the
    epoch over that average; Keras does not report the last batch alone, so its columns are
    missing values, as is ``test_accuracy`` without a test part. ``wall_seconds`` and
    ``cpu_seconds`` are those of training; the evaluation on the test part stands outside.

    Raises
    ------
    FloatingPointError
        The loss is not finite; the message names the epoch and the learning rate.
    """
    import keras

    from mlplab.keras_mlp.extensions import EpochRecorder

    n_classes = model.output_shape[-1]

    def prepare(x: np.ndarray, y: np.ndarray) -> tuple[np.ndarray, np.ndarray]:
        return np.ascontiguousarray(x, np.float32), keras.utils.to_categorical(y, n_classes)

    if seed is not None:
        keras.utils.set_random_seed(seed)
    recorder = EpochRecorder(epochs, len(x_train))
    features, targets = prepare(x_train, y_train)
    model.fit(
        features,
        targets,
        batch_size=batch_size,
        epochs=epochs,
        shuffle=True,
        verbose=0,
        validation_data=None if x_test is None or y_test is None else prepare(x_test, y_test),
        validation_batch_size=10_000,
        # the recorder comes first, so that its clocks stop before the others begin their work
        callbacks=[recorder, *callbacks],
    )
    return pd.DataFrame(recorder.records)


def train_matched_steps(
    model: keras.Model, x: np.ndarray, y_onehot: np.ndarray, batches: Iterable[np.ndarray]
) -> None:
    """Take one step of a matched model per batch, in the order given; further calls go on.

    Parameters
    ----------
    model : made by ``build_matched_model``
    x : features (n, n_features), of the model's dtype
    y_onehot : targets (n, n_classes), 0 or 1
    batches : rows of every batch, arrays of indices
    """
    for rows in batches:
        model.train_on_batch(x[rows], y_onehot[rows])
