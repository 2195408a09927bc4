"""Silhouettes of samples of several sizes beside the exact ones: how far they are off."""

from __future__ import annotations

import time
from collections.abc import Mapping, Sequence

import numpy as np
import pandas as pd

from mlplab.clusters.silhouette import measure_silhouettes


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
    DataFrame with n_sample, k, seed, silhouette, standard_error, ci_low, ci_high (95 %, normal
    approximation), exact (missing where ``scores`` has itself an error), error (the difference)
    and seconds (of all labelings together)
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
    columns = ["n_sample", "k", "seed", "silhouette", "standard_error", "ci_low", "ci_high"]
    return table[[*columns, "exact", "error", "seconds"]]
