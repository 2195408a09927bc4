"""One training of the NumPy network on one input space, as a table of epochs."""

from __future__ import annotations

import logging
from dataclasses import dataclass, replace

import numpy as np
import pandas as pd

from mlplab.machine.watch import QuietWatch
from mlplab.numpy_mlp.classifier import NumpyMLPClassifier
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
    """Train ``NumpyMLPClassifier`` with the λ₂ of ``network`` as it stands.

    Raises
    ------
    ValueError
        Fewer than one training sample would be left beside ``settings.n_validation``.
    """
    samples, *validation = hold_out(samples, settings.n_validation)
    tested = {"test_accuracy": (samples.x_test, samples.y_test)}
    observed = tested if settings.test_every_epoch else {}
    if settings.n_validation:
        observed["validation_accuracy"] = (validation[0], validation[1])
    classifier = NumpyMLPClassifier(
        batch_size=settings.batch_size,
        epochs=settings.epochs,
        random_state=seed,
        n_threads=n_threads,
        monitor_every=settings.measure_every,
        engine=settings.engine,
        progress=True,
        **network.parameters(),
    )
    with QuietWatch() as watch:
        classifier.fit(samples.x_train, samples.y_train, validation_data=observed)
    logger.info("plan of threads: %s", classifier.plan_)
    history = add_load(classifier.history_, watch, n_threads, settings.engine)
    predictions = classifier.predict(samples.x_test)
    history.loc[history.index[-1], "test_accuracy"] = np.mean(predictions == samples.y_test)
    return NumpyTraining(history, predictions)


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
