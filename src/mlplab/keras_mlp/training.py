"""Training: whole epochs with Keras' ``fit``, or given steps of the matched model."""

from __future__ import annotations

from collections.abc import Iterable
from typing import TYPE_CHECKING

import numpy as np
import pandas as pd

from mlplab.runtime.arrays import is_large
from mlplab.runtime.progress import Progress

if TYPE_CHECKING:
    import keras

_VALIDATION_BATCH = 10_000


def train_keras(
    model: keras.Model,
    x_train: np.ndarray,
    y_train: np.ndarray,
    x_test: np.ndarray | None,
    y_test: np.ndarray | None,
    *,
    epochs: int,
    batch_size: int,
) -> pd.DataFrame:
    """Train a reference or deep model with ``fit`` and return a row per epoch.

    The order of the samples follows from the state of Keras' generators, which
    ``configure_tensorflow`` or ``keras.utils.set_random_seed`` sets.

    Parameters
    ----------
    model : compiled with a mean loss and the metric "accuracy"
    x_train, x_test : features of shape (n, n_features); ``x_test=None`` skips the validation.
        Keras copies them, unless they are large (see :mod:`mlplab.runtime.arrays`); then it reads
        them batch by batch
    y_train, y_test : labels 0 … n_classes − 1, of shape (n,)
    epochs : passes over the training samples
    batch_size : samples of a mini-batch

    Returns
    -------
    DataFrame with the columns of ``NumpyMLPClassifier.history_``. ``train_accuracy`` and
    ``total_cost`` are Keras' running averages over the epoch (as article A prints them), the cost
    times the number of samples; ``regularization_share`` is the regularisation at the end of the
    epoch over that average. Keras does not report the last batch alone, so its columns are
    missing values, as is ``test_accuracy`` without a test part. ``wall_seconds`` and
    ``cpu_seconds`` leave out the evaluation on the test part, whose own time is not recorded.

    Raises
    ------
    FloatingPointError
        The loss is not finite; the message names the epoch and the learning rate.

    Examples
    --------
    >>> from mlplab.keras_mlp import build_reference_model
    >>> x, y = np.zeros((20, 4), np.float32), np.zeros(20, int)
    >>> model = build_reference_model(4, 2, hidden=(3,))
    >>> len(train_keras(model, x, y, None, None, epochs=2, batch_size=10))
    2
    """
    from mlplab.keras_mlp.extensions import EpochRecorder

    n_classes = model.output_shape[-1]
    data = _training_data(x_train, y_train, n_classes, batch_size)
    validation = None
    if x_test is not None:
        assert y_test is not None, "x_test without its labels"
        validation = _validation_data(x_test, y_test, n_classes)
    with Progress(epochs, "epoch") as progress:
        recorder = EpochRecorder(progress, len(x_train))
        model.fit(
            **data,
            epochs=epochs,
            verbose=0,
            validation_data=validation,
            validation_batch_size=_VALIDATION_BATCH,
            callbacks=[recorder],
        )
    return pd.DataFrame(recorder.records)


def _training_data(
    x: np.ndarray, y: np.ndarray, n_classes: int, batch_size: int
) -> dict[str, object]:
    """Arguments of ``fit`` for the training samples."""
    if _is_read_by_batches(x):
        from mlplab.keras_mlp.batches import BatchReader

        return {"x": BatchReader(x, y, n_classes, batch_size, shuffle=True), "shuffle": False}
    features, targets = _prepare(x, y, n_classes)
    return {"x": features, "y": targets, "batch_size": batch_size, "shuffle": True}


def _validation_data(x: np.ndarray, y: np.ndarray, n_classes: int) -> object:
    if _is_read_by_batches(x):
        from mlplab.keras_mlp.batches import BatchReader

        return BatchReader(x, y, n_classes, _VALIDATION_BATCH, shuffle=False)
    return _prepare(x, y, n_classes)


def _is_read_by_batches(x: np.ndarray) -> bool:
    return is_large(x.size * np.dtype(np.float32).itemsize)


def _prepare(x: np.ndarray, y: np.ndarray, n_classes: int) -> tuple[np.ndarray, np.ndarray]:
    import keras

    return np.ascontiguousarray(x, np.float32), keras.utils.to_categorical(y, n_classes)


def train_matched_steps(
    model: keras.Model, x: np.ndarray, y_onehot: np.ndarray, batches: Iterable[np.ndarray]
) -> None:
    """Take one step of a matched model per batch, in the order given; further calls continue.

    Parameters
    ----------
    model : made by ``build_matched_model``
    x : features (n, n_features), of the model's dtype
    y_onehot : targets (n, n_classes), 0 or 1
    batches : rows of every batch, arrays of indices

    Examples
    --------
    >>> from mlplab.keras_mlp import build_matched_model
    >>> coefs, intercepts = [np.zeros((4, 2), np.float32)], [np.zeros(2, np.float32)]
    >>> model = build_matched_model(coefs, intercepts, steps_per_epoch=2)
    >>> x, targets = np.ones((6, 4), np.float32), np.eye(2, dtype=np.float32)[[0, 1, 0, 0, 0, 0]]
    >>> train_matched_steps(model, x, targets, [np.arange(3), np.arange(3, 6)])
    >>> bool(model.get_weights()[1][0] > 0)  # the first class is the commoner
    True
    """
    for rows in batches:
        model.train_on_batch(x[rows], y_onehot[rows])
