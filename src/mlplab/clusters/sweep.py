"""The table of the sweep over K."""

from __future__ import annotations

from collections.abc import Sequence
from pathlib import Path

import pandas as pd

from mlplab.runtime.files import read_tables
from mlplab.runtime.tables import Table

SWEEP = Table(
    "cluster_sweep",
    "a row per number of clusters K and seed",
    {
        "dataset": "name of the data set, or the file name of your own",
        "algorithm": "`minibatch`, `lloyd` or `elkan`",
        "k": "number of clusters",
        "inertia": "sum over the clustered images of the squared distance to the nearest centre",
        "silhouette": "mean silhouette coefficient of the clustered images, -1 to 1",
        "silhouette_standard_error": "0 if all images count, so that the mean is exact; otherwise "
        "the standard error of the mean of `silhouette.max_samples` images",
        "fit_seconds": "wall seconds of the fit; the fits of a sweep run side by side and may "
        "disturb each other",
        "cpu_seconds": "CPU seconds of the fit",
        "n_iter": "iterations; for mini-batch k-means, passes over the images",
        "seed": "seed of k-means",
    },
)


def build_cluster_sweep(
    fit_paths: Sequence[str | Path], silhouette_path: str | Path
) -> pd.DataFrame:
    """A row per fit: inertia, seconds and mean silhouette, ordered by K and seed."""
    fits = read_tables(fit_paths)
    silhouettes = pd.read_csv(silhouette_path)
    sweep = fits.merge(silhouettes, on=["k", "seed"], how="left", validate="one_to_one")
    return SWEEP.arrange(sweep).sort_values(["k", "seed"], ignore_index=True)
