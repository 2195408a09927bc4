"""One training of the NumPy network on one input space, as a table of epochs."""

from __future__ import annotations

import logging
from collections.abc import Mapping
from dataclasses import dataclass, replace
from typing import Any

import numpy as np
import pandas as pd

from mlplab.machine.watch import QuietWatch
from mlplab.numpy_mlp.classifier import NumpyMLPClassifier
from mlplab.training.history import add_load, label_history
from mlplab.training.samples import Samples, hold_out
from mlplab.training.settings import input_scaled_l2

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
    *,
    epochs: int,
    batch_size: int,
    hidden_layer_sizes: tuple[int, ...],
    seed: int,
    n_threads: int,
    parameters: Mapping[str, Any],
    n_validation: int = 0,
    measure_every: int = 1,
    test_every_epoch: bool = True,
) -> NumpyTraining:
    """Train ``NumpyMLPClassifier``, ``parameters`` being its own.

    Parameters
    ----------
    n_validation : last training samples that are kept out; their accuracy after every epoch is
        ``validation_accuracy``
    measure_every : epochs between two measurements of accuracy and cost of the training samples,
        which are missing in the rows between
    test_every_epoch : whether ``test_accuracy`` is that of every epoch, or of the last alone

    Raises
    ------
    ValueError
        Fewer than one training sample would be left.
    """
    samples, *validation = hold_out(samples, n_validation)
    observed = {"test_accuracy": (samples.x_test, samples.y_test)} if test_every_epoch else {}
    if n_validation:
        observed["validation_accuracy"] = (validation[0], validation[1])
    classifier = NumpyMLPClassifier(
        tuple(hidden_layer_sizes),
        batch_size=batch_size,
        epochs=epochs,
        random_state=seed,
        n_threads=n_threads,
        monitor_every=measure_every,
        progress=True,
        **parameters,
    )
    with QuietWatch() as watch:
        classifier.fit(samples.x_train, samples.y_train, validation_data=observed)
    logger.info("work was spread as %s", classifier.plan_)
    history = add_load(classifier.history_, watch, n_threads)
    predictions = classifier.predict(samples.x_test)
    history.loc[history.index[-1], "test_accuracy"] = np.mean(predictions == samples.y_test)
    return NumpyTraining(history, predictions)


def train_labelled(
    samples: Samples,
    *,
    experiment: str,
    space: str,
    batch_size: int,
    seed: int,
    network: Mapping[str, Any],
    n_pixels: int,
    scale_l2_with_inputs: bool,
    l2_factor: float = 1.0,
    **settings: Any,
) -> NumpyTraining:
    """Train on one input space, with a history that says which training it was.

    λ₂ of ``network`` is multiplied by ``l2_factor`` and, with ``scale_l2_with_inputs``, by the
    number of features over ``n_pixels``; ``settings`` are the others of :func:`train_numpy`.
    """
    l2 = l2_factor * input_scaled_l2(
        network["l2"], samples.n_features, n_pixels, scale=scale_l2_with_inputs
    )
    training = train_numpy(
        samples,
        batch_size=batch_size,
        seed=seed,
        parameters=dict(network) | {"l2": l2},
        **settings,
    )
    history = label_history(
        training.history,
        samples,
        experiment=experiment,
        framework="numpy",
        space=space,
        batch_size=batch_size,
        seed=seed,
        l2_factor=l2_factor,
    )
    return replace(training, history=history)
