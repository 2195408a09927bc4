"""Keras as in article A: the reference model, and `fit`."""

from __future__ import annotations

from typing import TYPE_CHECKING

from mlplab.benchmark.declaration import Variant
from mlplab.benchmark.problem import L2, Clock, Problem
from mlplab.keras_mlp.models import build_reference_model, configure_tensorflow

if TYPE_CHECKING:
    import keras
    import numpy as np
    import tensorflow as tf

VARIANT = Variant(
    package="keras",
    framework="keras",
    label="Keras",
    color="#D55E00",
    marker="s",
    linestyle="--",
    order=20,
)


def train(problem: Problem, clock: Clock) -> None:
    """See :mod:`mlplab.benchmark.registry`."""
    clock.note(limit_tensorflow(problem))
    import keras

    sizes = problem.layer_sizes
    model = build_reference_model(sizes[0], sizes[-1], hidden=problem.hidden, l2=L2)
    fit_with_clock(model, problem, clock, problem.x, keras.utils.to_categorical(problem.codes))


def predict(problem: Problem, clock: Clock) -> None:
    """See :mod:`mlplab.benchmark.registry`."""
    clock.note(limit_tensorflow(problem))
    sizes = problem.layer_sizes
    model = build_reference_model(sizes[0], sizes[-1], hidden=problem.hidden, l2=L2)
    for _ in range(problem.epochs):
        clock.start()
        model.predict(problem.x, batch_size=problem.batch_size, verbose=0).argmax(axis=1)
        clock.stop()


def limit_tensorflow(problem: Problem) -> str:
    """Set TensorFlow's threads, device and seed, and the type of numbers; say the threads."""
    import keras

    keras.config.set_floatx(problem.x.dtype.name)
    device = problem.device
    configure_tensorflow(
        problem.n_threads, device=device.kind, gpu_memory_mib=device.memory_mib, seed=0
    )
    return describe_threads()


def describe_threads() -> str:
    """The sizes of TensorFlow's pools as it reports them, in words (0 is its own choice)."""
    import tensorflow as tf

    threading = tf.config.threading
    intra = threading.get_intra_op_parallelism_threads()
    inter = threading.get_inter_op_parallelism_threads()
    return f"{intra} intra-op and {inter} inter-op threads"


def fit_with_clock(
    model: keras.Model,
    problem: Problem,
    clock: Clock,
    x: np.ndarray | tf.Tensor,
    targets: np.ndarray | tf.Tensor,
) -> None:
    """Run `fit` for one epoch at a time, each between start and stop of the clock."""
    # See "One call of fit per epoch" in docs/explanation/timing.md.
    import keras

    each_epoch = keras.callbacks.LambdaCallback(
        on_epoch_begin=lambda *_: clock.start(), on_epoch_end=lambda *_: clock.stop()
    )
    for _ in range(problem.epochs):
        model.fit(
            x,
            targets,
            batch_size=problem.batch_size,
            shuffle=True,
            verbose=0,
            callbacks=[each_epoch],
        )
