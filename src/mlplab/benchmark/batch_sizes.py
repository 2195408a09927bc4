"""Seconds per epoch of all variants with one batch size on one input space."""

from __future__ import annotations

import itertools
from collections.abc import Sequence

import pandas as pd

from mlplab.benchmark.interleaved import Schedule, measure_interleaved
from mlplab.benchmark.loading import NamedVariant
from mlplab.benchmark.measurements import ABSENT_VARIANTS, BATCH_SIZE_BENCHMARK
from mlplab.benchmark.problem import Problem
from mlplab.benchmark.registry import VARIANTS


def measure_batch_size(
    problem: Problem, variants: Sequence[str], schedule: Schedule, *, input_space: str
) -> tuple[pd.DataFrame, pd.DataFrame]:
    """Time epochs of every variant in rounds, each in a process of its own.

    Parameters
    ----------
    problem : what they train
    variants : their names, see :mod:`mlplab.benchmark.registry`
    schedule : how often and how long
    input_space : name of the features, for the table

    Returns
    -------
    Two DataFrames: a row per measurement (:data:`mlplab.benchmark.summary.BATCH_SIZE_BENCHMARK`),
    and a row per variant that is not installed
    (:data:`mlplab.benchmark.summary.ABSENT_VARIANTS`).

    Raises
    ------
    VariantFault
        A variant failed.
    """
    named = {name: NamedVariant(name) for name in variants}
    measurements, absent = measure_interleaved(named, problem, schedule)
    n_samples = len(problem.x)
    operations = n_samples * count_operations(problem.layer_sizes)
    seconds = measurements["seconds_per_epoch"]
    frameworks = {name: variant.framework for name, variant in VARIANTS.items()}
    measurements = measurements.assign(
        framework=measurements["variant"].map(frameworks),
        input_space=input_space,
        microseconds_per_sample=seconds / n_samples * 1e6,
        gflops=operations / seconds / 1e9,
    )
    rows = [(input_space, problem.batch_size, name, reason) for name, reason in absent.items()]
    return (
        BATCH_SIZE_BENCHMARK.arrange(measurements),
        pd.DataFrame(rows, columns=list(ABSENT_VARIANTS.columns)),
    )


def count_operations(layer_sizes: Sequence[int]) -> int:
    """Floating-point operations per sample in the matrix products of training.

    Each weight takes two in the forward pass and two for its gradient. Above the input layer it
    takes two more, for the error of the layer below.

    Parameters
    ----------
    layer_sizes : nodes of all layers, input first
    """
    weights = [lower * upper for lower, upper in itertools.pairwise(layer_sizes)]
    return 4 * sum(weights) + 2 * sum(weights[1:])
