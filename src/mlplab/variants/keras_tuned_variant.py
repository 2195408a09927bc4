"""Keras with several steps per execution, XLA or not, and tensors: the best of a small grid."""

import itertools
import time
from dataclasses import replace

from mlplab.keras_mlp import build_reference_model, configure_tensorflow
from mlplab.variants import HIDDEN, L2, Clock, Problem
from mlplab.variants.keras_variant import fit_with_clock

REQUIRES = "tensorflow"

_STEPS_PER_EXECUTION = (8, 64, 100_000)  # the last one: a whole epoch
_TRIAL_EPOCHS = 5


class _Stopwatch:
    """A clock of its own for the trials of the grid; the first epoch compiles."""

    def __init__(self) -> None:
        self.seconds: list[float] = []

    def start(self) -> None:
        self._start = time.perf_counter()

    def stop(self) -> None:
        self.seconds.append(time.perf_counter() - self._start)

    def note(self, text: str) -> None:
        raise AssertionError("a trial makes no choice")


def train(problem: Problem, clock: Clock) -> None:
    """See :mod:`mlplab.variants`."""
    configure_tensorflow(problem.n_threads, seed=0)
    import keras
    import tensorflow as tf

    x = tf.constant(problem.x)
    targets = tf.constant(keras.utils.to_categorical(problem.codes))
    sizes = problem.layer_sizes
    n_batches = -(-len(problem.x) // problem.batch_size)

    def build(jit: bool, steps: int):
        model = build_reference_model(sizes[0], sizes[-1], hidden=HIDDEN, l2=L2)
        model.compile(
            optimizer="rmsprop",
            loss="categorical_crossentropy",
            jit_compile=jit,
            steps_per_execution=steps,
        )
        return model

    def trial(choice: tuple[bool, int]) -> float:
        watch = _Stopwatch()
        fit_with_clock(build(*choice), replace(problem, epochs=_TRIAL_EPOCHS), watch, x, targets)
        # The shortest, because an epoch in which something else ran says nothing.
        return min(watch.seconds[1:])

    steps = sorted({min(n, n_batches) for n in _STEPS_PER_EXECUTION})
    best = min(itertools.product((False, True), steps), key=trial)
    clock.note(f"jit_compile={best[0]}, steps_per_execution={best[1]}")
    fit_with_clock(build(*best), problem, clock, x, targets)
