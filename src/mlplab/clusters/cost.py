"""What k-means costs and what comes out: seconds against inertia of several settings."""

from __future__ import annotations

from collections.abc import Sequence

import numpy as np
import pandas as pd

from mlplab.clusters.clustering import Algorithm, fit_kmeans
from mlplab.machine.watch import QuietWatch


def measure_cluster_cost(
    x: np.ndarray,
    k: int,
    *,
    setting: str,
    seeds: Sequence[int],
    algorithm: Algorithm,
    n_init: int,
    max_iter: int,
    batch_size: int,
) -> pd.DataFrame:
    """Fit one setting once per seed, on one thread; the rows of ``cluster_cost_quality.csv``.

    Parameters and errors are those of :func:`mlplab.clusters.clustering.fit_kmeans`; ``setting`` is
    the name of the rows. A full k-means knows no batch size, so its is missing.
    """
    rows = []
    for seed in seeds:
        with QuietWatch() as watch:
            fit = fit_kmeans(
                x,
                k,
                algorithm=algorithm,
                n_init=n_init,
                max_iter=max_iter,
                batch_size=batch_size,
                seed=seed,
            )
        rows.append(
            {
                "setting": setting,
                "algorithm": algorithm,
                "n_init": n_init,
                "batch_size": batch_size if algorithm == "minibatch" else None,
                "max_iter": max_iter,
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
    return (
        table.assign(place=place)
        .sort_values(["place", "setting", "seed"], ignore_index=True)
        .drop(columns="place")
        .astype({"batch_size": "Int64"})
    )
