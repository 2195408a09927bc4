"""Keras with an epoch per execution and tensors, with XLA or without, whichever is faster."""

from __future__ import annotations

import time
from collections.abc import Callable
from typing import TYPE_CHECKING

from mlplab.keras_mlp import build_reference_model
from mlplab.variants import HIDDEN, L2, Clock, Problem
from mlplab.variants.keras_variant import fit_with_clock, limit_tensorflow

if TYPE_CHECKING:
    import keras
    import tensorflow as tf

_TRIAL_ROUNDS = 2
# XLA has to gain as much, so that where it makes no difference chance does not choose.
_CLEARLY_FASTER = 0.95
# Enough to tell choices apart, and few enough to try all within seconds.
_TRIAL_STEPS, _TRIAL_SAMPLES = 32, 20_000


def train(problem: Problem, clock: Clock) -> None:
    """See :mod:`mlplab.variants`."""
    threads = limit_tensorflow(problem)
    import keras
    import tensorflow as tf

    x = tf.constant(problem.x)
    targets = tf.constant(keras.utils.to_categorical(problem.codes))
    sizes = problem.layer_sizes
    n_batches = -(-len(problem.x) // problem.batch_size)

    # 32 steps per execution were tried too, and never clearly faster.
    def build(jit: bool) -> keras.Model:
        model = build_reference_model(sizes[0], sizes[-1], hidden=HIDDEN, l2=L2)
        model.compile(
            optimizer="rmsprop",
            loss="categorical_crossentropy",
            jit_compile=jit,
            steps_per_execution=n_batches,
        )
        return model

    n = min(len(problem.x), max(_TRIAL_STEPS * problem.batch_size, _TRIAL_SAMPLES))
    jit = _is_faster_with_xla(build, x[:n], targets[:n], problem.batch_size)
    clock.note(f"jit_compile={jit}, steps_per_execution={n_batches}; {threads}")
    fit_with_clock(build(jit), problem, clock, x, targets)


def _is_faster_with_xla(
    build: Callable[[bool], keras.Model], x: tf.Tensor, targets: tf.Tensor, batch_size: int
) -> bool:
    """Whether the shortest epoch with XLA is clearly shorter than without, measured in turn."""
    models = {jit: build(jit) for jit in (False, True)}
    seconds: dict[bool, list[float]] = {False: [], True: []}
    for number in range(1 + _TRIAL_ROUNDS):
        for jit, model in models.items():
            start = time.perf_counter()
            model.fit(x, targets, batch_size=batch_size, verbose=0)
            # The first epoch compiles; of the others the shortest, because an epoch in which
            # something else ran says nothing.
            if number:
                seconds[jit].append(time.perf_counter() - start)
    return min(seconds[True]) < _CLEARLY_FASTER * min(seconds[False])
