"""One training of the NumPy network on one input space, as a table of epochs."""

from __future__ import annotations

import logging
from dataclasses import dataclass, replace

import numpy as np
import pandas as pd

from mlplab.machine.watch import QuietWatch
from mlplab.numpy_mlp.network import Descent, Network, encode_labels
from mlplab.numpy_mlp.parameters import draw_parameters
from mlplab.numpy_mlp.workspace import OrderedSamples
from mlplab.training.history import add_load, label_history
from mlplab.training.samples import Samples, hold_out
from mlplab.training.settings import NetworkSettings, TrainingLabel, TrainingSettings

logger = logging.getLogger(__name__)


@dataclass(frozen=True)
class NumpyTraining:
    """A training that has ended.

    Attributes
    ----------
    history : a row per epoch
    predictions : the label that the network gives every test sample in the end, (n_test,)
    """

    history: pd.DataFrame
    predictions: np.ndarray


def train_numpy(
    samples: Samples,
    network: NetworkSettings,
    settings: TrainingSettings,
    *,
    seed: int,
    n_threads: int,
) -> NumpyTraining:
    """Train as ``NumpyMLPClassifier`` does, with the λ₂ of ``network`` as it stands.

    Raises
    ------
    ValueError
        Fewer than one training sample would be left beside ``settings.n_validation``, or a label
        that is tested is none of those trained.
    """
    samples, *validation = hold_out(samples, settings.n_validation)
    x_test, classes = _as_rows(samples.x_test), np.unique(samples.y_train)
    observed = {}
    if settings.test_every_epoch:
        observed["test_accuracy"] = _order(x_test, samples.y_test, classes)
    if settings.n_validation:
        observed["validation_accuracy"] = _order(validation[0], validation[1], classes)
    trained = _start(network, samples.n_features, len(classes), seed)
    descent = Descent(
        batch_size=settings.batch_size,
        decrease_const=network.decrease_const,
        momentum=network.momentum,
        l2=network.l2,
        l1=network.l1,
        n_threads=n_threads,
        engine=settings.engine,
        monitor_every=settings.measure_every,
        progress=True,
    )
    with QuietWatch() as watch:
        trained.train(
            _order(samples.x_train, samples.y_train, classes),
            settings.epochs,
            descent,
            validation=observed,
        )
    logger.info("plan of threads: %s", trained.plan)
    history = add_load(pd.DataFrame(trained.records), watch, n_threads, settings.engine)
    predictions = classes[trained.predict_logits(x_test, descent).argmax(axis=1)]
    history.loc[history.index[-1], "test_accuracy"] = np.mean(predictions == samples.y_test)
    return NumpyTraining(history, predictions)


def _start(network: NetworkSettings, n_features: int, n_classes: int, seed: int) -> Network:
    random = np.random.RandomState(seed)
    parameters = draw_parameters(
        [n_features, *network.hidden_layer_sizes, n_classes],
        np.float32,
        random,
        method=network.init,
        factor=network.init_factor,
    )
    return Network(parameters, network.learning_rate, random)


def _order(x: np.ndarray, y: np.ndarray, classes: np.ndarray) -> OrderedSamples:
    return OrderedSamples(_as_rows(x), encode_labels(y, classes), None)


def _as_rows(x: np.ndarray) -> np.ndarray:
    """As the network takes them; arrays of the workflow are so already, and not copied."""
    return np.ascontiguousarray(x, np.float32)


def train_labelled(
    samples: Samples,
    label: TrainingLabel,
    network: NetworkSettings,
    settings: TrainingSettings,
    *,
    n_pixels: int,
    n_threads: int,
) -> NumpyTraining:
    """Train on one input space, with a history that says which training it was.

    λ₂ of ``network`` is multiplied by the factor of ``label`` and, with ``scale_l2_with_inputs``,
    by the number of features over ``n_pixels``.
    """
    n_features = samples.n_features
    training = train_numpy(
        samples,
        network.for_inputs(n_features, n_pixels, l2_factor=label.l2_factor),
        settings,
        seed=label.seed,
        n_threads=n_threads,
    )
    history = label_history(
        training.history, label, n_features=n_features, batch_size=settings.batch_size
    )
    return replace(training, history=history)
