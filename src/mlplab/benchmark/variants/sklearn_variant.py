"""scikit-learn's MLPClassifier with the same layers and plain gradient descent."""

import warnings

import numpy as np
from threadpoolctl import threadpool_limits

from mlplab.benchmark.declaration import Variant
from mlplab.benchmark.problem import HIDDEN, L2, LEARNING_RATE, MOMENTUM, Clock, Problem

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
    from sklearn.neural_network import MLPClassifier

    network = MLPClassifier(
        HIDDEN,
        activation="logistic",
        solver="sgd",
        batch_size=problem.batch_size,
        learning_rate_init=LEARNING_RATE,
        momentum=MOMENTUM,
        nesterovs_momentum=False,
        alpha=L2,
        random_state=0,
    )
    classes = np.unique(problem.codes)
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
