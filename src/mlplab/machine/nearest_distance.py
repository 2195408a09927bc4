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

from mlplab.machine.core_distance import CoreDistance
from mlplab.machine.watch import DISTURBED_ABOVE, share_of_others
from mlplab.runtime.files import cache_folder, save_text

logger = logging.getLogger(__name__)

_BOOT = Path("/proc/sys/kernel/random/boot_id")
# A host may also move the whole machine onto cores that are never as near.
_VALID_SECONDS = 3600
# How long cores wake each other to learn the shortest latency.
_LEARNING_SECONDS = 2.0
# Patience that was used up in vain is so much shorter the next time.
_DOUBT = 0.1
# One look of so many must find others at rest: the parent of this process may still be busy.
_LOOKS = 3


@contextmanager
def watched_distance(n: int, patience: float) -> Iterator[CoreDistance]:
    """The :class:`CoreDistance` of the first ``n`` processors.

    The shortest latency of the last hour is recalled, or learned, and kept. ``patience`` are the
    seconds for bringing cores together; there are none on a machine that others use, where it
    would be in vain, and a tenth of them for an hour after all of them were. Where no other process
    can start, nothing is far.
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
        in_vain = _file(distance).with_suffix(".in-vain")
        if _is_recent(in_vain):
            distance.patience *= _DOUBT
        yield distance
        keep_nearest(distance)
        if patience:
            _remember(in_vain, distance.patience <= 0)


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
    try:
        text = json.dumps({"place": _place(distance), "nanoseconds": distance.nearest})
        save_text(_file(distance), text)
    except OSError as error:
        logger.info("cannot keep the latency between cores for other processes: %s", error)


def _remember(file: Path, holds: bool) -> None:
    """Touch a file, or remove it."""
    try:
        if holds:
            save_text(file, "")
        else:
            file.unlink(missing_ok=True)
    except OSError as error:
        logger.info("cannot keep for other processes how cores come together: %s", error)


def _is_recent(file: Path) -> bool:
    try:
        return 0 <= time.time() - file.stat().st_mtime <= _VALID_SECONDS
    except OSError:
        return False


def _read(distance: CoreDistance) -> float | None:
    try:
        kept = json.loads(_file(distance).read_text(encoding="utf-8"))
        if not _is_recent(_file(distance)) or kept["place"] != _place(distance):
            return None
        return float(kept["nanoseconds"])
    except (OSError, ValueError, TypeError, KeyError):
        return None


def _file(distance: CoreDistance) -> Path:
    return cache_folder() / f"core-distance-{len(distance.processors)}.json"


def _place(distance: CoreDistance) -> dict[str, object]:
    """The processors, and the boot of the system: another boot is another machine."""
    return {"boot": _BOOT.read_text().strip(), "processors": distance.processors}
