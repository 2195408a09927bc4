"""The deep model of article B: time and accuracy in Keras, with and without XLA, and in NumPy."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import asdict, dataclass, replace
from typing import TYPE_CHECKING, Any, Literal

import pandas as pd

from mlplab.machine.processors import available_threads
from mlplab.machine.watch import QuietWatch
from mlplab.runtime.tables import Table

if TYPE_CHECKING:
    from mlplab.training.samples import Samples

DEEP_MODEL = Table(
    "deep_model",
    "a row per variant of article B's deep model",
    {
        "framework": "`numpy` or `keras`",
        "variant": "`numpy`, `keras` or `keras_xla`, which compiles its steps with XLA",
        "xla": "whether XLA compiles the steps",
        "batch_size": "samples of a mini-batch",
        "epochs": "passes over the training images",
        "seed": "seed of start weights and batches",
        "n_threads": "threads that the training may use; it runs alone on the machine",
        "train_accuracy": "after the last epoch, as in `training_history.csv`",
        "test_accuracy": "after the last epoch, as in `training_history.csv`",
        "wall_seconds": "wall seconds of training in all epochs, without evaluation",
        "cpu_seconds": "CPU seconds of training in all epochs, without evaluation",
        "seconds_per_epoch": "median wall seconds of the epochs after the first",
        "first_epoch_seconds": "wall seconds of the first epoch, which compiles",
        "foreign_cpu_share": "share of the machine that other processes used meanwhile; empty "
        "where that is unknown",
        "stolen_cpu_share": "share of the machine that the host of a virtual machine took; empty "
        "where that is unknown",
        "disturbed": "whether these were together more than a tenth",
    },
)


@dataclass(frozen=True)
class DeepTraining:
    """The deep model and its training, the same in all frameworks.

    Attributes
    ----------
    hidden_layer_sizes : nodes of the hidden layers, lowest first
    batch_size : samples of a mini-batch
    epochs : passes over the training images
    n_threads : threads to use, at most those that the process may use
    seed : of start weights and batches
    """

    hidden_layer_sizes: tuple[int, ...]
    batch_size: int
    epochs: int
    n_threads: int
    seed: int


def train_deep_model(
    samples: Samples,
    variant: Literal["numpy", "keras", "keras_xla"],
    training: DeepTraining,
    *,
    parameters: Mapping[str, Any],
) -> pd.DataFrame:
    """Train the deep model once, without regularisation.

    Parameters
    ----------
    samples : both parts, scaled as the framework needs them
    variant : ``keras_xla`` compiles the steps of Keras with XLA
    training : the model and its training
    parameters : ``learning_rate``, ``momentum`` and ``decrease_const`` of ``NumpyMLPClassifier``;
        Keras trains with rmsprop

    Returns
    -------
    DataFrame with the columns of :data:`DEEP_MODEL` and one row.
    """
    training = replace(training, n_threads=min(training.n_threads, available_threads()))
    with QuietWatch() as watch:
        if variant == "numpy":
            history = _train_numpy(samples, training, parameters)
        else:
            history = _train_keras(samples, training, jit_compile=variant == "keras_xla")
    row = {
        "framework": variant.split("_")[0],
        "variant": variant,
        "xla": variant == "keras_xla",
        **asdict(training),
        **history.iloc[-1][["train_accuracy", "test_accuracy"]],
        **history[["wall_seconds", "cpu_seconds"]].sum(),
        "seconds_per_epoch": history["wall_seconds"].iloc[1:].median(),
        "first_epoch_seconds": history["wall_seconds"].iloc[0],
        **watch.columns(),
    }
    return DEEP_MODEL.arrange(pd.DataFrame([row]))


def _train_numpy(
    samples: Samples, training: DeepTraining, parameters: Mapping[str, Any]
) -> pd.DataFrame:
    from mlplab.training.numpy_training import train_numpy
    from mlplab.training.settings import NetworkSettings, TrainingSettings

    return train_numpy(
        samples,
        NetworkSettings(tuple(training.hidden_layer_sizes), l2=0.0, **parameters),
        TrainingSettings(training.epochs, training.batch_size),
        seed=training.seed,
        n_threads=training.n_threads,
    ).history


def _train_keras(samples: Samples, training: DeepTraining, *, jit_compile: bool) -> pd.DataFrame:
    from mlplab.keras_mlp.models import build_deep_model, configure_tensorflow
    from mlplab.keras_mlp.training import train_keras

    configure_tensorflow(training.n_threads, seed=training.seed)
    model = build_deep_model(
        samples.n_features,
        int(samples.y_train.max()) + 1,
        hidden=training.hidden_layer_sizes,
        jit_compile=jit_compile,
    )
    return train_keras(
        model,
        samples.x_train,
        samples.y_train,
        samples.x_test,
        samples.y_test,
        epochs=training.epochs,
        batch_size=training.batch_size,
    )
