"""Trainings of the Keras reference model, as tables of epochs."""

from __future__ import annotations

from collections.abc import Callable, Iterable, Sequence
from dataclasses import dataclass

import pandas as pd

from mlplab.keras_mlp.models import build_reference_model, configure_tensorflow
from mlplab.keras_mlp.training import train_keras
from mlplab.machine.watch import QuietWatch
from mlplab.training.history import add_load, label_history
from mlplab.training.samples import Samples
from mlplab.training.settings import TrainingLabel, TrainingSettings, input_scaled_l2


@dataclass(frozen=True)
class ReferenceModel:
    """What trainings of the reference model share.

    Attributes
    ----------
    hidden_layer_sizes : nodes of the hidden layers, lowest first
    l2 : λ₂; with ``scale_l2_with_inputs``, times the number of inputs over ``n_pixels``
    n_threads : threads of TensorFlow
    timed : hand every batch to TensorFlow by itself, as Keras does unless told otherwise. A whole
        epoch at once has the same results in half the time
    """

    hidden_layer_sizes: Sequence[int]
    l2: float
    n_pixels: int
    scale_l2_with_inputs: bool = True
    n_threads: int = 1
    timed: bool = False

    def l2_for(self, n_features: int) -> float:
        """λ₂ of a model with so many inputs."""
        return input_scaled_l2(self.l2, n_features, self.n_pixels, scale=self.scale_l2_with_inputs)


def train_keras_reference(
    samples: Samples, settings: TrainingSettings, model: ReferenceModel, *, seed: int
) -> pd.DataFrame:
    """Train the reference model of article A in Keras; a row per epoch.

    Of ``settings``, epochs and batch size count: Keras measures after every epoch. A process may
    train several seeds with the same threads.
    """
    configure_tensorflow(model.n_threads, seed=seed)
    n_classes = int(samples.y_train.max()) + 1
    n_batches = -(-len(samples.x_train) // settings.batch_size)
    network = build_reference_model(
        samples.n_features,
        n_classes,
        hidden=tuple(model.hidden_layer_sizes),
        l2=model.l2_for(samples.n_features),
        steps_per_execution=1 if model.timed else n_batches,
    )
    with QuietWatch() as watch:
        history = train_keras(
            network,
            samples.x_train,
            samples.y_train,
            samples.x_test,
            samples.y_test,
            epochs=settings.epochs,
            batch_size=settings.batch_size,
        )
    return add_load(history, watch, model.n_threads, "keras")


def train_keras_together(
    trainings: Iterable[tuple[TrainingLabel, TrainingSettings]],
    samples_of: Callable[[int], Samples],
    model: ReferenceModel,
) -> pd.DataFrame:
    """Train one after the other in this process, so that TensorFlow starts once.

    Parameters
    ----------
    trainings : label and settings of each
    samples_of : gives the samples of a seed; input spaces may depend on it

    Returns
    -------
    DataFrame with the labelled histories, one below the other, each as if trained alone
    """
    histories = []
    for label, settings in trainings:
        samples = samples_of(label.seed)
        history = train_keras_reference(samples, settings, model, seed=label.seed)
        histories.append(
            label_history(
                history, label, n_features=samples.n_features, batch_size=settings.batch_size
            )
        )
    return pd.concat(histories, ignore_index=True)
