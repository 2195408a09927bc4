"""What every variant trains, and the clock that it calls around each epoch."""

from __future__ import annotations

import mmap
from collections.abc import Callable, Mapping
from dataclasses import dataclass, field, fields
from pathlib import Path
from typing import Any, Literal, Protocol

import numpy as np

from mlplab.machine.processors import available_threads
from mlplab.runtime.files import load_array

HIDDEN = (70, 30)
LEARNING_RATE, MOMENTUM, L2 = 1e-3, 5e-5, 0.01
# More epochs than any measurement needs.
_ENDLESS = 1_000_000


@dataclass(frozen=True)
class Device:
    """Where Keras computes, and the memory of a GPU that it may take, in MiB.

    ``memory_mib=None`` leaves the memory to TensorFlow.
    """

    kind: Literal["cpu", "gpu"] = "cpu"
    memory_mib: int | None = None


@dataclass(frozen=True)
class Problem:
    """The training that all variants share.

    An array that is the memory map of a whole file goes to other processes as the path of it.

    Attributes
    ----------
    x : samples of shape (n, n_features); their type, float32 in the workflow, is that of all
    codes : the output that should be 1, integers of shape (n,)
    batch_size : samples of a mini-batch
    n_threads : threads that a variant may use
    epochs : the most that are trained; a measurement ends the process before
    device : where Keras computes
    hidden : nodes of the hidden layers, lowest first
    x_test, test_codes : samples like ``x`` that are only predicted, with their codes; None where a
        variant predicts no such samples
    """

    x: np.ndarray
    codes: np.ndarray
    batch_size: int
    n_threads: int
    epochs: int = _ENDLESS
    device: Device = field(default_factory=Device)
    hidden: tuple[int, ...] = HIDDEN
    x_test: np.ndarray | None = None
    test_codes: np.ndarray | None = None

    @classmethod
    def from_labels(
        cls,
        x: np.ndarray,
        labels: np.ndarray,
        *,
        batch_size: int,
        n_threads: int | None = None,
        device: Device | None = None,
        hidden: tuple[int, ...] = HIDDEN,
        test: tuple[np.ndarray, np.ndarray] | None = None,
    ) -> Problem:
        """A problem from the arrays of a run.

        Parameters
        ----------
        x : samples, float32 of shape (n, n_features); other processes open a memory map anew
        labels : 0, 1, … of shape (n,)
        batch_size : samples of a mini-batch
        n_threads : threads that a variant may use; None, and more than there are, mean all that
            this process may use
        device : where Keras computes; None means the CPU
        hidden : nodes of the hidden layers, lowest first
        test : samples and labels that are only predicted; None for none
        """
        available = available_threads()
        x_test, test_labels = test or (None, None)
        return cls(
            x,
            labels.astype(np.intp),
            batch_size,
            available if n_threads is None else min(n_threads, available),
            device=device or Device(),
            hidden=hidden,
            x_test=x_test,
            test_codes=None if test_labels is None else test_labels.astype(np.intp),
        )

    @property
    def layer_sizes(self) -> list[int]:
        """Nodes of all layers, input first."""
        return [self.x.shape[1], *self.hidden, int(self.codes.max()) + 1]

    @property
    def n_batches(self) -> int:
        """Mini-batches of an epoch."""
        return -(-len(self.x) // self.batch_size)

    def __reduce__(self) -> tuple[Any, ...]:
        return _open_problem, tuple(_name_file(getattr(self, f.name)) for f in fields(self))


def _name_file(value: Any) -> Any:
    """The path of the memory map of a whole file; any other value as it is."""
    whole = isinstance(value, np.memmap) and isinstance(value.base, mmap.mmap)
    return Path(value.filename) if whole else value


def _open_problem(*values: Any) -> Problem:
    return Problem(*map(_open_file, values))


def _open_file(value: Any) -> Any:
    return load_array(value) if isinstance(value, Path) else value


class Clock(Protocol):
    """Times each epoch of a variant."""

    def start(self) -> None:
        """Wait for permission, then start the time."""

    def stop(self, parts: Mapping[str, float] | None = None) -> None:
        """Stop the time and report it, with the seconds of named ``parts`` of the epoch."""

    def note(self, text: str) -> None:
        """Report a choice that the variant made."""


Train = Callable[[Problem, Clock], None]
