"""Seconds and memory of every stage for 10,000, 100,000 and 1,000,000 images: a table, and a CSV.

Run with `make scale`. The images, of 784 pixels, are drawn with a seed and lie in a temporary
folder; a million takes 13 GB there, large temporary arrays included. Each stage is a process of its
own that opens its inputs as memory maps and writes its outputs, as the workflow's jobs do. Its
memory is the largest anonymous memory (`RssAnon` of Linux, read every 5 ms) during the stage: what
the process holds itself, imported libraries included, without pages of files, which the system may
drop.
"""

from __future__ import annotations

import argparse
import json
import subprocess
import sys
import tempfile
import time
from collections.abc import Callable
from pathlib import Path

import numpy as np
import pandas as pd

from mlplab.clusters.clustering import KMeansSettings, fit_kmeans
from mlplab.clusters.quality import describe_clusters, find_ambiguous, measure_quality
from mlplab.clusters.silhouette import measure_silhouettes
from mlplab.features.scaling import scale_features
from mlplab.features.transform import make_features
from mlplab.machine.processors import available_threads
from mlplab.machine.record import machine_record
from mlplab.runtime.arrays import row_blocks
from mlplab.runtime.files import load_array, save_array, save_table

N_PIXELS, N_CLASSES, K = 784, 10, 70
SILHOUETTE_SAMPLES = 10_000
Work = Callable[[], object]


def main() -> None:
    """Measure, print and save; or, in a process of its own, work one stage."""
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--samples", type=int, nargs="+", default=[10_000, 100_000, 1_000_000])
    parser.add_argument("--stages", nargs="+", choices=STAGES, default=list(STAGES))
    parser.add_argument("--folder", type=Path, help="for the images; else that of TMPDIR")
    parser.add_argument("--output", type=Path, default=Path("results/bench/scale.csv"))
    parser.add_argument("--work", choices=STAGES, help=argparse.SUPPRESS)
    options = parser.parse_args()
    if options.work:
        work_stage(options.work, options.folder)
        return
    rows: list[dict[str, object]] = []
    for n in options.samples:
        with tempfile.TemporaryDirectory(dir=options.folder) as folder:
            draw_images(Path(folder), n)
            for stage in options.stages:
                rows.append({"stage": stage, "samples": n, **measure_stage(stage, folder)})
                save_table(options.output, pd.DataFrame(rows))
                print(rows[-1], flush=True)
    print("\nSeconds, and MiB of memory, on", available_threads(), "thread(s),", machine_record())
    columns = ["seconds", "cpu_seconds", "memory_mib", "before_mib"]
    table = pd.DataFrame(rows).pivot(index="stage", columns="samples", values=columns)
    print(table.reindex(options.stages).to_string(float_format="{:,.1f}".format))


def draw_images(folder: Path, n: int) -> None:
    """Images of 100 shapes in 10 classes, with noise: ``n`` to train on, a tenth to test on."""
    random = np.random.default_rng(0)
    shapes = random.integers(160, size=(100, N_PIXELS), dtype=np.uint8)
    for part, size in (("train", n), ("test", n // 10)):
        numbers = random.integers(len(shapes), size=size)
        save_array(folder / f"y_{part}.npy", (numbers % N_CLASSES).astype(np.uint8))
        path, shape = folder / f"pixels_{part}.npy", (size, N_PIXELS)
        images = np.lib.format.open_memmap(path, "w+", np.uint8, shape)
        for rows in row_blocks(shape):
            noise = random.integers(96, size=images[rows].shape, dtype=np.uint8)
            images[rows] = shapes[numbers[rows]] + noise


def measure_stage(stage: str, folder: str) -> dict[str, float]:
    """Work a stage in a process of its own and look at its memory meanwhile."""
    command = [sys.executable, __file__, "--work", stage, "--folder", folder]
    with subprocess.Popen(command, stdout=subprocess.PIPE, text=True) as process:
        assert process.stdout is not None
        begun = process.stdout.readline()
        before = peak = anonymous_bytes(process.pid)
        while process.poll() is None:
            peak = max(peak, anonymous_bytes(process.pid))
            time.sleep(0.005)
        ended = process.stdout.read()
    if process.returncode or not begun:
        raise SystemExit(f"{stage} failed, see above")
    return {**json.loads(ended), "memory_mib": peak / 2**20, "before_mib": before / 2**20}


def anonymous_bytes(pid: int) -> int:
    """Memory of a process that belongs to no file; 0 where it has ended."""
    status = Path(f"/proc/{pid}/status").read_text(encoding="utf-8")
    found = [line for line in status.splitlines() if line.startswith("RssAnon")]
    return int(found[0].split()[1]) * 1024 if found else 0


def work_stage(stage: str, folder: Path) -> None:
    """Prepare a stage, say so, work it and print its seconds."""
    work = STAGES[stage](folder)
    print("begun", flush=True)
    wall, cpu = time.perf_counter(), time.process_time()
    work()
    wall, cpu = time.perf_counter() - wall, time.process_time() - cpu
    print(json.dumps({"seconds": wall, "cpu_seconds": cpu}))


def open_arrays(folder: Path, *names: str) -> list[np.ndarray]:
    """The arrays with these names, as memory maps."""
    return [load_array(folder / f"{name}.npy") for name in names]


def save_parts(folder: Path, name: str, parts: tuple[np.ndarray, np.ndarray]) -> None:
    """Write both parts of features."""
    for part, array in zip(("train", "test"), parts, strict=True):
        save_array(folder / f"{name}_{part}.npy", array)


def scale(folder: Path) -> Work:
    """Pixels to mean 0 and variance 1."""
    pixels = open_arrays(folder, "pixels_train", "pixels_test")
    return lambda: save_parts(folder, "x", scale_features(*pixels, "standard"))


def cluster(folder: Path) -> Work:
    """Mini-batch k-means with the default run's parameters."""
    (x,) = open_arrays(folder, "x_train")

    def work() -> None:
        fit = fit_kmeans(x, K, n_threads=available_threads())
        save_array(folder / "centers.npy", fit.centers)
        save_array(folder / "clusters.npy", fit.labels)

    return work


def cluster_fully(folder: Path) -> Work:
    """Ten iterations of Lloyd's k-means."""
    (x,) = open_arrays(folder, "x_train")
    settings = KMeansSettings("lloyd", n_init=1, max_iter=10)
    return lambda: fit_kmeans(x, K, settings, n_threads=available_threads())


def score(folder: Path) -> Work:
    """Silhouettes of at most 10,000 images, each compared to all."""
    x, clusters = open_arrays(folder, "x_train", "clusters")

    def work() -> None:
        found = measure_silhouettes(x, [clusters], max_samples=SILHOUETTE_SAMPLES)
        save_array(folder / "silhouettes.npy", found.every_sample())

    return work


def transform(space: str) -> Callable[[Path], Work]:
    """Features of a space."""

    def prepare(folder: Path) -> Work:
        *parts, centers = open_arrays(folder, "x_train", "x_test", "centers")
        return lambda: save_parts(folder, space, make_features(space, *parts, centers=centers))

    return prepare


def train_numpy(folder: Path) -> Work:
    """An epoch of the NumPy network, and the predictions of the test images."""
    from mlplab.training.numpy_training import train_numpy

    return lambda: train_numpy(
        _samples(folder), **_network(), parameters={}, measure_every=1, test_every_epoch=False
    )


def train_keras(folder: Path) -> Work:
    """An epoch of the Keras reference model with the accuracy of the test images."""
    from mlplab.keras_mlp.models import configure_tensorflow
    from mlplab.training.keras_training import train_keras_reference

    configure_tensorflow(available_threads(), seed=0)
    return lambda: train_keras_reference(_samples(folder), **_network(), l2=0.01)


def _samples(folder: Path) -> object:
    from mlplab.training.samples import Samples

    return Samples(*open_arrays(folder, "x_train", "y_train", "x_test", "y_test"))


def _network() -> dict[str, object]:
    shape = {"epochs": 1, "batch_size": 500, "hidden_layer_sizes": (70, 30)}
    return {**shape, "seed": 0, "n_threads": available_threads()}


def predict(folder: Path) -> Work:
    """Labels that a NumPy network, trained on the test images, gives the training images."""
    from mlplab.numpy_mlp.classifier import NumpyMLPClassifier

    x, x_test, y_test = open_arrays(folder, "x_train", "x_test", "y_test")
    network = NumpyMLPClassifier(epochs=1, random_state=0).fit(x_test, y_test)
    return lambda: save_array(folder / "predictions.npy", network.predict(x))


def tabulate(folder: Path) -> Work:
    """Tables of the clusters: agreement with the classes, every cluster, ambiguous images."""
    names = ("x_train", "y_train", "centers", "clusters", "silhouettes")
    x, classes, centers, clusters, silhouettes = open_arrays(folder, *names)

    def work() -> None:
        quality = pd.DataFrame([measure_quality(clusters, classes, k=K, seed=0)])
        described = describe_clusters(clusters, classes, silhouettes[0], K)
        ambiguous = find_ambiguous(x, centers, classes, silhouettes[0], 25)
        for name, table in (("quality", quality), ("clusters", described), ("some", ambiguous)):
            save_table(folder / f"{name}.csv", table)

    return work


# In an order in which every stage finds what it reads.
STAGES: dict[str, Callable[[Path], Work]] = {
    "scaling": scale,
    "k-means, mini-batch": cluster,
    "k-means, full": cluster_fully,
    "silhouettes": score,
    "distances": transform(f"clusters-{K}"),
    "principal components": transform("pca-70"),
    "NumPy training": train_numpy,
    "Keras training": train_keras,
    "predictions": predict,
    "tables": tabulate,
}


if __name__ == "__main__":
    main()
