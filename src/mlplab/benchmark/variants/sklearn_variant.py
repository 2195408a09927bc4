"""scikit-learn's MLPClassifier with the same layers and plain gradient descent."""

from __future__ import annotations

import warnings
from typing import TYPE_CHECKING

import numpy as np
from threadpoolctl import threadpool_limits

from mlplab.benchmark.declaration import Variant
from mlplab.benchmark.problem import L2, LEARNING_RATE, MOMENTUM, Clock, Problem

if TYPE_CHECKING:
    from sklearn.neural_network import MLPClassifier

VARIANT = Variant(
    package="sklearn",
    framework="sklearn",
    label="scikit-learn",
    color="#009E73",
    marker="v",
    linestyle="-",
    order=50,
)


def train(problem: Problem, clock: Clock) -> None:
    """See :mod:`mlplab.benchmark.registry`."""
    from sklearn import config_context
    from sklearn.exceptions import ConvergenceWarning

    network, classes = _make_network(problem), np.unique(problem.codes)
    # scikit-learn's checks of the input do not belong to an epoch.
    with (
        warnings.catch_warnings(),
        config_context(assume_finite=True),
        threadpool_limits(problem.n_threads),
    ):
        warnings.simplefilter("ignore", ConvergenceWarning)
        for _ in range(problem.epochs):
            clock.start()
            network.partial_fit(problem.x, problem.codes, classes=classes)
            clock.stop()


def predict(problem: Problem, clock: Clock) -> None:
    """See :mod:`mlplab.benchmark.registry`; scikit-learn predicts all samples at once."""
    from sklearn import config_context

    network, classes = _make_network(problem), np.unique(problem.codes)
    few = np.unique(problem.codes, return_index=True)[1]
    with config_context(assume_finite=True), threadpool_limits(problem.n_threads):
        network.set_params(batch_size=len(few))
        network.partial_fit(problem.x[few], problem.codes[few], classes=classes)
        for _ in range(problem.epochs):
            clock.start()
            network.predict(problem.x)
            clock.stop()


def _make_network(problem: Problem) -> MLPClassifier:
    from sklearn.neural_network import MLPClassifier

    return MLPClassifier(
        problem.hidden,
        activation="logistic",
        solver="sgd",
        batch_size=problem.batch_size,
        learning_rate_init=LEARNING_RATE,
        momentum=MOMENTUM,
        nesterovs_momentum=False,
        alpha=L2,
        random_state=0,
    )
