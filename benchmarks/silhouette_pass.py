"""Silhouettes of 17 clusterings in one pass, beside calls of scikit-learn: a table, and a CSV.

Run in the project's environment. The images of a data set are clustered for K = 10 … 170, then
scored. scikit-learn's time for all 17 is that of one call times 17.
"""

from __future__ import annotations

import argparse
import time
from collections.abc import Callable
from pathlib import Path
from typing import TypeVar

import numpy as np
import pandas as pd
from sklearn.metrics import silhouette_score
from sklearn.preprocessing import normalize

from mlplab.clusters.clustering import fit_kmeans
from mlplab.clusters.silhouette import measure_silhouettes
from mlplab.data.dataset import load_dataset
from mlplab.machine.processors import available_threads
from mlplab.machine.record import machine_record
from mlplab.runtime.files import save_table

Result = TypeVar("Result")


def main() -> None:
    """Measure, print and save."""
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--data", type=Path, default=Path("resources/mnist"))
    parser.add_argument("--samples", type=int, default=70_000)
    parser.add_argument("--k", type=int, nargs="+", default=list(range(10, 171, 10)))
    parser.add_argument("--sampled", type=int, nargs="*", default=[2_000, 10_000])
    parser.add_argument("--threads", type=int, default=available_threads())
    parser.add_argument(
        "--sklearn-samples", type=int, default=70_000, help="images of scikit-learn's call; 0: none"
    )
    parser.add_argument("--output", type=Path, default=Path("results/bench/silhouette_pass.csv"))
    options = parser.parse_args()
    data = load_dataset(options.data)
    images = np.concatenate([data.x_train, data.x_test])[: options.samples]
    x = normalize(images.astype(np.float32))
    rows: list[dict[str, object]] = []

    def timed(what: str, labelings: int, work: Callable[[], Result]) -> Result:
        start = time.perf_counter()
        result = work()
        seconds = time.perf_counter() - start
        rows.append({"what": what, "labelings": labelings, "seconds": seconds})
        print(f"{what}, {labelings} labelings: {seconds:.1f} s", flush=True)
        return result

    n = len(options.k)
    labelings = timed(
        f"k-means fits of {len(x)} images",
        n,
        lambda: [fit_kmeans(x, k, n_threads=options.threads).labels for k in options.k],
    )
    for size in [None, *options.sampled]:
        timed(
            f"one pass, {size or len(x)} of {len(x)} images",
            n,
            lambda size=size: measure_silhouettes(
                x, labelings, max_samples=size, n_threads=options.threads
            ),
        )
    if options.sklearn_samples:
        part = slice(options.sklearn_samples)
        timed(
            f"scikit-learn, {len(x[part])} images",
            1,
            lambda: silhouette_score(x[part], labelings[0][part]),
        )
    save_table(options.output, pd.DataFrame(rows).assign(threads=options.threads))
    print(machine_record())


if __name__ == "__main__":
    main()
