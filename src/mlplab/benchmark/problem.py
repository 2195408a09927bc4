"""What every variant trains, and the clock that it calls around each epoch."""

from __future__ import annotations

import mmap
from collections.abc import Callable, Mapping
from dataclasses import dataclass, fields
from pathlib import Path
from typing import Any, Literal, Protocol

import numpy as np

from mlplab.runtime.files import load_array

HIDDEN = (70, 30)
LEARNING_RATE, MOMENTUM, L2 = 1e-3, 5e-5, 0.01


@dataclass(frozen=True)
class Problem:
    """What is trained: samples (n, n_features) float32, codes (n,), and how.

    An array that is the memory map of a whole file goes to other processes as the path of it.
    ``epochs`` is how many there may be; the process is ended when no more are wanted.
    ``gpu_memory_mib`` limits the memory of a GPU, MiB; None leaves it to the library.
    """

    x: np.ndarray
    codes: np.ndarray
    batch_size: int
    n_threads: int
    epochs: int
    device: Literal["cpu", "gpu"] = "cpu"
    gpu_memory_mib: int | None = None

    @property
    def layer_sizes(self) -> list[int]:
        """Nodes of all layers, input first."""
        return [self.x.shape[1], *HIDDEN, int(self.codes.max()) + 1]

    def __reduce__(self) -> tuple[Any, ...]:
        return _open_problem, tuple(_name_file(getattr(self, f.name)) for f in fields(self))


def _name_file(value: Any) -> Any:
    """The path of a memory map, unless it is a part of one; anything else as it is."""
    whole = isinstance(value, np.memmap) and isinstance(value.base, mmap.mmap)
    return Path(value.filename) if whole else value


def _open_problem(*values: Any) -> Problem:
    return Problem(*map(_open_file, values))


def _open_file(value: Any) -> Any:
    return load_array(value) if isinstance(value, Path) else value


class Clock(Protocol):
    """Stands around each epoch."""

    def start(self) -> None:
        """Wait for permission, then start the time."""

    def stop(self, parts: Mapping[str, float] | None = None) -> None:
        """Stop the time and report it, with the seconds of named ``parts`` of the epoch."""

    def note(self, text: str) -> None:
        """Report a choice that the variant made."""


Train = Callable[[Problem, Clock], None]
