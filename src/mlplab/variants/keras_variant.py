"""Keras as in article A: the reference model, and `fit`."""

from mlplab.keras_mlp import build_reference_model, configure_tensorflow
from mlplab.variants import HIDDEN, L2, Clock, Problem

REQUIRES = "tensorflow"


def train(problem: Problem, clock: Clock) -> None:
    """See :mod:`mlplab.variants`."""
    configure_tensorflow(problem.n_threads, seed=0)
    import keras

    sizes = problem.layer_sizes
    model = build_reference_model(sizes[0], sizes[-1], hidden=HIDDEN, l2=L2)
    fit_with_clock(model, problem, clock, problem.x, keras.utils.to_categorical(problem.codes))


def fit_with_clock(model, problem: Problem, clock: Clock, x, targets) -> None:
    """Run `fit` for all epochs in one call, each between start and stop of the clock."""
    import keras

    each_epoch = keras.callbacks.LambdaCallback(
        on_epoch_begin=lambda *_: clock.start(), on_epoch_end=lambda *_: clock.stop()
    )
    model.fit(
        x,
        targets,
        batch_size=problem.batch_size,
        epochs=problem.epochs,
        shuffle=True,
        verbose=0,
        callbacks=[each_epoch],
    )
