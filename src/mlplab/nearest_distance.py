"""How near the processors of this machine come, from one measurement to the next.

While a host keeps them apart, a measurement cannot find out by itself that they ever were nearer.
"""

from __future__ import annotations

import json
import logging
import time
from collections.abc import Iterator
from contextlib import contextmanager
from math import isfinite
from pathlib import Path

from mlplab.core_distance import CoreDistance
from mlplab.files import cache_folder, save_text
from mlplab.timing import CONTAMINATED_ABOVE, share_of_others

logger = logging.getLogger(__name__)

_BOOT = Path("/proc/sys/kernel/random/boot_id")
# A host may also move a whole machine, to processors that are never as near.
_VALID_SECONDS = 3600
# How long a measurement lets processors wake each other: to learn how near they come, if nobody has
# lately, and then, in all, to bring them back when a host has moved them apart.
_LEARNING_SECONDS, _PATIENCE_SECONDS = 2.0, 12.0
# Of some looks one has to find others at rest: what started this process may still be at work.
_LOOKS = 3


@contextmanager
def near_processors(n: int) -> Iterator[CoreDistance]:
    """The distance of the first ``n`` processors, with some patience to bring them near.

    How near they come is recalled, or learned, and kept. On a machine that others use there is no
    patience: nothing brings its processors near.
    """
    patience = _PATIENCE_SECONDS if _others_rest() else 0.0
    with CoreDistance(n, patience) as distance:
        if not recall_nearest(distance) and patience:
            distance.find_nearest(_LEARNING_SECONDS)
            keep_nearest(distance)
        yield distance
        keep_nearest(distance)


def _others_rest() -> bool:
    return any(share_of_others() <= CONTAMINATED_ABOVE for _ in range(_LOOKS))


def recall_nearest(distance: CoreDistance) -> bool:
    """Set the nearest distance to the one found within the last hour, and say whether there was."""
    known = _read(distance)
    if known is not None:
        distance.nearest = known
    return known is not None


def keep_nearest(distance: CoreDistance) -> None:
    """Keep the nearest distance, unless one as near has been kept within the last hour."""
    known = _read(distance)
    if not isfinite(distance.nearest) or (known is not None and known <= distance.nearest):
        return
    try:
        text = json.dumps({"place": _place(distance), "nanoseconds": distance.nearest})
        save_text(_file(), text)
    except OSError as error:
        logger.info("the distance of processors cannot be kept for other processes: %s", error)


def _read(distance: CoreDistance) -> float | None:
    try:
        age = time.time() - _file().stat().st_mtime
        kept = json.loads(_file().read_text(encoding="utf-8"))
        if age > _VALID_SECONDS or kept["place"] != _place(distance):
            return None
        return float(kept["nanoseconds"])
    except (OSError, ValueError, TypeError, KeyError):
        return None


def _file() -> Path:
    return cache_folder() / "core-distance.json"


def _place(distance: CoreDistance) -> dict[str, object]:
    """The processors, and the start of the system: another one is another machine."""
    return {"boot": _BOOT.read_text().strip(), "processors": distance.processors}
