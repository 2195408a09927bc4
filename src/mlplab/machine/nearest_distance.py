"""The shortest latency between cores, kept from one measurement to the next.

A measurement on cores that a host keeps apart cannot know by itself that they were ever nearer.
"""

from __future__ import annotations

import json
import logging
import time
from collections.abc import Iterator
from contextlib import ExitStack, contextmanager
from math import isfinite
from pathlib import Path
from typing import Any

from mlplab.machine.core_distance import CoreDistance
from mlplab.machine.watch import DISTURBED_ABOVE, share_of_others
from mlplab.runtime.files import cache_folder, save_text

logger = logging.getLogger(__name__)

_BOOT = Path("/proc/sys/kernel/random/boot_id")
# What is kept: the shortest latency, and that patience was used up in vain.
_NEAREST, _IN_VAIN = "core-distance", "core-distance-in-vain"
# A host may also move the whole machine onto cores that are never as near.
_VALID_SECONDS = 3600
# How long cores wake each other to learn the shortest latency.
_LEARNING_SECONDS = 2.0
# Patience that was used up in vain is so much shorter the next time. It was in vain if cores came
# together less than once in so many seconds.
_DOUBT, _WORTH_SECONDS = 0.1, 10.0
# See "Bringing cores together takes seconds" in docs/explanation/timing.md. Two rounds, as in the
# quick run, have no interval that would be worth the wait.
_PATIENCE_SECONDS_PER_ROUND, _PATIENT_FROM = 12.0, 3
# One look of so many must find others at rest: the parent of this process may still be busy.
_LOOKS = 3


def patience_of(repetitions: int) -> float:
    """Seconds that a job with so many rounds or processes may spend on bringing cores together."""
    return _PATIENCE_SECONDS_PER_ROUND * repetitions if repetitions >= _PATIENT_FROM else 0.0


@contextmanager
def watched_distance(n: int, patience: float) -> Iterator[CoreDistance]:
    """The :class:`CoreDistance` of the first ``n`` processors.

    The shortest latency of the last hour is recalled, or learned, and kept. ``patience`` are the
    seconds for bringing cores together; there are none on a machine that others use, where it
    would be in vain, and a tenth of them for an hour after they were spent almost without success.
    Where no other process can start, nothing is far.
    """
    if not _others_rest():
        patience = 0.0
    with ExitStack() as stack:
        try:
            distance = stack.enter_context(CoreDistance(n, patience))
        except OSError as error:
            logger.info("cannot measure the latency between cores: %s", error)
            distance = CoreDistance(1, 0.0)
        if not recall_nearest(distance) and patience:
            distance.find_nearest(_LEARNING_SECONDS)
            keep_nearest(distance)
        if _recall(_IN_VAIN, distance) is not None:
            distance.patience *= _DOUBT
        given = distance.patience
        yield distance
        keep_nearest(distance)
        if given and distance.patience <= 0 and distance.came_near * _WORTH_SECONDS < given:
            _keep(_IN_VAIN, distance)
        elif given:
            _forget(_IN_VAIN, distance)


def _others_rest() -> bool:
    return any(share_of_others() <= DISTURBED_ABOVE for _ in range(_LOOKS))


def recall_nearest(distance: CoreDistance) -> bool:
    """Use the shortest latency of the last hour; whether one is kept."""
    known = _read(distance)
    if known is not None:
        distance.nearest = known
    return known is not None


def keep_nearest(distance: CoreDistance) -> None:
    """Keep the shortest latency, unless one as short was kept within the last hour."""
    known = _read(distance)
    if not isfinite(distance.nearest) or (known is not None and known <= distance.nearest):
        return
    _keep(_NEAREST, distance, nanoseconds=distance.nearest)


def _read(distance: CoreDistance) -> float | None:
    kept = _recall(_NEAREST, distance) or {}
    try:
        return float(kept["nanoseconds"])
    except (ValueError, TypeError, KeyError):
        return None


def _keep(what: str, distance: CoreDistance, **facts: float) -> None:
    try:
        text = json.dumps({"place": _place(distance), **facts})
        save_text(_file(what, distance), text)
    except OSError as error:
        logger.info("cannot keep the latency between cores for other processes: %s", error)


def _recall(what: str, distance: CoreDistance) -> dict[str, Any] | None:
    """What was kept in the last hour on the same processors, since the system started."""
    file = _file(what, distance)
    try:
        age = time.time() - file.stat().st_mtime
        kept: dict[str, Any] = json.loads(file.read_text(encoding="utf-8"))
        if not 0 <= age <= _VALID_SECONDS or kept["place"] != _place(distance):
            return None
        return kept
    except (OSError, ValueError, TypeError, KeyError):
        return None


def _forget(what: str, distance: CoreDistance) -> None:
    try:
        _file(what, distance).unlink(missing_ok=True)
    except OSError as error:
        logger.info("cannot remove what is kept of the latency between cores: %s", error)


def _file(what: str, distance: CoreDistance) -> Path:
    return cache_folder() / f"{what}-{len(distance.processors)}.json"


def _place(distance: CoreDistance) -> dict[str, object]:
    """The processors, and the boot of the system: another boot is another machine."""
    return {"boot": _BOOT.read_text().strip(), "processors": distance.processors}
