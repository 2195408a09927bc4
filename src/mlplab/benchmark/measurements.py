"""The measurements of the batch-size benchmark, before medians are taken."""

from __future__ import annotations

from collections.abc import Sequence

import pandas as pd

from mlplab.runtime.tables import Table

BATCH_SIZE_BENCHMARK = Table(
    "batch_size_benchmark",
    "a row per measurement of a variant",
    {
        "framework": "library that does the work: `numpy`, `keras`, `sklearn`, `pytorch`, `jax`; "
        "`blas` for the products alone",
        "variant": "`numpy`: this project's network; `products`: the matrix products of an epoch "
        "alone; `keras`: `fit` of the articles' model; `keras_tuned`: the same with the data as "
        "tensors, an epoch per execution, and XLA where it is faster; `keras_matched`: `fit` with "
        "the mathematics of `numpy`; `sklearn`: `MLPClassifier`; `pytorch`; `jax`",
        "input_space": "`pixels` or `clusters-<K>`",
        "batch_size": "samples of a mini-batch",
        "round": "number of the round, from 1",
        "measurement": "number of the measurement of this variant in this round; more than 1 after "
        "a disturbed one",
        "epochs": "epochs of the measurement",
        "wall_seconds": "wall seconds of these epochs",
        "cpu_seconds": "CPU seconds of these epochs, all threads together",
        "seconds_per_epoch": "wall seconds of an epoch",
        "microseconds_per_sample": "the same per training sample",
        "gflops": "operations of the matrix products of an epoch, in 10⁹ per second of the whole "
        "epoch",
        "first_epoch_seconds": "wall seconds of the epoch before the first round, which compiles "
        "and warms up",
        "n_threads": "threads that the variant may use",
        "blas_threads": "threads of BLAS in its process, as threadpoolctl reports them. The job "
        "fails if a pool has more threads than allowed",
        "processors_awake": "whether idle processors were kept from sleeping; waking takes long on "
        "some virtual machines. Linux grants this to users who may write to "
        "`/dev/cpu_dma_latency`, such as root",
        "load_average_before": "load of the machine over one minute, before the round",
        "foreign_cpu_share_before": "share of the machine that others used in a tenth of a second "
        "before the round",
        "foreign_cpu_share": "share of the machine that other processes used during the "
        "measurement; empty for measurements below a tenth of a second, which clock ticks do not "
        "resolve",
        "stolen_cpu_share": "share of the machine that the host of a virtual machine took for "
        "others during the measurement; empty where that is unknown",
        "core_round_trip_ns": "round-trip latency between cores in nanoseconds, the longer of "
        "before and after the measurement. Python times it, so compare it only within a machine",
        "disturbed": "whether others and the host took more than a tenth of the machine, or the "
        "latency between cores was more than 1.4 times the shortest of this job, or of "
        "other jobs in the hour before",
        "notes": "choices of the variant: its plan of threads, TensorFlow's threads, settings of "
        "`keras_tuned`",
    },
    "Every variant trains in a process of its own. Each round measures all of them, in random "
    "order. A measurement has as many epochs as begin within `benchmark.measurement_seconds`. An "
    "untimed epoch comes first if epochs are short (below 1 s, or 0.35 s where processors stay "
    "awake), because an epoch after a pause takes longer. A measurement ends when the variant has "
    "finished its work between two epochs, such as building an input pipeline.",
)
ABSENT_VARIANTS = Table(
    "absent_variants",
    "a row per variant that could not be measured",
    {
        "input_space": "`pixels` or `clusters-<K>`",
        "batch_size": "samples of a mini-batch",
        "variant": "as in `batch_size_benchmark.csv`",
        "reason": "why, for instance a package that is not installed",
    },
)


def last_measurements(measurements: pd.DataFrame, keys: Sequence[str]) -> pd.DataFrame:
    """The last measurement of every round and ``keys``: earlier ones were disturbed."""
    of_a_round = [*keys, "round"]
    ordered = measurements.sort_values([*of_a_round, "measurement"])
    return ordered.drop_duplicates(of_a_round, keep="last")
