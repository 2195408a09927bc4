"""Ways to train the same network, each a module with one function behind one interface.

A module has ``train(problem, clock)``, which trains ``problem.epochs`` epochs and calls
``clock.start()`` and ``clock.stop()`` around each, and ``REQUIRES``, the name of the package
without which it cannot run. To add a variant, add its module to ``NAMES``.
"""

from __future__ import annotations

import importlib
import importlib.util
from dataclasses import dataclass
from types import ModuleType
from typing import Protocol

import numpy as np

NAMES = ("numpy", "products", "keras", "keras_tuned", "sklearn", "pytorch", "jax")

HIDDEN = (70, 30)
LEARNING_RATE, MOMENTUM, L2 = 1e-3, 5e-5, 0.01


@dataclass(frozen=True)
class Problem:
    """What is trained: samples (n, n_features) float32, codes (n,), and how."""

    x: np.ndarray
    codes: np.ndarray
    batch_size: int
    n_threads: int
    epochs: int

    @property
    def layer_sizes(self) -> list[int]:
        """Nodes of all layers, input first."""
        return [self.x.shape[1], *HIDDEN, int(self.codes.max()) + 1]


class Clock(Protocol):
    """Stands around each epoch."""

    def start(self) -> None:
        """Wait for permission, then start the time."""

    def stop(self) -> None:
        """Stop the time and report it."""

    def note(self, text: str) -> None:
        """Report a choice that the variant made."""


def load_variant(name: str) -> ModuleType:
    """The module of a variant.

    Raises
    ------
    ModuleNotFoundError
        The package that it needs is not installed.
    """
    module = importlib.import_module(f"mlplab.variants.{name}_variant")
    if importlib.util.find_spec(module.REQUIRES) is None:
        raise ModuleNotFoundError(f"variant {name}: {module.REQUIRES} is not installed")
    return module
