"""Keras with several steps per execution, XLA or not, and tensors: the best of a small grid."""

import time
from dataclasses import replace

from mlplab.keras_mlp import build_reference_model, configure_tensorflow
from mlplab.variants import HIDDEN, L2, Clock, Problem
from mlplab.variants.keras_variant import fit_with_clock

REQUIRES = "tensorflow"

_GRID = [(jit, steps) for jit in (False, True) for steps in (8, 64)]


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
            steps_per_execution=min(steps, n_batches),
        )
        return model

    def trial(choice: tuple[bool, int]) -> float:
        watch = _Stopwatch()
        fit_with_clock(build(*choice), replace(problem, epochs=3), watch, x, targets)
        return min(watch.seconds[1:])

    best = min(_GRID, key=trial)
    clock.note(f"jit_compile={best[0]}, steps_per_execution={min(best[1], n_batches)}")
    fit_with_clock(build(*best), problem, clock, x, targets)
