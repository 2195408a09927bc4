"""The workflow on a data set of the registry that is not MNIST, from a local folder.

Own data go through all rules (test_own_data.py); here are those that see images and labels.
"""

import shutil
from pathlib import Path

import numpy as np
import pandas as pd
import pytest

from tests.workflow.running import TINY, TINY_FILE, snakemake, write_tiny_config

FOLDER = Path("/usr/share/datasets/fashion-mnist")
# From the download to both networks, what they confuse, and where published figures would stand.
TARGETS = [
    "tables/cluster_sweep.csv",
    "tables/confusion.csv",
    "tables/scaling_comparison.csv",
    "tables/time_to_accuracy.csv",
    "training/keras/pixels-unit.csv",
    "training/numpy/clusters-10/batch-100-seed-0.csv",
]


@pytest.mark.skipif(
    not FOLDER.is_dir(),
    reason=f"{FOLDER} is not there; Debian's package dataset-fashion-mnist installs it",
)
def test_fashion_mnist_comes_to_clusters_and_both_networks_and_no_figure_of_mnist_is_told(
    checkout, tmp_path_factory
):
    folder = tmp_path_factory.mktemp("fashion") / "mlplab"
    shutil.copytree(checkout, folder)
    controls = TINY["experiments"]["feature_controls"] | {"input_spaces": ["clusters-10"]}
    write_tiny_config(
        folder,
        dataset="fashion_mnist",
        data_dir=str(FOLDER),
        experiments=TINY["experiments"] | {"feature_controls": controls},
    )
    results = folder / "results" / "tiny"
    targets = (str(results.relative_to(folder) / target) for target in TARGETS)
    done = snakemake(folder, *TINY_FILE, "--", *targets, MLPLAB_DATA_DIR="")
    assert done.returncode == 0, done.stderr
    assert len(list((folder / "resources" / "fashion_mnist").glob("*-ubyte"))) == 4
    sweep = pd.read_csv(results / "tables" / "cluster_sweep.csv")
    assert set(sweep["dataset"]) == {"fashion_mnist"}
    assert sweep["silhouette"].between(-1, 1).all()
    assert set(pd.read_csv(results / "tables" / "confusion.csv")["label"]) == set(range(10))
    times = pd.read_csv(results / "tables" / "time_to_accuracy.csv")
    assert set(times["target_kind"]) == {"best of the reference"}
    assert pd.read_csv(results / "tables" / "scaling_comparison.csv").empty
    keras, distances = (pd.read_csv(results / target) for target in TARGETS[-2:])
    assert keras["test_accuracy"].iloc[-1] > 0.2
    assert distances["n_features"].unique().tolist() == [10]
    assert np.isfinite(distances["total_cost"]).all()
