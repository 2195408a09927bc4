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

import math
import time
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass, field
from typing import ClassVar, NamedTuple, Protocol

import numpy as np

from mlplab.machine.processors import available_threads
from mlplab.numpy_mlp.engines import find_engine
from mlplab.numpy_mlp.parameters import Parameters
from mlplab.numpy_mlp.planning import choose_plan
from mlplab.numpy_mlp.trainer import BaseTrainer, Step
from mlplab.numpy_mlp.workspace import BatchStatistics


@dataclass
class Stopwatch:
    """Seconds by name, summed up."""

    seconds: dict[str, float] = field(default_factory=dict)

    @contextmanager
    def measure(self, name: str) -> Iterator[None]:
        """Add the seconds of the block to those of ``name``."""
        start = time.perf_counter()
        yield
        self.seconds[name] = self.seconds.get(name, 0.0) + time.perf_counter() - start


class BatchRecord(NamedTuple):
    """What an epoch keeps of a batch, before its update.

    ``cost`` is the sum of the log-losses and the regularisation; ``regularization_share`` lies
    between 0 and 1, NaN where a step does not record it; ``error`` is the mean absolute error of
    the outputs.
    """

    cost: float
    regularization_share: float
    error: float


class Prediction(NamedTuple):
    """What a prediction for many samples gives: their cost with the regularisation, accuracy."""

    cost: float
    accuracy: float


class LadderStep(Protocol):
    """A network that trains epoch by epoch, on samples (n, n_features) with codes 0, 1, …

    ``stopwatch`` sums up the seconds of the parts of the batches, where a step measures them:
    ``forward``, ``record``, ``backward_L<layer>``, the way down to a layer, lowest layer 0, and
    ``update``. ``samples`` are those of the training in the step's own layout, ``records`` the
    batches of the last epoch.
    """

    title: ClassVar[str]
    stopwatch: Stopwatch
    samples: np.ndarray
    records: list[BatchRecord]

    def __init__(
        self,
        x: np.ndarray,
        codes: np.ndarray,
        start: Parameters,
        step: Step,
        n_classes: int,
        n_threads: int | None = None,
    ) -> None:
        """Prepare the samples and copy the start weights.

        ``n_threads`` are those of the last step; the products of the others have the threads
        that NumPy's BLAS library was given.
        """

    def prepare(self, batch_size: int) -> None:
        """Do what the first epoch with such batches would do once."""

    def train_epoch(self, order: np.ndarray, batch_size: int) -> float:
        """One pass in ``order`` (n,); returns the accuracy averaged over the batches."""

    def keep(self, x: np.ndarray) -> np.ndarray:
        """Samples (n, n_features) in the layout in which the step keeps them."""

    def predict(self, samples: np.ndarray, codes: np.ndarray) -> Prediction:
        """A prediction for samples that :meth:`keep` gave, with their codes (n,)."""

    def parameters(self) -> Parameters:
        """The weights and biases, in float64."""


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


class ProjectTrainer:
    """Step 5: the trainer of this project. It has no clock inside a batch, which costs time."""

    title: ClassVar[str] = "this project's trainer"
    engine_name: ClassVar[str] = "numpy"

    def __init__(
        self,
        x: np.ndarray,
        codes: np.ndarray,
        start: Parameters,
        step: Step,
        n_classes: int,
        n_threads: int | None = None,
    ) -> None:
        self.stopwatch, self._engine = Stopwatch(), find_engine(self.engine_name)
        self.records: list[BatchRecord] = []
        self._sizes = [x.shape[1], *(len(b) for b in start.biases)]
        self.samples, self._codes, self._step = self.keep(x), codes, step
        self._parameters = Parameters.from_layers(start.weights, start.biases, np.float32)
        self._previous = Parameters.zeros(self._sizes, np.float32)
        self._n_threads = n_threads or available_threads()
        self._batch_size = 0

    def prepare(self, batch_size: int) -> None:
        """See :class:`LadderStep`; it chooses a plan of threads."""
        if batch_size != self._batch_size:
            self._batch_size = batch_size
            self._plan = choose_plan(
                self.samples,
                self._sizes,
                batch_size,
                self._n_threads,
                awake=True,
                engine=self.engine_name,
            )

    def train_epoch(self, order: np.ndarray, batch_size: int) -> float:
        """See :class:`LadderStep`."""
        hits = 0
        self.records.clear()

        def record(statistics: BatchStatistics) -> None:
            nonlocal hits
            hits += statistics.n_correct
            place = len(self.records) * batch_size
            n_outputs = self._sizes[-1] * min(batch_size, len(order) - place)
            error = statistics.absolute_error / n_outputs
            self.records.append(BatchRecord(statistics.cost, math.nan, error))

        self.prepare(batch_size)
        with self._trainer() as trainer:
            trainer.run_epoch(self.samples, self._codes, order, self._step, record)
        return hits / len(order)

    def keep(self, x: np.ndarray) -> np.ndarray:
        """See :class:`LadderStep`."""
        return np.ascontiguousarray(x, np.float32)

    def predict(self, samples: np.ndarray, codes: np.ndarray) -> Prediction:
        """See :class:`LadderStep`."""
        with self._trainer() as trainer:
            sums = trainer.evaluate(samples, codes)
        penalty = self._parameters.regularization(self._step.l1, self._step.l2)
        return Prediction(sums.cost + penalty, sums.n_correct / len(codes))

    def parameters(self) -> Parameters:
        """See :class:`LadderStep`."""
        return Parameters.from_layers(self._parameters.weights, self._parameters.biases, np.float64)

    def _trainer(self) -> BaseTrainer:
        return self._engine.trainer(self._parameters, self._previous, self._batch_size, self._plan)


class CompiledTrainer(ProjectTrainer):
    """Step 6: without Python inside an epoch."""

    title = "compiled"
    engine_name = "compiled"


STEPS: tuple[type[LadderStep], ...] = (
    DoublePrecision,
    SinglePrecision,
    ShorterBackward,
    ContiguousInput,
    DerivativeFromOutput,
    ProjectTrainer,
    CompiledTrainer,
)
