"""Models in Keras between the matched one and the articles' reference, and their epochs."""

from __future__ import annotations

from collections.abc import Collection, Iterator, Sequence
from dataclasses import dataclass, field
from typing import TYPE_CHECKING, Any

import numpy as np

from mlplab.keras_mlp.models import Descent
from mlplab.numpy_mlp.parameters import Parameters, draw_parameters

if TYPE_CHECKING:
    import keras

_ROWS_AT_ONCE = 10_000


@dataclass(frozen=True)
class BridgeNetwork:
    """What the networks of all stops have, each in NumPy's and in Keras' way.

    Attributes
    ----------
    hidden : nodes of the hidden layers, lowest first
    batch_size : samples of a mini-batch
    descent : numbers of NumPy's gradient descent, λ₂ among them
    init, init_factor : how NumPy's start weights are drawn, see ``NumpyMLPClassifier``
    keras_l2 : λ₂ of Keras, the factor of Σ w² beside the mean loss
    """

    hidden: Sequence[int] = (70, 30)
    batch_size: int = 500
    descent: Descent = field(default_factory=Descent)
    init: str = "sqrt_nodes"
    init_factor: float = 2.0
    keras_l2: float = 0.01


@dataclass(frozen=True)
class BridgeResult:
    """What a training at a stop came to.

    ``train_accuracy`` and ``test_accuracy`` are those after the last epoch; ``wall_seconds`` and
    ``cpu_seconds`` those of an epoch, medians without the first where there are several.
    """

    train_accuracy: float
    test_accuracy: float
    wall_seconds: float
    cpu_seconds: float


class Bridge:
    """The network of one stop, compiled once and trained with one seed after the other.

    With NumPy's way in everything, a training repeats that of ``NumpyMLPClassifier`` with the same
    seed: the same start weights, the same batches, the same steps up to rounding. With Keras' way
    in everything, the model is :func:`mlplab.keras_mlp.models.build_reference_model`. A sum over a
    batch is the mean times ``batch_size``, and so is what L2 adds to it.

    Parameters
    ----------
    n_features, n_classes : inputs and outputs
    network : the numbers of both ways
    crossed : names of :data:`mlplab.training.differences.DIFFERENCES` that have Keras' way;
        "pixels" is for the caller, who scales them
    """

    def __init__(
        self,
        n_features: int,
        n_classes: int,
        network: BridgeNetwork,
        crossed: Collection[str],
    ) -> None:
        self._network, self._keras = network, frozenset(crossed)
        self._sizes = [n_features, *network.hidden, n_classes]
        self._model = self._build_model()
        self._rate = float(self._model.optimizer.learning_rate)
        self._train_epoch = _compile_epoch(self._model, network.batch_size)

    @property
    def model(self) -> keras.Model:
        """The model, as the last training left it."""
        return self._model

    def train(
        self,
        train: tuple[np.ndarray, np.ndarray],
        test: tuple[np.ndarray, np.ndarray],
        *,
        epochs: int,
        seed: int,
    ) -> BridgeResult:
        """Train anew from start weights of ``seed``, in batches of a permutation per epoch.

        ``train`` and ``test`` are features float32 (n, n_features) and labels 0 … n_classes − 1.
        """
        import keras
        import tensorflow as tf

        from mlplab.keras_mlp.extensions import read_clocks

        random = np.random.RandomState(seed)
        self._start(random, seed)
        x = tf.constant(np.ascontiguousarray(train[0], np.float32))
        targets = tf.constant(keras.utils.to_categorical(train[1], self._sizes[-1]))
        seconds = []
        for rate in self._learning_rates(epochs):
            self._model.optimizer.learning_rate = rate
            order = tf.constant(random.permutation(len(train[1])))
            start = read_clocks()
            self._train_epoch(x, targets, order)
            seconds.append(np.subtract(read_clocks(), start))
        # The first epoch compiles.
        wall, cpu = np.median(seconds[1:] or seconds, axis=0)
        return BridgeResult(
            self._measure_accuracy(*train),
            self._measure_accuracy(*test),
            float(wall),
            float(cpu),
        )

    def _build_model(self) -> keras.Model:
        model = self._build_layers()
        model.compile(optimizer=self._optimizer(), loss=self._loss(), jit_compile=False)
        model.optimizer.build(model.trainable_variables)
        return model

    def _build_layers(self) -> keras.Model:
        import keras

        logits = "loss" not in self._keras
        model = keras.Sequential([keras.Input((self._sizes[0],))])
        last = len(self._sizes) - 2
        for layer, size in enumerate(self._sizes[1:]):
            model.add(
                keras.layers.Dense(
                    size,
                    activation="linear" if logits and layer == last else "sigmoid",
                    kernel_regularizer=self._regularizer(is_last=layer == last),
                )
            )
        return model

    def _scale(self) -> float:
        """What the mean loss, and the regularisation beside it, are multiplied by."""
        return 1.0 if "mean" in self._keras else float(self._network.batch_size)

    def _regularizer(self, *, is_last: bool) -> keras.Regularizer | None:
        import keras

        if "l2" in self._keras:
            factor = 0.0 if is_last else self._network.keras_l2
        else:
            factor = self._network.descent.l2 / 2 / self._network.batch_size
        return keras.regularizers.L2(self._scale() * factor) if factor else None

    def _loss(self) -> keras.Loss:
        import keras

        from mlplab.keras_mlp.extensions import LogLoss

        reduction = "sum_over_batch_size" if "mean" in self._keras else "sum"
        if "loss" in self._keras:
            return keras.losses.CategoricalCrossentropy(reduction=reduction)
        return LogLoss(reduction=reduction)

    def _optimizer(self) -> keras.Optimizer:
        import keras

        from mlplab.keras_mlp.extensions import MomentumDescent

        if "optimizer" in self._keras:
            return keras.optimizers.RMSprop()
        descent = self._network.descent
        # The learning rate falls outside, for RMSprop as well.
        return MomentumDescent(
            descent.learning_rate, momentum=descent.momentum, decrease_const=0.0, steps_per_epoch=1
        )

    def _learning_rates(self, epochs: int) -> Iterator[float]:
        rate = self._rate
        for epoch in range(epochs):
            if "fall" not in self._keras:
                rate /= 1.0 + self._network.descent.decrease_const * epoch
            yield rate

    def _start(self, random: np.random.RandomState, seed: int) -> None:
        """Set start weights, and the optimiser to its beginning."""
        import keras

        network = self._network
        drawn: Parameters = draw_parameters(
            self._sizes, "float32", random, method=network.init, factor=network.init_factor
        )
        if "start" in self._keras:
            keras.utils.set_random_seed(seed)
            self._model.set_weights(self._build_layers().get_weights())
        else:
            pairs = zip(drawn.weights, drawn.biases, strict=True)
            self._model.set_weights([values for pair in pairs for values in pair])
        for variable in self._model.optimizer.variables:
            variable.assign(np.zeros(variable.shape))

    def _measure_accuracy(self, x: np.ndarray, y: np.ndarray) -> float:
        hits = 0
        for first in range(0, len(x), _ROWS_AT_ONCE):
            rows = slice(first, first + _ROWS_AT_ONCE)
            outputs = self._model(np.ascontiguousarray(x[rows], np.float32)).numpy()
            hits += int((outputs.argmax(axis=1) == y[rows]).sum())
        return hits / len(x)


def _compile_epoch(model: keras.Model, batch_size: int) -> Any:
    """A compiled function that trains one epoch: features, targets, and the order of the rows.

    ``fit``, which hands every batch to Python, takes twice the time.
    """
    import tensorflow as tf

    def train_epoch(x: Any, targets: Any, order: Any) -> None:
        for first in tf.range(0, tf.shape(order)[0], batch_size):
            rows = order[first : first + batch_size]
            with tf.GradientTape() as tape:
                outputs = model(tf.gather(x, rows), training=True)
                cost = model.compute_loss(y=tf.gather(targets, rows), y_pred=outputs)
            model.optimizer.apply(
                tape.gradient(cost, model.trainable_variables), model.trainable_variables
            )

    return tf.function(train_epoch)
