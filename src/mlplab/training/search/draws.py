"""Settings drawn from a declared space."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass

import numpy as np
import pandas as pd
from scipy.optimize import brentq


@dataclass(frozen=True)
class SearchSpace:
    """What settings are drawn from.

    Input spaces and batch sizes come from lists, every value with the same chance; the others are
    log-uniform between the two numbers of their range.

    Attributes
    ----------
    learning_rate : η of the first epoch
    learning_rate_end_ratio : η of the last epoch over that of the first, so a setting means the
        same for every number of epochs
    l2, l1 : λ₂ and λ₁ as the network uses them
    """

    input_spaces: Sequence[str]
    learning_rate: Sequence[float]
    learning_rate_end_ratio: Sequence[float]
    l2: Sequence[float]
    l1: Sequence[float]
    batch_sizes: Sequence[int]


def draw_settings(n_trials: int, space: SearchSpace, *, seed: int) -> pd.DataFrame:
    """Draw settings at random, a row each, numbered from 0.

    The same seed draws the same settings, and more trials only add to them.
    """
    random = np.random.default_rng(seed)

    def log_uniform(limits: Sequence[float]) -> float:
        return float(np.exp(random.uniform(*np.log(limits))))

    draws = [
        {
            "trial": trial,
            "input_space": random.choice(space.input_spaces),
            "learning_rate": log_uniform(space.learning_rate),
            "learning_rate_end_ratio": log_uniform(space.learning_rate_end_ratio),
            "l2": log_uniform(space.l2),
            "l1": log_uniform(space.l1),
            "batch_size": int(random.choice(space.batch_sizes)),
        }
        for trial in range(n_trials)
    ]
    return pd.DataFrame(draws)


def find_decrease_const(learning_rate_end_ratio: float, epochs: int) -> float:
    """The c with which the last of ``epochs`` has ``learning_rate_end_ratio`` times the first η.

    Before epoch i = 0, 1, … the learning rate is divided by 1 + c · i, and stays so. A single
    epoch, or an end of 1, needs no decrease.
    """
    if epochs == 1 or learning_rate_end_ratio == 1:
        return 0.0
    steps = np.arange(1, epochs)
    fall = -np.log(learning_rate_end_ratio)

    def excess(constant: float) -> float:
        return float(np.log1p(constant * steps).sum() - fall)

    # The last factor alone would be enough with the upper limit.
    return float(brentq(excess, 0.0, np.expm1(fall) / steps[-1]))
