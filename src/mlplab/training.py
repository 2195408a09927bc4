"""One training of either network on one feature space, as a table of epochs."""

from __future__ import annotations

import logging
import time
from collections.abc import Callable, Mapping
from dataclasses import dataclass, fields
from typing import Any

import numpy as np
import pandas as pd

from mlplab.files import load_array
from mlplab.processors import available_threads
from mlplab.timing import QuietWatch

logger = logging.getLogger(__name__)

_LOG_LINES = 10


@dataclass(frozen=True)
class Samples:
    """Features (n, n_features) float32 and labels (n,) of both parts."""

    x_train: np.ndarray
    y_train: np.ndarray
    x_test: np.ndarray
    y_test: np.ndarray

    @property
    def n_features(self) -> int:
        """Number of input features."""
        return self.x_train.shape[1]


def load_samples(paths: Any) -> Samples:
    """Open the four arrays that attributes of ``paths`` name, e.g. ``paths.x_train``."""
    return Samples(*(load_array(getattr(paths, f.name)) for f in fields(Samples)))


def input_scaled_l2(l2: float, n_features: int, n_pixels: int, *, scale: bool) -> float:
    """λ₂ · K / (number of pixels): fewer inputs make fewer and larger weights (article C)."""
    return l2 * n_features / n_pixels if scale else l2


def train_numpy(
    samples: Samples,
    *,
    epochs: int,
    batch_size: int,
    hidden_layer_sizes: tuple[int, ...],
    seed: int,
    n_threads: int,
    parameters: Mapping[str, Any],
) -> pd.DataFrame:
    """Train ``NumpyMLPClassifier``; a row per epoch, ``parameters`` being its own."""
    from mlplab.numpy_mlp import NumpyMLPClassifier

    classifier = NumpyMLPClassifier(
        tuple(hidden_layer_sizes),
        batch_size=batch_size,
        epochs=epochs,
        random_state=seed,
        n_threads=n_threads,
        callbacks=[_progress_logger(epochs)],
        **parameters,
    )
    with QuietWatch() as watch:
        classifier.fit(
            samples.x_train,
            samples.y_train,
            validation_data=(samples.x_test, samples.y_test),
        )
    logger.info("work was spread as %s", classifier.plan_)
    return _with_load(classifier.history_, watch, n_threads)


def train_keras_reference(
    samples: Samples,
    *,
    epochs: int,
    batch_size: int,
    hidden_layer_sizes: tuple[int, ...],
    seed: int,
    n_threads: int,
    l2: float,
) -> pd.DataFrame:
    """Train the reference model of article A in Keras; a row per epoch."""
    from mlplab.keras_mlp import build_reference_model, configure_tensorflow, train_keras

    configure_tensorflow(n_threads, seed=seed)
    n_classes = int(samples.y_train.max()) + 1
    model = build_reference_model(
        samples.x_train.shape[1], n_classes, hidden=tuple(hidden_layer_sizes), l2=l2
    )
    with QuietWatch() as watch:
        history = train_keras(
            model,
            samples.x_train,
            samples.y_train,
            samples.x_test,
            samples.y_test,
            epochs=epochs,
            batch_size=batch_size,
        )
    return _with_load(history, watch, n_threads)


def label_history(
    history: pd.DataFrame,
    samples: Samples,
    *,
    experiment: str,
    framework: str,
    space: str,
    batch_size: int,
    seed: int,
) -> pd.DataFrame:
    """Put the columns that say which training it was in front of a table of epochs.

    ``space`` is the name of the features: ``pixels-<scaling>`` or ``clusters-<K>``.
    """
    labels = {
        "experiment": experiment,
        "framework": framework,
        # The scaling of pixels differs between frameworks; the figures compare the spaces.
        "input_space": "pixels" if space.startswith("pixels-") else space,
        "n_features": samples.n_features,
        "batch_size": batch_size,
        "seed": seed,
    }
    return pd.concat([pd.DataFrame(labels, index=history.index), history], axis=1)


def _with_load(history: pd.DataFrame, watch: QuietWatch, n_threads: int) -> pd.DataFrame:
    return history.assign(
        n_threads=min(n_threads, available_threads()),
        foreign_cpu_share=watch.foreign_share,
        contaminated=watch.contaminated,
    )


def _progress_logger(epochs: int) -> Callable[[Any, dict[str, Any]], None]:
    """A callback that logs about ten lines per training, with the time left."""
    start = time.perf_counter()
    interval = max(1, epochs // _LOG_LINES)

    def log_epoch(_: Any, record: dict[str, Any]) -> None:
        epoch = record["epoch"]
        if epoch % interval == 0 or epoch == epochs:
            left = (time.perf_counter() - start) / epoch * (epochs - epoch)
            logger.info(
                "epoch %d of %d: train accuracy %.4f, test accuracy %.4f, %.0f s left",
                epoch,
                epochs,
                record["train_accuracy"],
                record["test_accuracy"],
                left,
            )

    return log_epoch
