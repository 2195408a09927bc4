"""The error of mean silhouettes that come from samples of several sizes."""

from __future__ import annotations

import time
from collections.abc import Mapping, Sequence

import numpy as np
import pandas as pd

from mlplab.clusters.silhouette import measure_silhouettes
from mlplab.runtime.tables import Table

ERROR = Table(
    "silhouette_error",
    "a row per sample size and K",
    {
        "n_sample": "images in the sample",
        "k": "number of clusters",
        "seed": "seed of k-means",
        "silhouette": "mean silhouette coefficient of the sample",
        "standard_error": "s · √((1 − m/n) / m) for a sample of m of n images, whose coefficients "
        "have the standard deviation s",
        "ci_low": "lower end of the 95 % interval that follows from the standard error",
        "ci_high": "upper end of that interval",
        "exact": "mean over all images; empty if `silhouettes.csv` itself holds that of a sample",
        "error": "mean of the sample less the exact mean",
        "seconds": "wall seconds for all K of this sample size together",
    },
    "The images of a sample are drawn at random; each is still compared to all images.",
)


def measure_silhouette_error(
    x: np.ndarray,
    fits: Sequence[Mapping[str, int]],
    labelings: Sequence[np.ndarray],
    scores: pd.DataFrame,
    *,
    sample_sizes: Sequence[int],
    n_threads: int | None = None,
    memory_bytes: int = 2**30,
) -> pd.DataFrame:
    """A row per size of the sample and labeling.

    Parameters
    ----------
    x, labelings, n_threads, memory_bytes : see
        :func:`mlplab.clusters.silhouette.measure_silhouettes`
    fits : k and seed of every labeling
    scores : the table of the silhouettes with k, seed, silhouette, silhouette_standard_error
    sample_sizes : how many samples get a coefficient

    Returns
    -------
    DataFrame with the columns of ``ERROR``; its intervals are normal approximations
    """
    parts = []
    for size in sample_sizes:
        start = time.perf_counter()
        found = measure_silhouettes(
            x, labelings, max_samples=size, n_threads=n_threads, memory_bytes=memory_bytes
        )
        part = pd.DataFrame([{"n_sample": len(found.indices), **fit} for fit in fits])
        part["silhouette"], part["standard_error"] = found.scores, found.standard_errors
        parts.append(part.assign(seconds=time.perf_counter() - start))
    table = pd.concat(parts, ignore_index=True)
    reference = scores.assign(
        exact=scores["silhouette"].where(scores["silhouette_standard_error"] == 0)
    )[["k", "seed", "exact"]]
    table = table.merge(reference, on=["k", "seed"], how="left", validate="many_to_one")
    half = 1.96 * table["standard_error"]
    table["ci_low"], table["ci_high"] = table["silhouette"] - half, table["silhouette"] + half
    table["error"] = table["silhouette"] - table["exact"]
    return ERROR.arrange(table)
