"""One training of the NumPy network on one feature space, as a table of epochs."""

from __future__ import annotations

import logging
import time
from collections.abc import Callable, Mapping
from typing import Any

import pandas as pd

from mlplab.numpy_mlp import NumpyMLPClassifier
from mlplab.timing import QuietWatch
from mlplab.training import Samples, add_load

logger = logging.getLogger(__name__)

_LOG_LINES = 10


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
    return add_load(classifier.history_, watch, n_threads)


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
