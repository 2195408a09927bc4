"""Times of the single operations of a mini-batch, in NumPy and in TensorFlow."""

from __future__ import annotations

import time
from collections.abc import Callable
from functools import partial

import numpy as np
import pandas as pd

from mlplab.benchmark.interleaved import Schedule, measure_rounds, refuse_absent
from mlplab.benchmark.measurements import last_measurements
from mlplab.benchmark.problem import L2, LEARNING_RATE, MOMENTUM, Clock, Problem
from mlplab.benchmark.runners import Setup, thread_variables
from mlplab.benchmark.variants.keras_variant import limit_tensorflow
from mlplab.keras_mlp.models import build_reference_model
from mlplab.numpy_mlp.blas import limit_blas_threads
from mlplab.numpy_mlp.parameters import Parameters, draw_parameters
from mlplab.numpy_mlp.trainer import Plan, Step, Trainer
from mlplab.numpy_mlp.update import Update
from mlplab.numpy_mlp.workspace import sigmoid
from mlplab.runtime.tables import Table
from mlplab.stats.intervals import mean_interval
from mlplab.stats.ratios import geometric_interval
from mlplab.stats.rounds import quiet_rounds

OPERATION_TIMES = Table(
    "operation_times",
    "a row per framework, batch size, operation, function and layer",
    {
        "framework": "`numpy` or `tensorflow`, each in a process of its own, in rounds",
        "operation": "`gather`: fetch the rows of a batch; `forward`, `error` (down to the layer "
        "below) and `weight_gradient`: the matrix products; `sigmoid`; `sigmoid_derivative`; "
        "`update` of all weights; `step_overhead`: see below",
        "function": "the function that is timed: products by `np.dot`, `np.matmul` and "
        "`tf.matmul`. TensorFlow runs each operation eagerly, so the time includes the way from "
        "Python to the operation",
        "layer": "the weights: `L0` above the input, `L1`, …; empty for operations on all layers "
        "or none",
        "batch_size": "samples of a mini-batch",
        "n_threads": "threads that the framework may use",
        "rounds": "rounds that count: the last measurement of each, without disturbed ones",
        "disturbed": "whether disturbed rounds count too, because fewer than two were quiet",
        "seconds": "wall seconds of a call, geometric mean over rounds",
        "ci_low": "lower end of its 95 % interval, by Student's t on logarithms; empty for one "
        "round",
        "ci_high": "upper end of that interval",
        "seconds_per_epoch": "`seconds` times the batches of an epoch",
        "gflops": "of the products: operations in 10⁹ per second",
        "flops_per_byte": "of the products: operations over the bytes of operands and result, each "
        "moved once",
    },
    "`step_overhead` is the cost of a training step apart from the work that grows with the "
    "layers. It is a step of a network with as many layers, but with one or two nodes in each, "
    "trained by `Trainer.run_epoch` or Keras' `fit`. It is the difference between a training of 55 "
    "steps and one of 5, divided by 50; fixed costs of an epoch cancel.",
)
_SECONDS_OF_AN_OPERATION = 0.01
# The fixed costs of an epoch cancel in the difference of two short trainings.
_FEW_STEPS, _MORE_STEPS = 5, 55
_TINY_LAYERS = [1, 1, 1, 2]
_PRODUCTS = ("forward", "error", "weight_gradient")

# Seconds of one call, by operation, function and layer ("" where it has none).
Timers = dict[tuple[str, str, str], Callable[[], float]]


def measure_operations(problem: Problem, schedule: Schedule) -> pd.DataFrame:
    """Time the operations of a mini-batch in both frameworks, each in a process of its own.

    Parameters
    ----------
    problem : the network, its samples and batches
    schedule : how often

    Returns
    -------
    DataFrame with the columns of :data:`OPERATION_TIMES`.

    Raises
    ------
    RuntimeError
        TensorFlow is not installed, or a framework failed.
    """
    environment = thread_variables(problem.n_threads)
    setups = [
        Setup("numpy", time_numpy, problem, environment),
        Setup("tensorflow", time_tensorflow, problem, environment),
    ]
    measurements, absent = measure_rounds(setups, schedule)
    refuse_absent(absent, "operations are compared between two frameworks")
    return _tabulate(measurements, problem)


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
    # One thread for SciPy's BLAS, as in training: two pools would wait for each other.
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
    """A function that returns the mean seconds of a call, over enough calls to time them."""

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


def _tabulate(measurements: pd.DataFrame, problem: Problem) -> pd.DataFrame:
    measurements = last_measurements(measurements, ["variant"])
    sizes = problem.layer_sizes
    rows = []
    for framework, rounds in measurements.groupby("variant"):
        quiet = quiet_rounds(rounds)
        for column in (c for c in quiet if "|" in c and quiet[c].notna().all()):
            operation, function, layer = column.removesuffix("_seconds").split("|")
            # The overhead of a step is a difference, which noise can make negative.
            find = geometric_interval if (quiet[column] > 0).all() else mean_interval
            seconds, low, high = find(quiet[column])
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
                "seconds_per_epoch": seconds * problem.n_batches,
            }
            if operation in _PRODUCTS:
                number = int(layer[1:])
                batch, lower, upper = problem.batch_size, sizes[number], sizes[number + 1]
                work = 2 * batch * lower * upper
                row["gflops"] = work / seconds / 1e9
                # Three float32 matrices, each moved once: the least that a product needs.
                n_bytes = 4 * (batch * lower + lower * upper + batch * upper)
                row["flops_per_byte"] = work / n_bytes
            rows.append(row)
    return OPERATION_TIMES.arrange(pd.DataFrame(rows))
