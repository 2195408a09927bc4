"""This project's trainer."""

import numpy as np

from mlplab.benchmark.declaration import Variant
from mlplab.benchmark.problem import L2, LEARNING_RATE, MOMENTUM, Clock, Problem
from mlplab.numpy_mlp.engines import find_engine
from mlplab.numpy_mlp.parameters import Parameters, draw_parameters
from mlplab.numpy_mlp.planning import choose_plan
from mlplab.numpy_mlp.trainer import Step

VARIANT = Variant(
    package="numpy",
    framework="numpy",
    label="NumPy",
    color="#0072B2",
    marker="o",
    linestyle="-",
    order=0,
)


def train(problem: Problem, clock: Clock) -> None:
    """See :mod:`mlplab.benchmark.registry`."""
    train_network(problem, clock, "numpy")


def train_network(problem: Problem, clock: Clock, engine_name: str) -> None:
    """Train this project's network in one of its engines."""
    engine = find_engine(engine_name)
    random = np.random.RandomState(0)
    sizes, batch_size = problem.layer_sizes, problem.batch_size
    plan = choose_plan(
        problem.x, sizes, batch_size, problem.n_threads, awake=True, engine=engine.name
    )
    clock.note(
        f"{plan.workers}x{plan.blas_threads} threads, split by {plan.split}, "
        f"slices of {plan.slice_rows}"
    )
    parameters = draw_parameters(sizes, problem.x.dtype, random)
    previous = Parameters.zeros(sizes, problem.x.dtype)
    with engine.trainer(parameters, previous, batch_size, plan) as trainer:
        for _ in range(problem.epochs):
            clock.start()
            order = random.permutation(len(problem.x))
            step = Step(LEARNING_RATE, MOMENTUM, L2, 0.0)
            trainer.run_epoch(problem.x, problem.codes, order, step)
            clock.stop()


def predict(problem: Problem, clock: Clock) -> None:
    """See :mod:`mlplab.benchmark.registry`; the slices are the network's own."""
    predict_network(problem, clock, "numpy")


def predict_network(problem: Problem, clock: Clock, engine_name: str) -> None:
    """Predict with this project's network in one of its engines."""
    engine = find_engine(engine_name)
    random, x = np.random.RandomState(0), problem.x
    parameters = draw_parameters(problem.layer_sizes, x.dtype, random)
    for _ in range(problem.epochs):
        clock.start()
        engine.predict_logits(parameters, x, problem.n_threads).argmax(axis=1)
        clock.stop()
