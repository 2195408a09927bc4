# Helpers of the rules: the typed configuration, names of files and of feature spaces.
import os
import sys

from mlplab.config import GRID_EXPERIMENT, ConfigError, load_config, sample_counts
from mlplab.config_benchmark import DEEP_VARIANTS
from mlplab.config_types import AUTO
from mlplab.data import DataError
from mlplab.data.registry import load_registry
from mlplab.locks import LockedError, hold_lock
from mlplab.processors import gpu_present

try:
    DATASETS = load_registry(workflow.source_path("../../config/datasets.yaml"))
    CONFIG = load_config(config, DATASETS)
except (ConfigError, DataError) as error:
    sys.exit(str(error))

if CONFIG.benchmark.device == "gpu" and not gpu_present():
    sys.exit(
        "benchmark.device: found 'gpu', but nvidia-smi lists no GPU on this machine; allowed: "
        "cpu, or gpu where there is one with its driver"
    )

DATASET = DATASETS[CONFIG.dataset]
RAW = f"resources/{CONFIG.dataset}"
RESULTS = f"results/{CONFIG.run}"
PARTS = ["train", "test"]

if os.path.lexists(RESULTS) and not os.path.isdir(RESULTS):
    sys.exit(f"{RESULTS}: found a file where the results go; move it, or choose another `run`")


wildcard_constraints:
    k=r"\d+|auto",
    seed=r"\d+",
    batch_size=r"\d+",
    scaling=r"[a-z]+",
    space=r"[a-z0-9-]+",
    framework=r"numpy|keras",
    experiment=r"[A-Za-z0-9_-]+",
    part=r"train|test",
    variant=r"[a-z_]+",
    setting=r"[A-Za-z0-9_-]+",


def features(space, part):
    """The scaled features of a space, as scale_pixels or transform_clusters write them."""
    return f"{RESULTS}/data/{space}/x_{part}.npy"


def pixel_space(purpose):
    """The name of the pixel space for a purpose: numpy, keras or cluster."""
    return f"pixels-{getattr(CONFIG.scale, purpose)}"


CLUSTER_FITS = [
    {"k": k, "seed": seed} for k in CONFIG.cluster.k_values for seed in CONFIG.cluster.seeds
]
# The K to train on that are known before the sweep has chosen one.
FITTED_K = [k for k in CONFIG.transform.k_values if k != AUTO] or [CONFIG.cluster.k_values[0]]
CLUSTER_SPACES = [f"clusters-{k}" for k in CONFIG.transform.k_values]


def training_histories(framework):
    """A history for every feature space, batch size and seed of a framework."""
    return expand(
        f"{RESULTS}/training/{framework}/{{space}}/batch-{{batch_size}}-seed-{{seed}}.csv",
        space=[pixel_space(framework), *CLUSTER_SPACES],
        batch_size=CONFIG.train.batch_sizes,
        seed=CONFIG.seeds,
    )


def input_space(space):
    """The name of a feature space in the tables, which compare pixels however scaled."""
    return "pixels" if space.startswith("pixels-") else space


def batch_size_turns(extension):
    """A file for every batch size on pixels, and for some on cluster distances."""
    pattern = f"{RESULTS}/benchmark/{{space}}/batch-{{batch_size}}.{extension}"
    return [
        pattern.format(space=space, batch_size=batch_size)
        for space, batch_sizes in (
            (pixel_space("numpy"), CONFIG.benchmark.batch_sizes),
            (f"clusters-{CONFIG.benchmark.cluster_k}", CONFIG.benchmark.cluster_batch_sizes),
        )
        for batch_size in batch_sizes
    ]


def deep_model_space(variant):
    """The pixels that a variant of the deep model is trained on, scaled as its framework wants."""
    return pixel_space("numpy" if variant == "numpy" else "keras")


def experiment_space(name):
    """The feature space that an experiment of its own is trained on."""
    experiment = CONFIG.experiments[name]
    return (
        pixel_space(experiment.framework)
        if experiment.n_clusters is None
        else experiment.input_space
    )


def experiment_value(key):
    """For params: a function that looks a key of the job's experiment up."""
    return lambda wildcards: CONFIG.experiments[wildcards.experiment].model_dump(mode="json")[key]


def experiment_histories():
    """A history for every experiment of its own and each of its seeds."""
    return [
        f"{RESULTS}/training/experiments/{name}/seed-{seed}.csv"
        for name, experiment in CONFIG.experiments.items()
        for seed in experiment.seeds
    ]


def cluster_fits(extension):
    """A file for every K of the sweep and each of its seeds, in the order of CLUSTER_FITS."""
    pattern = f"{RESULTS}/models/clusters/k-{{k}}-seed-{{seed}}.{extension}"
    return [pattern.format(**fit) for fit in CLUSTER_FITS]


onstart:
    # In place of Snakemake's own lock, which a killed run leaves behind for the user to clear.
    try:
        workflow.globals["run_lock"] = hold_lock(".snakemake/run.lock", what="A run")
    except LockedError as error:
        sys.exit(str(error))
