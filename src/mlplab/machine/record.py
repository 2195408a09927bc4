"""The machine, on which timings and the last digits of results depend."""

from __future__ import annotations

import os
import platform
from pathlib import Path

import numpy as np

from mlplab.machine.processors import machine_processors


def machine_record() -> dict[str, str | int]:
    """The processor, the number of processors, the system, and versions of Python and NumPy.

    With ``memory_bytes`` where the system tells how much memory it has.
    """
    return {
        "processor": _processor_name(),
        "processors": machine_processors(),
        **_memory(),
        "system": platform.platform(),
        "python": platform.python_version(),
        "numpy": np.__version__,
    }


def _processor_name() -> str:
    try:
        lines = Path("/proc/cpuinfo").read_text().splitlines()
    except OSError:
        return platform.processor() or platform.machine()
    names = [line.split(":", 1)[1].strip() for line in lines if line.startswith("model name")]
    return names[0] if names else platform.machine()


def _memory() -> dict[str, int]:
    try:
        return {"memory_bytes": os.sysconf("SC_PAGE_SIZE") * os.sysconf("SC_PHYS_PAGES")}
    except (AttributeError, OSError, ValueError):  # not on every system
        return {}
