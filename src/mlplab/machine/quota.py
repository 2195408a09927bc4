"""The CPU quota of the control groups (cgroups) of this process, on Linux."""

from __future__ import annotations

import math
import re
from collections.abc import Iterator
from contextlib import suppress
from pathlib import Path, PurePosixPath

_MEMBERSHIP = Path("/proc/self/cgroup")
_MOUNTS = Path("/proc/self/mountinfo")


def cpu_quota() -> float:
    """CPU seconds that this process may use per second; infinity without a quota.

    A quota may stand in the process's own cgroup or in any above it, in version 1 or 2 of the
    interface; the smallest counts. Only cgroups that this process can see are read: a container
    often sees its own alone.

    References
    ----------
    Linux, "CFS Bandwidth Control" and "Control Group v2"; ``proc(5)`` and ``cgroups(7)``.
    """
    quota = math.inf
    with suppress(OSError, UnicodeDecodeError):
        for mount, own in _find_cgroups():
            for folder in (own, *own.parents):
                quota = min(quota, _read_v2(folder), _read_v1(folder))
                if folder == mount:
                    break
    return quota


def _find_cgroups() -> Iterator[tuple[Path, Path]]:
    """Where every hierarchy that controls CPUs is mounted, and this process's cgroup in it."""
    paths = {}
    for line in _MEMBERSHIP.read_text().splitlines():
        _, controllers, path = line.split(":", 2)
        if not controllers:
            paths["cgroup2"] = path
        elif "cpu" in controllers.split(","):
            paths["cgroup"] = path
    for line in _MOUNTS.read_text().splitlines():
        here, _, system = line.partition(" - ")
        kind, _, options = system.split(" ", 2)
        if kind in paths and (kind == "cgroup2" or "cpu" in options.split(",")):
            root, mount = (_unescape(field) for field in here.split()[3:5])
            yield Path(mount), Path(mount, _below(root, paths[kind]))


def _below(root: str, path: str) -> PurePosixPath:
    """A cgroup's path below the one that is mounted; empty if it is hidden from this process."""
    try:
        relative = PurePosixPath(path).relative_to(root)
    except ValueError:
        return PurePosixPath()
    return PurePosixPath() if ".." in relative.parts else relative


def _unescape(field: str) -> str:
    r"""A path of mountinfo, in which a space is ``\040``."""
    return re.sub(r"\\([0-7]{3})", lambda octal: chr(int(octal[1], 8)), field)


def _read_v2(folder: Path) -> float:
    try:
        quota, period = (folder / "cpu.max").read_text().split()
        return int(quota) / int(period)
    except (OSError, ValueError):  # no such file in the root; "max" is no number
        return math.inf


def _read_v1(folder: Path) -> float:
    try:
        quota = int((folder / "cpu.cfs_quota_us").read_text())
        period = int((folder / "cpu.cfs_period_us").read_text())
    except (OSError, ValueError):
        return math.inf
    return quota / period if quota > 0 else math.inf  # -1: no quota
