"""Run the workflow of a checkout as a user does, with the code of that checkout."""

import os
import re
import subprocess
import sys
from pathlib import Path

import yaml

from tests.unit.data.own import make_arrays, write_npz

TINY_EXPERIMENT = {"epochs": 2, "batch_size": 100, "seeds": [0]}
TINY_GROWTH = {"growth": {"k_values": [5], "n_init": 2, "seeds": [0]}}
TINY = {
    "run": "tiny",
    "scale": {"n_train": 1500, "n_test": 300},
    "cluster": {"k_values": [5, 10], "seeds": [0], "batch_size": 512},
    "cost_quality": {"k": 5, "settings": {"articles": {"n_init": 2}}} | TINY_GROWTH,
    "silhouette": {"error_samples": [100]},
    "transform": {"k_values": [10]},
    "train": {"epochs": 2, "batch_sizes": [100]},
    "experiments": {
        "article_a": TINY_EXPERIMENT,
        "article_c_reference": TINY_EXPERIMENT,
        "article_c_clusters": TINY_EXPERIMENT | {"input_spaces": ["clusters-10"]},
        "article_c_other_clusters": TINY_EXPERIMENT | {"input_spaces": ["clusters-10"]},
        "feature_controls": TINY_EXPERIMENT
        | {"input_spaces": ["clusters-10", "pca-5", "images-5"], "n_validation": 100},
        "lambda_rule": TINY_EXPERIMENT
        | {"input_spaces": ["clusters-10"], "l2_factors": [1.0], "n_validation": 100},
        "learning_rate_1": TINY_EXPERIMENT | {"input_spaces": ["clusters-10"]},
        "learning_rate_2": TINY_EXPERIMENT | {"input_spaces": ["clusters-10"]},
        "learning_rate_4": TINY_EXPERIMENT | {"input_spaces": ["clusters-10"]},
        "distance_scalings": TINY_EXPERIMENT | {"input_spaces": ["clusters-10-raw"]},
    },
    "keras_experiments": {
        "keras_reference": {"epochs": 1, "batch_size": 100, "seeds": [0, 1]},
        "keras_without_l2": {"epochs": 1, "batch_size": 100, "seeds": [0]},
    },
    "bridge": {"epochs": 1, "batch_size": 100, "seeds": [0]},
    "comparison": {
        "published": [{"accuracy": 0.1, "epoch": 1}, {"accuracy": 0.99, "epoch": 2}],
        "choose_at": [1],
    },
    "search": {
        "n_validation": 100,
        "space": {"input_spaces": ["pca-10-halfwhitened"], "batch_sizes": [50, 100]},
        "stages": [{"trials": 2, "epochs": 1}, {"trials": 1, "epochs": 2}],
        "final_seeds": [0],
    },
    "ladder": {"batch_size": 100, "batch_sizes": [100, 200], "rounds": 1},
    "benchmark": {
        "batch_sizes": [100],
        "cluster_k": 10,
        "cluster_batch_sizes": [100],
        "variants": ["numpy", "keras"],
        "rounds": 1,
        "measurement_seconds": 0,
        "retries": 0,
        "operations": {"batch_sizes": [100], "rounds": 1},
        "threads": {"batch_size": 100, "rounds": 1},
        "deep_model": {"hidden_layer_sizes": [8], "batch_size": 100, "epochs": 1},
        "keras_run": {"batch_size": 100, "epochs": 2, "processes": 1},
    },
}
TINY_FILE = ("--configfile", "config/tiny.yaml")
QUICK_FILE = ("--configfile", "config/quick.yaml")
# Data of the user's own for the tiny run: 12 × 20 pixels, seven classes, labels -3 to 300.
OWN_ARRAYS = make_arrays(800, 750)
OWN = {"dataset": "mine.npz", "scale": {"n_train": 700, "n_test": 300}}


def write_tiny_config(folder: Path, **changes: object) -> None:
    """Put the smallest configuration that uses every rule into a checkout."""
    (folder / "config" / "tiny.yaml").write_text(yaml.safe_dump(TINY | changes))


def write_own_data(folder: Path) -> None:
    """Put an .npz of the user's own into a checkout, and the tiny configuration for it."""
    write_npz(folder / "mine.npz", OWN_ARRAYS)
    write_tiny_config(folder, **OWN)


def files_in(folder: Path) -> set[str]:
    """Paths of all files in a folder, without the bytecode that Python keeps beside its modules."""
    paths = (path for path in folder.rglob("*") if path.is_file())
    return {path.relative_to(folder).as_posix() for path in paths if path.suffix != ".pyc"}


def environment(folder: Path, **variables: str) -> dict[str, str]:
    """The environment in which Python imports the package of the checkout."""
    paths = [variables.pop("PYTHONPATH", ""), str(folder / "src")]
    return os.environ | {"PYTHONPATH": os.pathsep.join(filter(None, paths))} | variables


def snakemake_command(*arguments: str) -> list[str]:
    return [str(Path(sys.executable).with_name("snakemake")), "--cores", "4", *arguments]


def snakemake(folder: Path, *arguments: str, **variables: str) -> subprocess.CompletedProcess:
    return run(folder, *snakemake_command(*arguments), **variables)


def run(
    folder: Path, *command: str, seconds: float = 1500, **variables: str
) -> subprocess.CompletedProcess:
    return subprocess.run(
        command,
        cwd=folder,
        env=environment(folder, **variables),
        capture_output=True,
        text=True,
        timeout=seconds,
    )


def jobs(done: subprocess.CompletedProcess) -> dict[str, int]:
    """Jobs per rule of a dry run, without the target that stands for all of them."""
    rows = re.findall(r"^([a-z0-9_]+) +(\d+)$", done.stdout, re.M)
    return {rule: int(count) for rule, count in rows if rule not in ("all", "total")}
