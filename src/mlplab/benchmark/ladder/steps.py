"""The articles' way from a slow network to a fast one, each step as readable code.

All steps compute the same gradients and, up to rounding, the same weights. Matrices have the layout
of the articles: a column per sample, a bias node as row 0 of a layer and column 0 of its weights.
As in the articles, every batch records its cost, the share of the regularisation in it and the mean
error of its outputs, and a prediction also gives the total cost.

0. ``DoublePrecision``: float64; a bias row is added to every layer by copying it; the error is
   propagated down to the input layer; both regularisations are always computed; derivatives of
   the sigmoid are computed anew from its argument.
1. ``SinglePrecision``: float32.
2. ``ShorterBackward``: no error for the input layer, and only the regularisation in use.
3. ``ContiguousInput``: the input has its bias once and for all, and operands are contiguous.
4. ``DerivativeFromOutput``: the derivative of the sigmoid is a (1 - a).
5. ``ProjectTrainer``: the trainer of :mod:`mlplab.numpy_mlp`.
6. ``CompiledTrainer``: the same in its compiled engine.
"""

from __future__ import annotations

from typing import ClassVar

import numpy as np

from mlplab.benchmark.ladder.step import BatchRecord, LadderStep, Prediction, Stopwatch
from mlplab.benchmark.ladder.trainers import CompiledTrainer, ProjectTrainer
from mlplab.numpy_mlp.parameters import Parameters
from mlplab.numpy_mlp.trainer import Step


class DoublePrecision:
    """Step 0: the network as it was first written."""

    title: ClassVar[str] = "float64"
    dtype: type[np.floating] = np.float64

    def __init__(
        self,
        x: np.ndarray,
        codes: np.ndarray,
        start: Parameters,
        step: Step,
        n_classes: int,
        n_threads: int | None = None,
    ) -> None:
        self.stopwatch = Stopwatch()
        self.records: list[BatchRecord] = []
        self._step = step
        self._codes = codes
        self._one_hot: np.ndarray = np.eye(n_classes, dtype=self.dtype)[:, codes]
        self._weights: list[np.ndarray] = [
            np.hstack([b[:, np.newaxis], w.T]).astype(self.dtype)
            for w, b in zip(start.weights, start.biases, strict=True)
        ]
        self._previous = [np.zeros_like(w) for w in self._weights]
        self.samples = self.keep(x)

    def prepare(self, batch_size: int) -> None:
        """See :class:`LadderStep`; there is nothing."""

    def train_epoch(self, order: np.ndarray, batch_size: int) -> float:
        """See :class:`LadderStep`."""
        hits = 0
        self.records.clear()
        for start in range(0, len(order), batch_size):
            rows = order[start : start + batch_size]
            batch, targets = self.samples[rows].T, self._one_hot[:, rows]
            with self.stopwatch.measure("forward"):
                sums, outputs = self._propagate_forward(self._input_layer(batch))
            with self.stopwatch.measure("record"):
                hits += int(np.count_nonzero(outputs[-1].argmax(axis=0) == self._codes[rows]))
                self.records.append(self._record(outputs[-1], targets))
            gradients = self._propagate_back(sums, outputs, targets)
            with self.stopwatch.measure("update"):
                self._update(gradients)
        return hits / len(order)

    def keep(self, x: np.ndarray) -> np.ndarray:
        """See :class:`LadderStep`."""
        # Without a copy where the type is right: the samples may be a file that others map too.
        return np.ascontiguousarray(x, self.dtype)

    def predict(self, samples: np.ndarray, codes: np.ndarray) -> Prediction:
        """See :class:`LadderStep`."""
        outputs = self._propagate_forward(self._input_layer(samples.T))[1][-1]
        targets = np.eye(len(outputs), dtype=self.dtype)[:, codes]
        cost = self._log_loss(outputs, targets) + self._penalty()
        return Prediction(cost, float(np.mean(outputs.argmax(axis=0) == codes)))

    def parameters(self) -> Parameters:
        """See :class:`LadderStep`."""
        return Parameters.from_layers(
            [w[:, 1:].T for w in self._weights], [w[:, 0] for w in self._weights], np.float64
        )

    def _record(self, outputs: np.ndarray, targets: np.ndarray) -> BatchRecord:
        penalty = self._penalty()
        cost = self._log_loss(outputs, targets) + penalty
        return BatchRecord(cost, penalty / cost, float(np.abs(outputs - targets).mean()))

    def _log_loss(self, outputs: np.ndarray, targets: np.ndarray) -> float:
        """Sum over samples and outputs of the binary log-loss, with both of its terms."""
        least = np.finfo(self.dtype).tiny
        right = targets * np.log(np.maximum(outputs, least))
        wrong = (1 - targets) * np.log(np.maximum(1 - outputs, least))
        return -float(right.sum() + wrong.sum())

    def _penalty(self) -> float:
        """The regularisation in the cost, without the bias nodes."""
        step, weights = self._step, [w[:, 1:] for w in self._weights]
        squares = step.l2 / 2 * sum(float(np.square(w).sum()) for w in weights) if step.l2 else 0.0
        sizes = step.l1 * sum(float(np.abs(w).sum()) for w in weights) if step.l1 else 0.0
        return squares + sizes

    def _update(self, gradients: list[np.ndarray]) -> None:
        for layer, gradient in enumerate(gradients):
            delta = self._step.learning_rate * gradient
            self._weights[layer] -= delta + self._step.momentum * self._previous[layer]
            self._previous[layer] = delta

    def _input_layer(self, samples: np.ndarray) -> np.ndarray:
        """The input layer, a column per sample, from samples (n_features, n)."""
        return self._with_bias(samples)

    def _with_bias(self, layer: np.ndarray) -> np.ndarray:
        """Copy a layer into a larger one whose row 0 holds ones."""
        larger = np.ones((layer.shape[0] + 1, layer.shape[1]), dtype=self.dtype)
        larger[1:] = layer
        return larger

    def _propagate_forward(self, inputs: np.ndarray) -> tuple[list[np.ndarray], list[np.ndarray]]:
        """Arguments of the sigmoids, and outputs of all layers: all but the last with bias."""
        sums, outputs = [inputs], [inputs]
        for layer, weights in enumerate(self._weights):
            sums.append(weights @ outputs[-1])
            output = self._sigmoid(sums[-1])
            outputs.append(output if layer == len(self._weights) - 1 else self._with_bias(output))
        return sums, outputs

    def _propagate_back(
        self, sums: list[np.ndarray], outputs: list[np.ndarray], targets: np.ndarray
    ) -> list[np.ndarray]:
        """Gradients of all weights, lowest layer first."""
        delta = outputs[-1] - targets
        gradients = []
        for layer in reversed(range(len(self._weights))):
            with self.stopwatch.measure(f"backward_L{layer}"):
                gradient = delta @ outputs[layer].T
                self._regularize(gradient, self._weights[layer])
                gradients.append(gradient)
                delta = self._lower_delta(layer, delta, sums[layer], outputs[layer])
        return gradients[::-1]

    def _lower_delta(
        self, layer: int, delta: np.ndarray, sums: np.ndarray, output: np.ndarray
    ) -> np.ndarray:
        """The error of a layer from that of the layer above, without the bias node."""
        # The input layer has its bias already; the sigmoid of it is wasted work, as in the article.
        arguments = sums if layer == 0 else self._with_bias(sums)
        slope = self._derivative(arguments, output)
        lower: np.ndarray = (self._weights[layer].T @ delta) * slope
        return lower[1:]

    def _derivative(self, arguments: np.ndarray, output: np.ndarray) -> np.ndarray:
        del output
        value = self._sigmoid(arguments)
        slope: np.ndarray = value * (1 - value)
        return slope

    def _regularize(self, gradient: np.ndarray, weights: np.ndarray) -> None:
        gradient[:, 1:] += weights[:, 1:] * self._step.l2 + np.sign(weights[:, 1:]) * self._step.l1

    def _sigmoid(self, z: np.ndarray) -> np.ndarray:
        return 0.5 * (1 + np.tanh(0.5 * z))


class SinglePrecision(DoublePrecision):
    """Step 1: float32 throughout."""

    title = "float32"
    dtype = np.float32


class ShorterBackward(SinglePrecision):
    """Step 2: the backward pass computes only what is used."""

    title = "shorter backward pass"

    def _lower_delta(
        self, layer: int, delta: np.ndarray, sums: np.ndarray, output: np.ndarray
    ) -> np.ndarray:
        return super()._lower_delta(layer, delta, sums, output) if layer else delta

    def _regularize(self, gradient: np.ndarray, weights: np.ndarray) -> None:
        if self._step.l2:
            gradient[:, 1:] += weights[:, 1:] * self._step.l2
        if self._step.l1:
            gradient[:, 1:] += np.sign(weights[:, 1:]) * self._step.l1


class ContiguousInput(ShorterBackward):
    """Step 3: the bias of the input is stored, and samples are rows, which lie together."""

    title = "bias stored with the input"

    def keep(self, x: np.ndarray) -> np.ndarray:
        """See :class:`LadderStep`."""
        samples: np.ndarray = np.ones((len(x), x.shape[1] + 1), dtype=self.dtype)
        samples[:, 1:] = x
        return samples

    def _input_layer(self, samples: np.ndarray) -> np.ndarray:
        # The transposed view of gathered rows is one contiguous block in Fortran order.
        return samples


class DerivativeFromOutput(ContiguousInput):
    """Step 4: the forward pass has computed the sigmoid already."""

    title = "derivative from output"

    def _lower_delta(
        self, layer: int, delta: np.ndarray, sums: np.ndarray, output: np.ndarray
    ) -> np.ndarray:
        del sums
        if layer == 0:
            return delta
        value = output[1:]
        lower: np.ndarray = (self._weights[layer][:, 1:].T @ delta) * (value * (1 - value))
        return lower


STEPS: tuple[type[LadderStep], ...] = (
    DoublePrecision,
    SinglePrecision,
    ShorterBackward,
    ContiguousInput,
    DerivativeFromOutput,
    ProjectTrainer,
    CompiledTrainer,
)
