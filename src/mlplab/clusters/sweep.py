"""The table of the sweep over K."""

from __future__ import annotations

from collections.abc import Sequence
from pathlib import Path

import pandas as pd

from mlplab.runtime.files import read_tables

SWEEP_COLUMNS = [
    "dataset",
    "algorithm",
    "k",
    "inertia",
    "silhouette",
    "silhouette_standard_error",
    "fit_seconds",
    "cpu_seconds",
    "n_iter",
    "seed",
]


def build_cluster_sweep(
    fit_paths: Sequence[str | Path], silhouette_path: str | Path
) -> pd.DataFrame:
    """A row per fit: inertia, seconds and mean silhouette, ordered by K and seed."""
    fits = read_tables(fit_paths)
    silhouettes = pd.read_csv(silhouette_path)
    sweep = fits.merge(silhouettes, on=["k", "seed"], how="left", validate="one_to_one")
    return sweep[SWEEP_COLUMNS].sort_values(["k", "seed"], ignore_index=True)
