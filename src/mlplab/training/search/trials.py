"""A setting, tried on validation images or trained for the result."""

from __future__ import annotations

import logging
import time
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from typing import Any, Literal

import numpy as np
import pandas as pd

from mlplab.numpy_mlp.network import DivergenceError
from mlplab.training.numpy_training import train_numpy
from mlplab.training.samples import Samples, require_classes
from mlplab.training.search.draws import find_decrease_const
from mlplab.training.settings import NetworkSettings, TrainingSettings

logger = logging.getLogger(__name__)

TRIAL_COLUMNS = [
    "trial",
    "stage",
    "input_space",
    "n_features",
    "learning_rate",
    "learning_rate_end_ratio",
    "decrease_const",
    "l2",
    "l1",
    "batch_size",
    "epochs",
    "seed",
    "train_accuracy",
    "validation_accuracy",
    "best_epoch",
    "seconds",
]


@dataclass(frozen=True)
class SearchNetwork:
    """What is the same in all trainings of a search: hidden nodes, engine and threads."""

    hidden_layer_sizes: Sequence[int]
    engine: Literal["numpy", "compiled"] = "numpy"
    n_threads: int = 1


def split_samples(x_fit: np.ndarray, x_validation: np.ndarray, labels: np.ndarray) -> Samples:
    """Samples whose test part is the validation part of the training images.

    Parameters
    ----------
    x_fit, x_validation : features of the two parts, (n, n_features)
    labels : of both parts, the fit part first

    Raises
    ------
    ValueError
        The validation part has a class that the fit part lacks.
    """
    split = len(x_fit)
    require_classes(labels[:split], labels[split:])
    return Samples(x_fit, labels[:split], x_validation, labels[split:])


def run_trial(
    samples: Samples,
    setting: Mapping[str, Any],
    network: SearchNetwork,
    *,
    stage: int,
    epochs: int,
    seed: int,
) -> pd.DataFrame:
    """Train a setting on the fit part and classify the validation part: a row.

    Parameters
    ----------
    samples : the fit and the validation part, as :func:`split_samples` makes them
    setting : a row of :func:`mlplab.training.search.draws.draw_settings`

    Returns
    -------
    DataFrame with the ``TRIAL_COLUMNS``. Accuracies are those after the last epoch; the
    validation accuracy was highest in ``best_epoch``. A training that diverged has neither.
    """
    row = _describe(setting, samples.n_features, epochs, seed) | {"stage": stage}
    start = time.perf_counter()
    try:
        history = _train(samples, row, network, every_epoch=True)
    except DivergenceError as error:
        logger.warning("trial %d: %s", row["trial"], error)
        row |= {"train_accuracy": np.nan, "validation_accuracy": np.nan, "best_epoch": None}
    else:
        accuracy = history["test_accuracy"]
        row |= {
            "train_accuracy": history["train_accuracy"].iloc[-1],
            "validation_accuracy": accuracy.iloc[-1],
            "best_epoch": int(history["epoch"].iloc[accuracy.argmax()]),
        }
    row["seconds"] = time.perf_counter() - start
    return pd.DataFrame([row], columns=TRIAL_COLUMNS).astype({"best_epoch": "Int64"})


def train_final(
    samples: Samples,
    setting: Mapping[str, Any],
    network: SearchNetwork,
    *,
    seed: int,
) -> pd.DataFrame:
    """Train the chosen setting, a row of the trials, and classify the test part once: a row.

    The row has the columns of the setting, ``seed``, accuracies after the last epoch and the
    wall seconds of the training.
    """
    row = _describe(setting, samples.n_features, int(setting["epochs"]), seed)
    start = time.perf_counter()
    history = _train(samples, row, network, every_epoch=False)
    last = history.iloc[-1]
    row |= {
        "validation_accuracy": setting["validation_accuracy"],
        "train_accuracy": last["train_accuracy"],
        "test_accuracy": last["test_accuracy"],
        "seconds": time.perf_counter() - start,
    }
    return pd.DataFrame([row])


def _describe(
    setting: Mapping[str, Any], n_features: int, epochs: int, seed: int
) -> dict[str, Any]:
    return {
        "trial": int(setting["trial"]),
        "input_space": setting["input_space"],
        "n_features": n_features,
        "learning_rate": float(setting["learning_rate"]),
        "learning_rate_end_ratio": float(setting["learning_rate_end_ratio"]),
        "decrease_const": find_decrease_const(float(setting["learning_rate_end_ratio"]), epochs),
        "l2": float(setting["l2"]),
        "l1": float(setting["l1"]),
        "batch_size": int(setting["batch_size"]),
        "epochs": epochs,
        "seed": seed,
    }


def _train(
    samples: Samples,
    row: Mapping[str, Any],
    network: SearchNetwork,
    *,
    every_epoch: bool,
) -> pd.DataFrame:
    return train_numpy(
        samples,
        NetworkSettings(
            hidden_layer_sizes=tuple(network.hidden_layer_sizes),
            **{name: row[name] for name in ("learning_rate", "decrease_const", "l2", "l1")},
        ),
        TrainingSettings(
            epochs=row["epochs"],
            batch_size=row["batch_size"],
            measure_every=row["epochs"],
            test_every_epoch=every_epoch,
            engine=network.engine,
        ),
        seed=row["seed"],
        n_threads=network.n_threads,
    ).history
