"""Seconds and inertia of several ways to fit k-means."""

from __future__ import annotations

from collections.abc import Sequence

import numpy as np
import pandas as pd

from mlplab.clusters.clustering import KMeansSettings, fit_kmeans
from mlplab.machine.watch import QuietWatch
from mlplab.runtime.tables import Table

COST_QUALITY = Table(
    "cluster_cost_quality",
    "a row per way to fit k-means and seed",
    {
        "setting": "name of the setting in `cost_quality.settings`; `articles` is that of the "
        "articles",
        "algorithm": "`minibatch`, `lloyd` or `elkan`",
        "n_init": "starts, of which the best counts",
        "batch_size": "images of a mini-batch; empty for full k-means (`lloyd`, `elkan`)",
        "max_iter": "largest number of iterations of a start",
        "k": "number of clusters, `cost_quality.k`",
        "seed": "seed of k-means",
        "fit_seconds": "wall seconds of the fit",
        "cpu_seconds": "CPU seconds of the fit",
        "n_iter": "iterations; for mini-batch k-means, passes over the images",
        "inertia": "sum over the clustered images of the squared distance to the nearest centre",
        "foreign_cpu_share": "share of the machine's CPU time that other processes used during "
        "the fit; empty if unknown",
        "stolen_cpu_share": "share that the host of a virtual machine took; empty if unknown",
        "disturbed": "whether others and the host took more than a tenth of the machine",
        "relative_inertia": "inertia over the smallest inertia of the table",
    },
    "Each fit runs on one thread while no other job of the workflow runs.",
)
CLUSTER_GROWTH = Table(
    "cluster_growth",
    "a row per number of clusters of `cost_quality.growth` and seed",
    {name: text for name, text in COST_QUALITY.columns.items() if name != "relative_inertia"}
    | {"setting": "`growth`", "k": "number of clusters"},
    "Each fit runs on one thread, beside other jobs: its CPU seconds count.",
)


def measure_cluster_cost(
    x: np.ndarray,
    k: int,
    settings: KMeansSettings,
    *,
    setting: str,
    seeds: Sequence[int],
) -> pd.DataFrame:
    """Fit one setting once per seed, on one thread; the rows of ``cluster_cost_quality.csv``.

    Parameters and errors are those of :func:`mlplab.clusters.clustering.fit_kmeans`; ``setting`` is
    the name of the rows. Full k-means has no batch size, so the column is empty.
    """
    has_batches = settings.algorithm == "minibatch"
    rows = []
    for seed in seeds:
        with QuietWatch() as watch:
            fit = fit_kmeans(x, k, settings, seed=seed)
        rows.append(
            {
                "setting": setting,
                "algorithm": settings.algorithm,
                "n_init": settings.n_init,
                "batch_size": settings.batch_size if has_batches else None,
                "max_iter": settings.max_iter,
                "k": k,
                "seed": seed,
                "fit_seconds": fit.fit_seconds,
                "cpu_seconds": fit.cpu_seconds,
                "n_iter": fit.n_iter,
                "inertia": fit.inertia,
                **watch.columns(),
            }
        )
    return pd.DataFrame(rows).astype({"batch_size": "Int64"})


def build_cost_quality(fits: pd.DataFrame) -> pd.DataFrame:
    """All fits with ``relative_inertia``, the inertia over the smallest of all, by seconds."""
    table = fits.assign(relative_inertia=fits["inertia"] / fits["inertia"].min())
    place = table.groupby("setting")["cpu_seconds"].transform("median")
    ordered = table.assign(place=place).sort_values(["place", "setting", "seed"], ignore_index=True)
    return COST_QUALITY.arrange(ordered).astype({"batch_size": "Int64"})
