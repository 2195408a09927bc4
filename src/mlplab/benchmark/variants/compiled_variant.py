"""This project's network in its compiled engine."""

from mlplab.benchmark.declaration import Variant
from mlplab.benchmark.problem import Clock, Problem
from mlplab.benchmark.variants.numpy_variant import predict_network, train_network

VARIANT = Variant(
    package="numba",
    framework="compiled",
    label="compiled",
    color="#56B4E9",
    marker="*",
    linestyle="-",
    order=5,
)


def train(problem: Problem, clock: Clock) -> None:
    """See :mod:`mlplab.benchmark.registry`; the start weights are those of the numpy variant."""
    train_network(problem, clock, "compiled")


def predict(problem: Problem, clock: Clock) -> None:
    """See :mod:`mlplab.benchmark.registry`."""
    predict_network(problem, clock, "compiled")
