"""How far a training is, in its log."""

from __future__ import annotations

import logging
import math
import time
from collections.abc import Mapping

logger = logging.getLogger(__name__)

_LINES = 10


class EpochLog:
    """Logs about ten lines per training: the epoch, accuracies, and the time left."""

    def __init__(self, epochs: int) -> None:
        self._epochs, self._start = epochs, time.perf_counter()
        self._interval = max(1, epochs // _LINES)

    def log(self, epoch: int, values: Mapping[str, float]) -> None:
        """Tell that an epoch, from 1, has ended; of the values, accuracies are logged."""
        if epoch % self._interval and epoch != self._epochs:
            return
        left = (time.perf_counter() - self._start) / epoch * (self._epochs - epoch)
        accuracies = ", ".join(
            f"{name.replace('_', ' ')} {value:.4f}"
            for name, value in values.items()
            if name.endswith("accuracy") and not math.isnan(value)
        )
        logger.info("epoch %d of %d: %s, %.0f s left", epoch, self._epochs, accuracies, left)
