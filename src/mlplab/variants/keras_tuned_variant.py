"""Keras with several steps per execution, XLA or not, and tensors: the best of a small grid."""

from __future__ import annotations

import time
from collections.abc import Mapping
from typing import TYPE_CHECKING

from mlplab.keras_mlp import build_reference_model
from mlplab.variants import HIDDEN, L2, Clock, Problem
from mlplab.variants.keras_variant import fit_with_clock, limit_tensorflow

if TYPE_CHECKING:
    import keras
    import tensorflow as tf

_WHOLE_EPOCH = 1_000_000
# XLA or not, and steps per execution.
_Choice = tuple[bool, int]
_CHOICES = ((False, 32), (False, _WHOLE_EPOCH), (True, _WHOLE_EPOCH))
_TRIAL_ROUNDS = 2
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

    def build(jit: bool, steps: int) -> keras.Model:
        model = build_reference_model(sizes[0], sizes[-1], hidden=HIDDEN, l2=L2)
        model.compile(
            optimizer="rmsprop",
            loss="categorical_crossentropy",
            jit_compile=jit,
            steps_per_execution=steps,
        )
        return model

    choices = sorted({(jit, min(steps, n_batches)) for jit, steps in _CHOICES})
    n = min(len(problem.x), max(_TRIAL_STEPS * problem.batch_size, _TRIAL_SAMPLES))
    jit, steps_per_execution = _fastest(
        {choice: build(*choice) for choice in choices}, x[:n], targets[:n], problem.batch_size
    )
    clock.note(f"jit_compile={jit}, steps_per_execution={steps_per_execution}; {threads}")
    fit_with_clock(build(jit, steps_per_execution), problem, clock, x, targets)


def _fastest(
    models: Mapping[_Choice, keras.Model], x: tf.Tensor, targets: tf.Tensor, batch_size: int
) -> _Choice:
    """The key of the model whose shortest epoch is the shortest of all, measured in turn."""
    seconds: dict[_Choice, list[float]] = {}
    for number in range(1 + _TRIAL_ROUNDS):
        for choice, model in models.items():
            start = time.perf_counter()
            model.fit(x, targets, batch_size=batch_size, verbose=0)
            # The first epoch compiles; of the others the shortest, because an epoch in which
            # something else ran says nothing.
            if number:
                seconds.setdefault(choice, []).append(time.perf_counter() - start)
    return min(seconds, key=lambda choice: min(seconds[choice]))
