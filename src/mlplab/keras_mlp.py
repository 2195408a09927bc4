"""The networks of the articles in Keras.

TensorFlow is imported by the functions that need it, after its thread limits are set: importing
this module costs nothing.
"""

from __future__ import annotations

import logging
import os
import time
from collections.abc import Sequence
from typing import TYPE_CHECKING, Any, Literal

import numpy as np
import pandas as pd

from mlplab.processors import available_threads

if TYPE_CHECKING:
    import keras

logger = logging.getLogger(__name__)

_LOG_LINES = 10


def configure_tensorflow(
    n_threads: int, *, device: Literal["cpu", "gpu"] = "cpu", seed: int | None = None
) -> None:
    """Set threads, device and seed; to be called before anything else imports TensorFlow.

    Parameters
    ----------
    n_threads : limit of the intra-op and of the inter-op pool, at most the processors there are
    device : "cpu" hides all GPUs
    seed : seed of Python's, NumPy's and TensorFlow's generators

    Raises
    ------
    RuntimeError
        TensorFlow's pools already run with other limits.
    """
    if device == "cpu":
        os.environ["CUDA_VISIBLE_DEVICES"] = "-1"
    os.environ.setdefault("TF_CPP_MIN_LOG_LEVEL", "2")
    import keras
    import tensorflow as tf

    n_threads = min(n_threads, available_threads())
    threading = tf.config.threading
    try:
        threading.set_intra_op_parallelism_threads(n_threads)
        threading.set_inter_op_parallelism_threads(n_threads)
    except RuntimeError:
        found = threading.get_intra_op_parallelism_threads()
        raise RuntimeError(
            f"TensorFlow already runs with {found} thread(s), {n_threads} were asked for; "
            "configure it once, before the first use, in a process of its own"
        ) from None
    if seed is not None:
        keras.utils.set_random_seed(seed)


def build_reference_model(
    n_features: int, n_classes: int = 10, *, hidden: Sequence[int] = (70, 30), l2: float = 0.01
) -> keras.Model:
    """The model of article A: sigmoid layers, the hidden ones with L2, rmsprop, cross-entropy.

    Keras adds l2 · Σ w² (not half of it) to the mean loss over a batch.
    """
    return _build_sigmoid_model(n_features, n_classes, hidden, l2=l2, jit_compile=False)


def build_deep_model(
    n_features: int,
    n_classes: int = 10,
    *,
    hidden: Sequence[int] = (200, 100, 50, 30),
    jit_compile: bool = False,
) -> keras.Model:
    """The model of article B: sigmoid layers without regularisation; XLA by ``jit_compile``."""
    return _build_sigmoid_model(n_features, n_classes, hidden, l2=0.0, jit_compile=jit_compile)


def _build_sigmoid_model(
    n_features: int, n_classes: int, hidden: Sequence[int], *, l2: float, jit_compile: bool
) -> keras.Model:
    import keras

    model = keras.Sequential([keras.Input((n_features,))])
    for size in hidden:
        regularizer = keras.regularizers.L2(l2) if l2 else None
        model.add(keras.layers.Dense(size, activation="sigmoid", kernel_regularizer=regularizer))
    model.add(keras.layers.Dense(n_classes, activation="sigmoid"))
    model.compile(
        optimizer="rmsprop",
        loss="categorical_crossentropy",
        metrics=["accuracy"],
        jit_compile=jit_compile,
    )
    return model


class MatchedModel:
    """The mathematics of ``NumpyMLPClassifier`` on TensorFlow's operations and Keras' layers.

    Summed binary cross-entropy from logits, λ₂/2 · Σ w² + λ₁ · Σ |w| without the biases, and
    w ← w − (Δ + α Δ_previous) with Δ = η · gradient.

    Parameters
    ----------
    coefs : start weights (n_lower, n_upper) per layer
    intercepts : start biases (n_upper,) per layer
    """

    def __init__(
        self,
        coefs: Sequence[np.ndarray],
        intercepts: Sequence[np.ndarray],
        *,
        momentum: float,
        l2: float,
        l1: float = 0.0,
    ) -> None:
        import keras
        import tensorflow as tf

        self._tf = tf
        dtype = str(coefs[0].dtype)
        self.model = keras.Sequential([keras.Input((coefs[0].shape[0],), dtype=dtype)])
        for layer, weights in enumerate(coefs):
            activation = "sigmoid" if layer < len(coefs) - 1 else None
            self.model.add(keras.layers.Dense(weights.shape[1], activation=activation, dtype=dtype))
        self.model.set_weights(
            [array for pair in zip(coefs, intercepts, strict=True) for array in pair]
        )
        self._variables = [variable.value for variable in self.model.trainable_variables]
        self._previous = [tf.Variable(tf.zeros_like(v)) for v in self._variables]
        self._momentum, self._l2, self._l1 = momentum, l2, l1
        self._step = tf.function(self._take_step, reduce_retracing=True)

    def cost(self, x: Any, targets: Any) -> Any:
        """Cost of a batch: x (n, n_features), one-hot targets (n, n_classes); a scalar tensor."""
        tf = self._tf
        logits = self.model(x, training=True)
        losses = tf.nn.sigmoid_cross_entropy_with_logits(labels=targets, logits=logits)
        kernels = self._variables[::2]
        return (
            tf.reduce_sum(losses)
            + 0.5 * self._l2 * tf.add_n([tf.reduce_sum(tf.square(w)) for w in kernels])
            + self._l1 * tf.add_n([tf.reduce_sum(tf.abs(w)) for w in kernels])
        )

    def gradients(self, x: Any, targets: Any) -> list[Any]:
        """Gradients of :meth:`cost` by automatic differentiation, in the order of the variables."""
        with self._tf.GradientTape() as tape:
            cost = self.cost(x, targets)
        return tape.gradient(cost, self._variables)

    def _take_step(self, x: Any, targets: Any, learning_rate: Any) -> None:
        for variable, previous, gradient in zip(
            self._variables, self._previous, self.gradients(x, targets), strict=True
        ):
            step = learning_rate * gradient
            variable.assign_sub(step + self._momentum * previous)
            previous.assign(step)

    def train_epoch(
        self,
        x: np.ndarray,
        targets: np.ndarray,
        order: np.ndarray,
        batch_size: int,
        learning_rate: float,
    ) -> None:
        """One pass over ``x`` (n, n_features) in ``order`` (n,), in batches as they come."""
        rate = self._tf.constant(learning_rate, dtype=self._variables[0].dtype)
        for start in range(0, len(order), batch_size):
            rows = order[start : start + batch_size]
            self._step(
                self._tf.convert_to_tensor(x[rows]), self._tf.convert_to_tensor(targets[rows]), rate
            )

    @property
    def coefs(self) -> list[np.ndarray]:
        """Weights (n_lower, n_upper) per layer."""
        return [variable.numpy() for variable in self._variables[::2]]

    @property
    def intercepts(self) -> list[np.ndarray]:
        """Biases (n_upper,) per layer."""
        return [variable.numpy() for variable in self._variables[1::2]]


def train_keras(
    model: keras.Model,
    x_train: np.ndarray,
    y_train: np.ndarray,
    x_test: np.ndarray,
    y_test: np.ndarray,
    *,
    epochs: int,
    batch_size: int,
) -> pd.DataFrame:
    """Train a compiled model with ``fit`` and return a row per epoch.

    Parameters
    ----------
    x_train, x_test : features (n, n_features)
    y_train, y_test : labels 0 … n_classes − 1, shape (n,)

    Returns
    -------
    DataFrame with the columns of ``NumpyMLPClassifier.history_``. ``train_accuracy`` and
    ``total_cost`` are Keras' running averages over the epoch, the cost times the number of
    samples; ``regularization_share`` is that at the end of the epoch; Keras does not report the
    last batch alone, so its columns are missing values. Seconds are those of training; the
    evaluation on the test part stands outside.

    Raises
    ------
    FloatingPointError
        The loss is not finite; the message names the epoch and the learning rate.
    """
    import keras

    n_classes = model.output_shape[-1]
    recorder = _make_recorder(keras.callbacks.Callback, epochs, len(x_train))
    model.fit(
        np.ascontiguousarray(x_train, np.float32),
        keras.utils.to_categorical(y_train, n_classes),
        batch_size=batch_size,
        epochs=epochs,
        shuffle=True,
        verbose=0,
        validation_data=(
            np.ascontiguousarray(x_test, np.float32),
            keras.utils.to_categorical(y_test, n_classes),
        ),
        validation_batch_size=10_000,
        callbacks=[recorder],
    )
    return pd.DataFrame(recorder.records)


def _make_recorder(base: type, epochs: int, n_samples: int) -> Any:
    """A Keras callback; its class is made here because Keras must not be imported earlier."""

    class Recorder(base):
        """Times the training part of every epoch and collects its row."""

        def __init__(self) -> None:
            super().__init__()
            self.records: list[dict[str, Any]] = []

        def on_epoch_begin(self, epoch: int, logs: dict[str, Any] | None = None) -> None:
            self._start = (time.perf_counter(), time.process_time())

        def on_test_begin(self, logs: dict[str, Any] | None = None) -> None:
            self._stop = (time.perf_counter(), time.process_time())

        def on_epoch_end(self, epoch: int, logs: dict[str, Any] | None = None) -> None:
            logs = logs or {}
            loss = float(logs["loss"])
            rate = float(self.model.optimizer.learning_rate)
            if not np.isfinite(loss):
                raise FloatingPointError(
                    f"training diverged in epoch {epoch + 1} at learning rate {rate:.6g}: the "
                    f"loss is {loss}; use a smaller learning rate"
                )
            penalty = float(sum(float(term) for term in self.model.losses))
            kernels = [layer.kernel for layer in self.model.layers if hasattr(layer, "kernel")]
            self.records.append(
                {
                    "epoch": epoch + 1,
                    "train_accuracy": float(logs["accuracy"]),
                    "test_accuracy": float(logs["val_accuracy"]),
                    "learning_rate": rate,
                    "wall_seconds": self._stop[0] - self._start[0],
                    "cpu_seconds": self._stop[1] - self._start[1],
                    "total_cost": loss * n_samples,
                    "regularization_share": penalty / loss,
                    "last_batch_cost": np.nan,
                    "last_batch_regularization_share": np.nan,
                    "last_batch_error": np.nan,
                }
                | {
                    f"mean_abs_weight_L{layer}": float(np.abs(kernel.numpy()).mean())
                    for layer, kernel in enumerate(kernels)
                }
            )
            if (epoch + 1) % max(1, epochs // _LOG_LINES) == 0 or epoch + 1 == epochs:
                logger.info(
                    "epoch %d of %d: loss %.4f, train accuracy %.4f, test accuracy %.4f",
                    epoch + 1,
                    epochs,
                    loss,
                    logs["accuracy"],
                    logs["val_accuracy"],
                )

    return Recorder()
