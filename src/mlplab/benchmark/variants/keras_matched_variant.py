"""Keras with the mathematics of this project's network: the matched model, and `fit`."""

import numpy as np

from mlplab.benchmark.declaration import Variant
from mlplab.benchmark.problem import L2, LEARNING_RATE, MOMENTUM, Clock, Problem
from mlplab.benchmark.variants.keras_variant import fit_with_clock, limit_tensorflow
from mlplab.keras_mlp.models import Descent, build_matched_model
from mlplab.numpy_mlp.parameters import draw_parameters

VARIANT = Variant(
    package="keras",
    framework="keras",
    label="Keras, matched",
    color="#CC79A7",
    marker="D",
    linestyle="-.",
    order=40,
)


def train(problem: Problem, clock: Clock) -> None:
    """See :mod:`mlplab.benchmark.registry`; the start weights are those of the numpy variant."""
    clock.note(limit_tensorflow(problem))
    import keras

    start = draw_parameters(problem.layer_sizes, problem.x.dtype, np.random.RandomState(0))
    model = build_matched_model(
        start.weights,
        start.biases,
        steps_per_epoch=problem.n_batches,
        descent=Descent(learning_rate=LEARNING_RATE, momentum=MOMENTUM, l2=L2),
    )
    fit_with_clock(model, problem, clock, problem.x, keras.utils.to_categorical(problem.codes))
