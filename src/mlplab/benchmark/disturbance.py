"""What disturbed a measurement: others on the machine, and cores that are far apart."""

from __future__ import annotations

from collections.abc import Iterable
from typing import Any

from mlplab.machine.core_distance import CoreDistance
from mlplab.machine.watch import QuietWatch


def disturbances(
    watch: QuietWatch, distance: CoreDistance, round_trip: float
) -> dict[str, float | bool]:
    """What a table says of how a measurement was disturbed.

    Parameters
    ----------
    watch : what others and the host took of the machine meanwhile
    distance : which latencies between cores are far
    round_trip : the latency of this measurement, in nanoseconds
    """
    far = distance.is_far(round_trip)
    columns = watch.columns() | {"core_round_trip_ns": round_trip}
    return columns | {"disturbed": watch.disturbed or far}


def judge_again(rows: Iterable[dict[str, Any]], distance: CoreDistance) -> None:
    """Mark rows as disturbed by the nearest distance of all, which is known only at the end."""
    for row in rows:
        row["disturbed"] = bool(row["disturbed"]) or distance.is_far(row["core_round_trip_ns"])
