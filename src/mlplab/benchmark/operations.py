"""Times of the single operations of a mini-batch, in NumPy and in TensorFlow."""

from __future__ import annotations

import time
from collections.abc import Callable
from functools import partial

import numpy as np
import pandas as pd

from mlplab.benchmark.interleaved import measure_cases, refuse_absent
from mlplab.benchmark.problem import L2, LEARNING_RATE, MOMENTUM, Clock, Problem
from mlplab.benchmark.runners import Case, thread_variables
from mlplab.benchmark.variants.keras_variant import limit_tensorflow
from mlplab.machine.processors import available_threads
from mlplab.numpy_mlp.blas import limit_blas_threads
from mlplab.numpy_mlp.parameters import Parameters, draw_parameters
from mlplab.numpy_mlp.trainer import Plan, Step, Trainer
from mlplab.numpy_mlp.update import Update
from mlplab.numpy_mlp.workspace import sigmoid
from mlplab.stats.intervals import median_interval
from mlplab.stats.rounds import quiet_rounds

COLUMNS = [
    "framework",
    "operation",
    "function",
    "layer",
    "batch_size",
    "n_threads",
    "rounds",
    "disturbed",
    "seconds",
    "ci_low",
    "ci_high",
    "seconds_per_epoch",
    "gflops",
    "flops_per_byte",
]
_SECONDS_OF_AN_OPERATION = 0.01
# The difference of two short trainings is free of what an epoch costs however many steps it has.
_FEW_STEPS, _MORE_STEPS = 5, 55
_TINY_LAYERS = [1, 1, 1, 2]
_PRODUCTS = ("forward", "error", "weight_gradient")

# Seconds of one call, by operation, function and layer ("" where it has none).
Timers = dict[tuple[str, str, str], Callable[[], float]]


def measure_operations(
    x: np.ndarray,
    labels: np.ndarray,
    *,
    batch_size: int,
    n_threads: int,
    rounds: int,
    retries: int,
    seed: int = 0,
) -> pd.DataFrame:
    """Time the operations of a mini-batch in both frameworks, in turn, each in its own process.

    Parameters
    ----------
    x : samples (n, n_features) float32; a memory map is opened anew by every process
    labels : 0, 1, … (n,)
    n_threads : threads that each may use, at most those of the machine
    rounds, retries : see :func:`mlplab.benchmark.interleaved.measure_cases`
    seed : of the order of turns and of the bootstrap

    Returns
    -------
    DataFrame with the ``COLUMNS``, a row per framework, operation, function and layer: ``seconds``
    of one call are medians over rounds with their 95 % bootstrap interval; ``seconds_per_epoch``
    is that times the batches of an epoch; ``gflops`` is that of matrix products, and
    ``flops_per_byte`` their operations over the bytes of operands and result. The operations:
    ``gather`` of the rows of a batch; ``forward``, ``error`` (down to the layer below) and
    ``weight_gradient``, the products; ``sigmoid`` and ``sigmoid_derivative``; ``update`` of all
    weights; and ``step_overhead``, a step of training of a network with as many layers, but of
    one or two nodes: what a framework does beside the work that grows with the layers. TensorFlow
    runs operations eagerly, and the step compiled, by Keras' ``fit``.
    """
    n_threads = min(n_threads, available_threads())
    problem = Problem(x, labels.astype(np.intp), batch_size, n_threads, epochs=1_000_000)
    environment = thread_variables(n_threads)
    cases = [
        Case("numpy", time_numpy, problem, environment),
        Case("tensorflow", time_tensorflow, problem, environment),
    ]
    turns, absent = measure_cases(cases, rounds=rounds, seed=seed, retries=retries)
    refuse_absent(absent, "operations are compared between two frameworks")
    return _arrange(turns, problem, seed)


def time_numpy(problem: Problem, clock: Clock) -> None:
    """A variant (see :mod:`mlplab.benchmark.registry`) whose parts are calls of NumPy."""
    random = np.random.default_rng(0)
    sizes, batch = problem.layer_sizes, problem.batch_size
    rows = random.permutation(len(problem.x))[:batch]
    inputs = np.empty((batch, sizes[0]), np.float32)
    timers: Timers = {
        ("gather", "np.take", ""): _calls(
            lambda: np.take(problem.x, rows, axis=0, out=inputs, mode="clip")
        )
    }
    parameters = draw_parameters(sizes, np.float32, np.random.RandomState(0))
    previous, spare = (Parameters.zeros(sizes, np.float32) for _ in range(2))
    update, step = Update(parameters, previous, spare), Step(1e-9, MOMENTUM, L2, 0.0)
    size = len(parameters.vector)
    timers["update", "axpy", ""] = _calls(lambda: update.apply(0, step, 0, size))
    for layer, weights in enumerate(parameters.weights):
        timers |= _numpy_layer(layer, batch, weights, random)
    timers["step_overhead", "Trainer.run_epoch", ""] = _numpy_step_overhead(batch)
    # SciPy's on one thread, as in training: its pool would wait busily beside that of NumPy.
    with limit_blas_threads(problem.n_threads):
        _run(timers, problem, clock)


def _numpy_layer(
    layer: int, batch: int, weights: np.ndarray, random: np.random.Generator
) -> Timers:
    lower, upper = weights.shape
    below = random.standard_normal((batch, lower), dtype=np.float32)
    above = random.standard_normal((batch, upper), dtype=np.float32)
    errors = random.standard_normal((batch, upper), dtype=np.float32)
    result, term = np.empty_like(above), np.empty_like(above)
    error_below, gradient = np.empty_like(below), np.empty_like(weights)

    def derivative() -> None:
        np.subtract(1.0, above, out=term)
        np.multiply(term, above, out=term)
        np.multiply(term, errors, out=result)

    name = f"L{layer}"
    timers: Timers = {
        ("sigmoid", "np.tanh", name): _calls(lambda: sigmoid(above, out=result)),
        ("sigmoid_derivative", "np.multiply", name): _calls(derivative),
    }
    products: tuple[Callable[..., np.ndarray], ...] = (np.dot, np.matmul)
    for product in products:
        function = f"np.{product.__name__}"
        timers["forward", function, name] = _calls(partial(product, below, weights, out=result))
        timers["weight_gradient", function, name] = _calls(
            partial(product, below.T, errors, out=gradient)
        )
        if layer:
            timers["error", function, name] = _calls(
                partial(product, errors, weights.T, out=error_below)
            )
    return timers


def _numpy_step_overhead(batch: int) -> Callable[[], float]:
    parameters = draw_parameters(_TINY_LAYERS, np.float32, np.random.RandomState(0))
    previous = Parameters.zeros(_TINY_LAYERS, np.float32)
    x = np.zeros((_MORE_STEPS * batch, 1), np.float32)
    codes = np.zeros(len(x), np.intp)
    order = np.random.default_rng(0).permutation(len(x))
    step = Step(LEARNING_RATE, MOMENTUM, L2, 0.0)

    def train(n_steps: int) -> None:
        with Trainer(parameters, previous, batch, Plan(1, 1, batch)) as trainer:
            trainer.run_epoch(x, codes, order[: n_steps * batch], step)

    return lambda: _seconds_per_step(train)


def time_tensorflow(problem: Problem, clock: Clock) -> None:
    """A variant (see :mod:`mlplab.benchmark.registry`) whose parts are calls of TensorFlow."""
    clock.note(limit_tensorflow(problem))
    import tensorflow as tf

    sizes, batch = problem.layer_sizes, problem.batch_size
    parameters = draw_parameters(sizes, np.float32, np.random.RandomState(0))
    variables = [tf.Variable(array) for array in (*parameters.weights, *parameters.biases)]
    steps = [tf.zeros_like(variable) for variable in variables]
    x = tf.constant(problem.x)
    rows = tf.random.shuffle(tf.range(len(problem.x)))[:batch]
    timers: Timers = {("gather", "tf.gather", ""): _calls(lambda: tf.gather(x, rows))}

    def update() -> None:
        for variable, step in zip(variables, steps, strict=True):
            variable.assign_sub(step)

    timers["update", "tf.Variable.assign_sub", ""] = _calls(update)
    for layer, weights in enumerate(parameters.weights):
        timers |= _tensorflow_layer(layer, batch, weights)
    timers["step_overhead", "keras.Model.fit", ""] = _keras_step_overhead(batch)
    _run(timers, problem, clock)


def _tensorflow_layer(layer: int, batch: int, array: np.ndarray) -> Timers:
    import tensorflow as tf

    lower, upper = array.shape
    weights = tf.constant(array)
    below, above, errors = (tf.random.normal((batch, n)) for n in (lower, upper, upper))
    name = f"L{layer}"
    timers: Timers = {
        ("sigmoid", "tf.sigmoid", name): _calls(lambda: tf.sigmoid(above)),
        ("sigmoid_derivative", "tf.multiply", name): _calls(lambda: (1.0 - above) * above * errors),
        ("forward", "tf.matmul", name): _calls(lambda: tf.matmul(below, weights)),
        ("weight_gradient", "tf.matmul", name): _calls(
            lambda: tf.matmul(below, errors, transpose_a=True)
        ),
    }
    if layer:
        timers["error", "tf.matmul", name] = _calls(
            lambda: tf.matmul(errors, weights, transpose_b=True)
        )
    return timers


def _keras_step_overhead(batch: int) -> Callable[[], float]:
    from mlplab.keras_mlp import build_reference_model

    first, *hidden, last = _TINY_LAYERS
    model = build_reference_model(first, last, hidden=hidden, l2=L2)
    x = np.zeros((_MORE_STEPS * batch, first), np.float32)
    targets = np.zeros((len(x), last), np.float32)
    targets[:, 0] = 1

    def train(n_steps: int) -> None:
        n = n_steps * batch
        model.fit(x[:n], targets[:n], batch_size=batch, verbose=0)

    return lambda: _seconds_per_step(train)


def _seconds_per_step(train: Callable[[int], None]) -> float:
    seconds = []
    for n_steps in (_FEW_STEPS, _MORE_STEPS):
        start = time.perf_counter()
        train(n_steps)
        seconds.append(time.perf_counter() - start)
    return (seconds[1] - seconds[0]) / (_MORE_STEPS - _FEW_STEPS)


def _calls(operation: Callable[[], object]) -> Callable[[], float]:
    """A function that gives the mean seconds of a call, over as many as take long enough."""

    def measure() -> float:
        n, start = 0, time.perf_counter()
        while (elapsed := time.perf_counter() - start) < _SECONDS_OF_AN_OPERATION or not n:
            operation()
            n += 1
        return elapsed / n

    return measure


def _run(timers: Timers, problem: Problem, clock: Clock) -> None:
    for _ in range(problem.epochs):
        clock.start()
        clock.stop({"|".join(key): measure() for key, measure in timers.items()})


def _arrange(turns: pd.DataFrame, problem: Problem, seed: int) -> pd.DataFrame:
    turns = turns.sort_values(["round", "attempt"]).drop_duplicates(
        ["variant", "round"], keep="last"
    )
    n_batches = -(-len(problem.x) // problem.batch_size)
    sizes = problem.layer_sizes
    rows = []
    for framework, rounds in turns.groupby("variant"):
        quiet = quiet_rounds(rounds)
        for column in (c for c in quiet if "|" in c and quiet[c].notna().all()):
            operation, function, layer = column.removesuffix("_seconds").split("|")
            seconds, low, high = median_interval(quiet[column], seed=seed)
            row = {
                "framework": framework,
                "operation": operation,
                "function": function,
                "layer": layer,
                "batch_size": problem.batch_size,
                "n_threads": problem.n_threads,
                "rounds": len(quiet),
                "disturbed": bool(quiet["disturbed"].any()),
                "seconds": seconds,
                "ci_low": low,
                "ci_high": high,
                "seconds_per_epoch": seconds * n_batches,
            }
            if operation in _PRODUCTS:
                number = int(layer[1:])
                batch, lower, upper = problem.batch_size, sizes[number], sizes[number + 1]
                work = 2 * batch * lower * upper
                row["gflops"] = work / seconds / 1e9
                # Each of the three float32 matrices moved once, the least that a product needs.
                n_bytes = 4 * (batch * lower + lower * upper + batch * upper)
                row["flops_per_byte"] = work / n_bytes
            rows.append(row)
    return pd.DataFrame(rows, columns=COLUMNS)
