"""How near the processors of this machine come, from one measurement to the next.

While a host keeps them apart, a measurement cannot find out by itself that they ever were nearer.
"""

from __future__ import annotations

import json
import logging
import time
from math import isfinite
from pathlib import Path

from mlplab.core_distance import CoreDistance
from mlplab.files import cache_folder, save_text

logger = logging.getLogger(__name__)

_BOOT = Path("/proc/sys/kernel/random/boot_id")
# A host may also move a whole machine, to processors that are never as near.
_VALID_SECONDS = 3600


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
