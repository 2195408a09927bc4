"""Keras with tensors and an epoch per execution, with or without XLA, whichever is faster."""

from __future__ import annotations

import statistics
import time
from collections.abc import Callable
from typing import TYPE_CHECKING

from mlplab.benchmark.declaration import Variant
from mlplab.benchmark.problem import L2, Clock, Problem
from mlplab.benchmark.variants.keras_variant import fit_with_clock, limit_tensorflow
from mlplab.keras_mlp.models import build_reference_model
from mlplab.machine.processors import keep_processors_awake

if TYPE_CHECKING:
    import keras
    import tensorflow as tf

VARIANT = Variant(
    package="keras",
    framework="keras",
    label="Keras, tuned",
    color="#E69F00",
    marker="^",
    linestyle=":",
    order=30,
)

# At least so many rounds, and so many seconds.
_TRIAL_ROUNDS, _TRIAL_SECONDS = 3, 1.0
# XLA must gain so much; otherwise chance would choose where it makes no difference.
_CLEARLY_FASTER = 0.95
# See "Whether XLA pays is tried on a whole epoch" in docs/explanation/timing.md.
_TRIAL_STEPS, _TRIAL_SAMPLES = 32, 60_000


def train(problem: Problem, clock: Clock) -> None:
    """See :mod:`mlplab.benchmark.registry`."""
    threads = limit_tensorflow(problem)
    import keras
    import tensorflow as tf

    x = tf.constant(problem.x)
    targets = tf.constant(keras.utils.to_categorical(problem.codes))
    sizes = problem.layer_sizes
    n_batches = problem.n_batches

    def build(jit: bool) -> keras.Model:
        model = build_reference_model(sizes[0], sizes[-1], hidden=problem.hidden, l2=L2)
        model.compile(
            optimizer="rmsprop",
            loss="categorical_crossentropy",
            jit_compile=jit,
            steps_per_execution=n_batches,
        )
        return model

    n = min(len(problem.x), max(_TRIAL_STEPS * problem.batch_size, _TRIAL_SAMPLES))
    with keep_processors_awake():
        jit = _is_faster_with_xla(build, x[:n], targets[:n], problem.batch_size)
    clock.note(f"jit_compile={jit}, steps_per_execution={n_batches}; {threads}")
    fit_with_clock(build(jit), problem, clock, x, targets)


def predict(problem: Problem, clock: Clock) -> None:
    """See :mod:`mlplab.benchmark.registry`; a compiled call for each batch, without `predict`."""
    clock.note(limit_tensorflow(problem))
    import tensorflow as tf

    sizes, size = problem.layer_sizes, problem.batch_size
    model = build_reference_model(sizes[0], sizes[-1], hidden=problem.hidden, l2=L2)
    classify = tf.function(lambda x: tf.argmax(model(x), axis=1), jit_compile=True)
    x = tf.constant(problem.x)
    for _ in range(problem.epochs):
        clock.start()
        for start in range(0, len(problem.x), size):
            classify(x[start : start + size]).numpy()
        clock.stop()


def _is_faster_with_xla(
    build: Callable[[bool], keras.Model], x: tf.Tensor, targets: tf.Tensor, batch_size: int
) -> bool:
    """Whether the median epoch with XLA is clearly shorter than without, in rounds of both."""
    import keras

    seconds: list[float] = []
    stopwatch = keras.callbacks.LambdaCallback(
        on_epoch_begin=lambda *_: seconds.append(-time.perf_counter()),
        on_epoch_end=lambda *_: seconds.append(seconds.pop() + time.perf_counter()),
    )
    models = [build(False), build(True)]
    # The first epoch of each compiles.
    while len(seconds) < 2 * (1 + _TRIAL_ROUNDS) or sum(seconds[2:]) < _TRIAL_SECONDS:
        for model in models:
            model.fit(x, targets, batch_size=batch_size, verbose=0, callbacks=[stopwatch])
    without, with_xla = (statistics.median(seconds[first::2]) for first in (2, 3))
    return with_xla < _CLEARLY_FASTER * without
