"""Seconds per epoch of all variants with one batch size on one input space."""

from __future__ import annotations

import itertools
from collections.abc import Sequence
from typing import Literal

import numpy as np
import pandas as pd

from mlplab.benchmark.interleaved import measure_interleaved
from mlplab.benchmark.problem import HIDDEN
from mlplab.benchmark.registry import VARIANTS
from mlplab.machine.processors import available_threads

COLUMNS = [
    "framework",
    "variant",
    "input_space",
    "batch_size",
    "round",
    "attempt",
    "epochs",
    "wall_seconds",
    "cpu_seconds",
    "seconds_per_epoch",
    "microseconds_per_sample",
    "gflops",
    "first_epoch_seconds",
    "n_threads",
    "blas_threads",
    "processors_awake",
    "load_average_before",
    "foreign_cpu_share_before",
    "foreign_cpu_share",
    "core_round_trip_ns",
    "disturbed",
    "notes",
]
ABSENT_COLUMNS = ["input_space", "batch_size", "variant", "reason"]


def measure_batch_size(
    x: np.ndarray,
    labels: np.ndarray,
    *,
    input_space: str,
    batch_size: int,
    variants: Sequence[str],
    n_threads: int,
    rounds: int,
    measurement_seconds: float,
    retries: int,
    device: Literal["cpu", "gpu"] = "cpu",
    gpu_memory_mib: int | None = None,
    seed: int = 0,
) -> tuple[pd.DataFrame, pd.DataFrame]:
    """Time epochs of every variant in turn, each in a process of its own.

    Parameters
    ----------
    x : samples (n, n_features) float32; a memory map is opened anew by every process
    labels : 0, 1, … (n,)
    input_space : name of the features, for the table
    n_threads : threads that each may use, at most those of the machine
    variants, rounds, measurement_seconds, retries, device, gpu_memory_mib, seed : see
        :func:`mlplab.benchmark.interleaved.measure_interleaved`

    Returns
    -------
    Two DataFrames: with the ``COLUMNS`` a row per turn, ``gflops`` being those of the matrix
    products alone; and with the ``ABSENT_COLUMNS`` a row per variant that is not installed.

    Raises
    ------
    VariantFault
        A variant broke off.
    """
    turns, absent = measure_interleaved(
        variants,
        x,
        labels.astype(np.intp),
        batch_size=batch_size,
        n_threads=min(n_threads, available_threads()),
        rounds=rounds,
        seed=seed,
        measurement_seconds=measurement_seconds,
        retries=retries,
        device=device,
        gpu_memory_mib=gpu_memory_mib,
    )
    n_samples, n_classes = len(x), int(labels.max()) + 1
    operations = n_samples * count_operations([x.shape[1], *HIDDEN, n_classes])
    turns = turns.assign(
        framework=turns["variant"].map({name: VARIANTS[name].framework for name in variants}),
        input_space=input_space,
        microseconds_per_sample=turns["seconds_per_epoch"] / n_samples * 1e6,
        gflops=operations / turns["seconds_per_epoch"] / 1e9,
    )
    rows = [(input_space, batch_size, name, reason) for name, reason in absent.items()]
    return turns[COLUMNS], pd.DataFrame(rows, columns=ABSENT_COLUMNS)


def count_operations(layer_sizes: Sequence[int]) -> int:
    """Floating-point operations per sample in the matrix products of training, input first.

    Two for every weight forward, two for its gradient, and two for the error below, which the
    input layer does not need.
    """
    weights = [lower * upper for lower, upper in itertools.pairwise(layer_sizes)]
    return 4 * sum(weights) + 2 * sum(weights[1:])
