"""What Keras lacks: subclasses of its loss, optimizer and callback.

This module imports Keras, so only functions import it.
"""

from __future__ import annotations

import math
import time
from typing import Any

import keras
import numpy as np
from keras import ops

from mlplab.runtime.progress import Progress


class LogLoss(keras.losses.Loss):
    """Binary log-loss from logits, summed over outputs; over a batch as ``reduction`` says."""

    def __init__(self, *, reduction: str = "sum", dtype: str | None = None) -> None:
        super().__init__(name="log_loss", reduction=reduction, dtype=dtype)

    def call(self, y_true: Any, y_pred: Any) -> Any:
        """Targets and logits (n, n_classes); returns the losses of the samples (n,)."""
        return ops.sum(ops.binary_crossentropy(y_true, y_pred, from_logits=True), axis=-1)


class MomentumDescent(keras.optimizers.Optimizer):
    """Gradient descent with w ← w − (Δ + α Δ_previous), Δ = η · gradient.

    Unlike Keras' SGD, the momentum looks back one step only and does not accumulate. The learning
    rate η compounds: it is divided by 1 + c · i before epoch i = 0, 1, … (Source: article A.)

    Parameters
    ----------
    learning_rate : η before the first epoch
    momentum : α
    decrease_const : c
    steps_per_epoch : updates of an epoch
    """

    def __init__(
        self, learning_rate: float, *, momentum: float, decrease_const: float, steps_per_epoch: int
    ) -> None:
        super().__init__(learning_rate=learning_rate, name="momentum_descent")
        self.momentum = momentum
        self.decrease_const = decrease_const
        self.steps_per_epoch = steps_per_epoch

    def build(self, variables: list[keras.Variable]) -> None:
        """Make a variable for the previous step of each of the variables."""
        if self.built:
            return
        super().build(variables)
        self.previous_steps = self.add_optimizer_variables(variables, "previous_step")

    def apply(self, grads: list[Any], trainable_variables: Any = None) -> None:
        """Lower the learning rate where an epoch begins, then update all variables."""
        rate = self.learning_rate
        epoch = self.iterations // self.steps_per_epoch
        begins = ops.equal(self.iterations % self.steps_per_epoch, 0)
        divisor = 1.0 + self.decrease_const * ops.cast(epoch, rate.dtype)
        rate.assign(ops.where(begins, rate / divisor, rate))
        super().apply(grads, trainable_variables)

    def update_step(self, gradient: Any, variable: keras.Variable, learning_rate: Any) -> None:
        """Update one variable."""
        previous = self.previous_steps[self._get_variable_index(variable)]
        step = ops.cast(learning_rate, variable.dtype) * gradient
        self.assign_sub(variable, step + ops.cast(self.momentum, variable.dtype) * previous)
        self.assign(previous, step)


def read_clocks() -> tuple[float, float]:
    """Wall seconds and CPU seconds of this process, each since a start of its own."""
    return time.perf_counter(), time.process_time()


class EpochRecorder(keras.callbacks.Callback):
    """Times the training part of every epoch and collects its row of the history.

    Parameters
    ----------
    progress : shows every epoch
    n_samples : samples of the training set

    Attributes
    ----------
    records : rows so far, see ``train_keras``
    """

    def __init__(self, progress: Progress, n_samples: int) -> None:
        super().__init__()
        self._progress = progress
        self.n_samples = n_samples
        self.records: list[dict[str, float]] = []

    def on_epoch_begin(self, epoch: int, logs: dict[str, Any] | None = None) -> None:
        """Start the clocks."""
        self._stop: tuple[float, float] | None = None
        self._start = read_clocks()

    def on_test_begin(self, logs: dict[str, Any] | None = None) -> None:
        """Stop the clocks before the validation."""
        self._stop = self._read_clocks_at_rest()

    def on_epoch_end(self, epoch: int, logs: dict[str, Any] | None = None) -> None:
        """Record the epoch; raise FloatingPointError after a loss that is not finite."""
        logs = logs or {}
        stop = self._stop or self._read_clocks_at_rest()
        loss, rate = float(logs["loss"]), float(self.model.optimizer.learning_rate)
        if not math.isfinite(loss):
            raise FloatingPointError(
                f"training diverged in epoch {epoch + 1} at learning rate {rate:.6g}: the "
                f"loss is {loss}; use a smaller learning rate"
            )
        record = self._make_record(epoch + 1, loss, rate, logs, stop)
        self.records.append(record)
        self._progress.advance(record)

    def _read_clocks_at_rest(self) -> tuple[float, float]:
        # Reading a result waits for a GPU that still works on the last steps.
        self.model.trainable_variables[-1].numpy()
        return read_clocks()

    def _make_record(
        self,
        epoch: int,
        loss: float,
        rate: float,
        logs: dict[str, Any],
        stop: tuple[float, float],
    ) -> dict[str, float]:
        penalty = sum(float(term) for term in self.model.losses)
        kernels = [layer.kernel for layer in self.model.layers if hasattr(layer, "kernel")]
        return (
            {
                "epoch": epoch,
                "train_accuracy": float(logs["accuracy"]),
                "test_accuracy": float(logs.get("val_accuracy", math.nan)),
                "total_cost": loss * self.n_samples,
                "regularization_share": penalty / loss,
                "last_batch_cost": math.nan,
                "last_batch_regularization_share": math.nan,
                "last_batch_error": math.nan,
                "learning_rate": rate,
            }
            | {
                f"mean_abs_weight_L{layer}": float(np.abs(kernel.numpy()).mean())
                for layer, kernel in enumerate(kernels)
            }
            | {
                "wall_seconds": stop[0] - self._start[0],
                "cpu_seconds": stop[1] - self._start[1],
                "evaluation_cpu_seconds": math.nan,
            }
        )
