"""The whole workflow on a data set of the registry that is not MNIST, from a local folder."""

import shutil
from pathlib import Path

import pandas as pd
import pytest

from tests.workflow.running import TINY_FILE, snakemake, write_tiny_config

FOLDER = Path("/usr/share/datasets/fashion-mnist")


@pytest.mark.skipif(
    not FOLDER.is_dir(),
    reason=f"{FOLDER} is not there; Debian's package dataset-fashion-mnist installs it",
)
def test_fashion_mnist_goes_through_every_rule_and_no_figure_of_mnist_is_told(
    checkout, tmp_path_factory
):
    folder = tmp_path_factory.mktemp("fashion") / "mlplab"
    shutil.copytree(checkout, folder)
    write_tiny_config(folder, dataset="fashion_mnist", data_dir=str(FOLDER))
    done = snakemake(folder, *TINY_FILE, MLPLAB_DATA_DIR="")
    assert done.returncode == 0, done.stderr
    assert len(list((folder / "resources" / "fashion_mnist").glob("*-ubyte"))) == 4
    tables = folder / "results" / "tiny" / "tables"
    claims = pd.read_csv(tables / "claims.csv")
    assert set(claims["verdict"]) == {"not applicable", "not testable here"}
    assert pd.read_csv(tables / "search_summary.csv")["published_accuracy"].isna().all()
    assert "published" not in set(pd.read_csv(tables / "time_to_accuracy.csv")["target_kind"])
    final = pd.read_csv(tables / "final_accuracies.csv")
    keras = final[(final["framework"] == "keras") & (final["input_space"] == "pixels")]
    assert keras["test_accuracy"].item() > 0.2
