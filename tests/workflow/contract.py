"""Which jobs run again after which change: the tests check every row, the reference shows them.

``python -m tests.workflow.contract`` writes ``docs/generated/contract.md``.
"""

import os
from collections.abc import Callable, Mapping
from dataclasses import dataclass, field
from pathlib import Path

PAGE = Path(__file__).parents[2] / "docs" / "generated" / "contract.md"
HEAD = """# What runs again after which change

<!-- Written by `python -m tests.workflow.contract`; do not edit. -->

Only what depends on a change runs again. The tests make every one of these changes to a finished
run. The numbers of jobs are those of the smallest run, with two values of K, one batch size and one
seed.
[What runs again, and why](../explanation/reruns.md) explains how the workflow knows.
"""

# The network of article A, but for λ₂.
OTHER_NETWORK = (
    "{hidden_layer_sizes: [70, 30], learning_rate: 0.001, decrease_const: 0.000001, "
    "momentum: 0.00005, l2: 0.02, l1: 0.0, init: sqrt_nodes, init_factor: 2.0, "
    "scale_l2_with_inputs: true}"
)

DOWNLOAD = {"download_dataset": 1}
ALL_JOBS = DOWNLOAD | {
    "record_run": 1,
    "extract_labels": 1,
    "scale_pixels": 3,
    "fit_clusters": 2,
    "score_silhouettes": 1,
    "measure_silhouette_error": 1,
    "measure_cluster_cost": 6,
    "measure_cluster_growth": 1,
    "describe_clusters": 1,
    "fit_raw_clusters": 1,
    "transform_clusters": 1,
    "transform_raw_clusters": 1,
    "transform_components": 1,
    "transform_random": 1,
    "train_numpy": 2,
    "train_keras": 2,
    "train_keras_experiment": 2,
    "train_bridge": 2,
    "train_experiment": 12,
    "make_search_features": 1,
    "run_trial": 3,
    "train_final": 1,
    "measure_ladder": 1,
    "measure_ladder_batch_sizes": 1,
    "measure_ladder_input_spaces": 1,
    "measure_keras_run": 1,
    "measure_batch_size": 2,
    "measure_operations": 1,
    "measure_threads": 1,
    "train_deep_model": 3,
    "tabulate_cluster_sweep": 1,
    "tabulate_cluster_quality": 1,
    "tabulate_cluster_cost": 1,
    "tabulate_cluster_growth": 1,
    "tabulate_training": 1,
    "compare_keras_log": 1,
    "tabulate_confusion": 1,
    "compare_spaces": 1,
    "compare_l2_factors": 1,
    "compare_learning_rates": 1,
    "compare_scalings": 1,
    "compare_times": 1,
    "tabulate_bridge": 1,
    "tabulate_search": 1,
    "tabulate_ladder": 1,
    "tabulate_batch_sizes": 1,
    "tabulate_operations": 1,
    "tabulate_deep_model": 1,
    "evaluate_claims": 1,
    "plot_cluster_sweep": 1,
    "plot_cluster_cost": 1,
    "plot_clusters": 1,
    "plot_training_history": 1,
    "plot_keras_log": 1,
    "plot_training_run": 3,
    "plot_comparisons": 1,
    "plot_bridge": 1,
    "plot_search": 1,
    "plot_batch_sizes": 1,
    "plot_optimization_ladder": 1,
    "plot_epoch_parts": 1,
    "plot_operations": 1,
    "plot_threads": 1,
    "plot_deep_model": 1,
    "make_study": 1,
}
FIGURES = {job: n for job, n in ALL_JOBS.items() if job.startswith("plot_")}
# The study page has the styles of the figures.
DRAWN = FIGURES | {"make_study": 1}


def all_of(*jobs: str) -> dict[str, int]:
    """Every job of these rules."""
    return {job: ALL_JOBS[job] for job in jobs}


SUMMARIES = all_of("evaluate_claims", "make_study")
# Jobs that read results of one kind, directly or through others.
AFTER_TRAINING = (
    all_of("tabulate_training", "plot_training_history", "plot_training_run") | SUMMARIES
)
AFTER_EXPERIMENTS = AFTER_TRAINING | all_of(
    "tabulate_confusion",
    "compare_spaces",
    "compare_l2_factors",
    "compare_learning_rates",
    "compare_scalings",
    "compare_times",
    "plot_comparisons",
)
KERAS_TRAININGS = all_of(
    "train_keras", "train_keras_experiment", "train_bridge", "measure_keras_run"
)
AFTER_KERAS_LOG = all_of("compare_keras_log", "plot_keras_log") | SUMMARIES
AFTER_BRIDGE = all_of("tabulate_bridge", "plot_bridge") | SUMMARIES
SEARCH_TRAININGS = all_of("run_trial", "train_final")
AFTER_SEARCH = all_of("tabulate_search", "plot_search") | SUMMARIES
AFTER_SWEEP = (
    all_of("tabulate_cluster_sweep", "tabulate_cluster_quality", "plot_cluster_sweep") | SUMMARIES
)
AFTER_SILHOUETTES = AFTER_SWEEP | all_of(
    "measure_silhouette_error", "describe_clusters", "plot_clusters"
)
AFTER_LADDER = (
    all_of("tabulate_ladder", "plot_optimization_ladder", "plot_epoch_parts")
    | all_of("compare_times", "plot_comparisons")
    | SUMMARIES
)
AFTER_BATCH_SIZES = all_of("tabulate_batch_sizes", "plot_batch_sizes") | SUMMARIES
MEASURED_LADDERS = all_of(
    "measure_ladder", "measure_ladder_batch_sizes", "measure_ladder_input_spaces"
)
MEASUREMENTS = MEASURED_LADDERS | all_of(
    "measure_batch_size",
    "measure_operations",
    "measure_threads",
    "train_deep_model",
)
AFTER_MEASUREMENTS = (
    AFTER_LADDER
    | AFTER_BATCH_SIZES
    | all_of(
        "tabulate_operations",
        "tabulate_deep_model",
        "plot_operations",
        "plot_threads",
        "plot_deep_model",
    )
)
# The scalings that the tiny run compares are of raw pixels, with centres of their own.
AFTER_CENTERS = (
    AFTER_SILHOUETTES
    | {job: n for job, n in AFTER_EXPERIMENTS.items() if job != "compare_scalings"}
    | AFTER_BATCH_SIZES
    | all_of("score_silhouettes", "transform_clusters")
    | {
        "train_numpy": 1,
        "train_keras": 1,
        "train_experiment": 7,
        "measure_batch_size": 1,
        "measure_ladder_input_spaces": 1,
    }
)
RECORD = {"record_run": 1}


@dataclass(frozen=True)
class Change:
    """A row: a change, how a test makes it in a finished run, and the jobs that then run again.

    ``starts`` are the jobs that the change makes stale, ``follows`` those that read their results.
    ``edit`` gets the checkout; ``config`` goes to ``--config``; ``libraries`` are versions that
    seem to be installed; ``because`` is part of the output of ``workflow/why.py``.
    """

    text: str
    starts: Mapping[str, int]
    follows: Mapping[str, int] = field(default_factory=dict)
    edit: Callable[[Path], object] = lambda folder: None
    config: tuple[str, ...] = ()
    libraries: Mapping[str, str] = field(default_factory=dict)
    because: str = ""

    @property
    def runs(self) -> dict[str, int]:
        """Jobs per rule."""
        return {**self.follows, **self.starts}


def append(name: str, text: str = "EDITED = True") -> Callable[[Path], object]:
    def edit(folder: Path) -> None:
        with (folder / name).open("a") as file:
            file.write(f"\n{text}\n")

    return edit


def replace(name: str, old: str, new: str) -> Callable[[Path], object]:
    def edit(folder: Path) -> None:
        text = (folder / name).read_text()
        assert old in text
        (folder / name).write_text(text.replace(old, new))

    return edit


def delete(name: str) -> Callable[[Path], object]:
    return lambda folder: (folder / name).unlink()


def write_all_anew(folder: Path) -> None:
    """Give every file a new date, results before their inputs."""
    for path in sorted(folder.rglob("*"), key=lambda path: "results" not in path.parts):
        if path.is_file() and ".snakemake" not in path.parts:
            os.utime(path)


def comment_everywhere(folder: Path) -> None:
    """A comment and another docstring in every module and script."""
    edited = 0
    for top in ("src", "workflow/scripts"):
        for path in (folder / top).rglob("*.py"):
            text = path.read_text()
            assert text.startswith('"""')
            path.write_text(f'# A comment.\n"""Edited. {text[3:]}\n# Another comment.\n')
            edited += 1
    assert edited > 40


CHANGES = (
    Change("nothing; the folder is moved or copied", {}),
    Change(
        "new dates on all files, as after a checkout or `touch`",
        {},
        edit=write_all_anew,
    ),
    Change("comments and docstrings in all modules and scripts", {}, edit=comment_everywhere),
    Change("a caption of the report", {}, edit=append("workflow/report/bridge.rst", "Edited.")),
    Change(
        "a library that only moves or checks data, such as `pooch`",
        {},
        libraries={"pooch": "99.0", "tqdm": "99.0", "pydantic": "99.0"},
    ),
    Change(
        "code that draws, `mlplab.reporting.figures`",
        FIGURES,
        edit=append("src/mlplab/reporting/figures/__init__.py"),
        because="module mlplab.reporting.figures changed",
    ),
    Change(
        "code of one figure, `mlplab.reporting.figures.cluster_cost`",
        all_of("plot_cluster_cost"),
        edit=append("src/mlplab/reporting/figures/cluster_cost.py"),
    ),
    Change(
        "the style of the figures",
        FIGURES,
        edit=replace(
            "src/mlplab/reporting/figures/mlplab.mplstyle", "font.size: 9", "font.size: 10"
        ),
    ),
    Change(
        "the colours of input spaces, `mlplab.reporting.styles`",
        DRAWN,
        edit=append("src/mlplab/reporting/styles.py"),
    ),
    Change(
        "the colour of a variant",
        all_of("plot_batch_sizes", "make_study"),
        edit=replace(
            "src/mlplab/benchmark/variants/keras_variant.py", 'color="#D55E00"', 'color="#AA4400"'
        ),
    ),
    Change(
        "code of a variant, `numpy_variant.py`",
        {"measure_batch_size": 2, "measure_threads": 1},
        AFTER_BATCH_SIZES | all_of("plot_threads"),
        edit=append("src/mlplab/benchmark/variants/numpy_variant.py"),
    ),
    Change(
        "the description of a column",
        {},
        edit=replace(
            "src/mlplab/benchmark/measurements.py",
            "samples of a mini-batch",
            "images of a mini-batch",
        ),
    ),
    Change(
        "another version of matplotlib",
        FIGURES,
        libraries={"matplotlib": "99.0"},
        because="library matplotlib changed from",
    ),
    Change(
        "code of the NumPy network, `mlplab.numpy_mlp`",
        all_of("train_numpy", "train_experiment", "measure_keras_run")
        | MEASUREMENTS
        | SEARCH_TRAININGS,
        AFTER_EXPERIMENTS | AFTER_MEASUREMENTS | AFTER_SEARCH,
        edit=append("src/mlplab/numpy_mlp/trainer.py"),
        because="module mlplab.numpy_mlp.trainer changed",
    ),
    Change(
        "code of the Keras models, `mlplab.keras_mlp`",
        KERAS_TRAININGS | MEASUREMENTS,
        AFTER_TRAINING | AFTER_KERAS_LOG | AFTER_BRIDGE | AFTER_MEASUREMENTS,
        edit=append("src/mlplab/keras_mlp/models.py"),
    ),
    Change(
        "another version of keras",
        KERAS_TRAININGS | MEASUREMENTS,
        AFTER_TRAINING | AFTER_KERAS_LOG | AFTER_BRIDGE | AFTER_MEASUREMENTS,
        libraries={"keras": "99.0"},
    ),
    Change(
        "the retry loop of the download, `mlplab.data.download`",
        DOWNLOAD,
        edit=append("src/mlplab/data/download.py"),
    ),
    Change(
        "the tables of the benchmark, `mlplab.benchmark.summary`",
        all_of("tabulate_batch_sizes"),
        AFTER_BATCH_SIZES,
        edit=append("src/mlplab/benchmark/summary.py"),
        because="module mlplab.benchmark.summary changed",
    ),
    Change(
        "code of the silhouettes, `mlplab.clusters.silhouette`",
        all_of("score_silhouettes", "measure_silhouette_error"),
        AFTER_SILHOUETTES,
        edit=append("src/mlplab/clusters/silhouette.py"),
    ),
    Change(
        "a script, `tabulate_training.py`",
        all_of("tabulate_training"),
        AFTER_TRAINING,
        edit=append("workflow/scripts/tabulate_training.py"),
        because="module tabulate_training.py changed",
    ),
    Change(
        "code that every script imports, such as `mlplab.runtime` and `mlplab.provenance`",
        ALL_JOBS,
        edit=append("src/mlplab/runtime/files.py"),
    ),
    Change(
        "one more batch size in `train.batch_sizes`",
        RECORD | {"train_numpy": 2, "train_keras": 2},
        AFTER_TRAINING,
        config=("train={batch_sizes: [100, 500]}",),
    ),
    Change(
        "one more K in `cluster.k_values`",
        RECORD | {"fit_clusters": 1},
        {"score_silhouettes": 1} | AFTER_SILHOUETTES,
        config=("cluster={k_values: [5, 10, 15]}",),
    ),
    Change(
        "a parameter of k-means in `cluster`",
        RECORD | all_of("fit_clusters", "fit_raw_clusters"),
        AFTER_CENTERS
        | all_of("transform_raw_clusters", "compare_scalings")
        | {"train_experiment": 8},
        config=("cluster={n_init: 4}",),
    ),
    Change(
        "`train.network`, to one with another λ₂",
        RECORD | all_of("train_numpy", "train_bridge"),
        AFTER_TRAINING | AFTER_BRIDGE,
        config=(f"networks={{mine: {OTHER_NETWORK}}}", "train={network: mine}"),
        because="parameter network.l2 was 0.01, is 0.02",
    ),
    Change(
        "`train.keras`",
        RECORD | all_of("train_keras", "train_bridge"),
        AFTER_TRAINING | AFTER_BRIDGE,
        config=("train={keras: {l2: 0.001}}",),
    ),
    Change(
        "`scale.keras`, to a scaling not made before",
        RECORD
        | {"scale_pixels": 1, "train_keras": 1, "train_keras_experiment": 2, "train_bridge": 2}
        | {"measure_keras_run": 1, "train_deep_model": 2},
        AFTER_TRAINING
        | AFTER_KERAS_LOG
        | AFTER_BRIDGE
        | all_of("tabulate_deep_model", "plot_deep_model"),
        config=("scale={keras: minmax}",),
    ),
    Change(
        "`scale.n_train` and `scale.n_test` exchanged",
        {job: n for job, n in ALL_JOBS.items() if job != "download_dataset"},
        config=("scale={n_train: 300, n_test: 700}",),
        because="parameter n_train was 700, is 300",
    ),
    Change(
        "`seeds`, to another one",
        RECORD | all_of("train_numpy", "train_keras") | MEASUREMENTS,
        {"fit_clusters": 1, "transform_clusters": 1} | AFTER_TRAINING | AFTER_MEASUREMENTS,
        config=("seeds=[1]",),
    ),
    Change(
        "one more seed of an experiment",
        RECORD | {"train_experiment": 1},
        AFTER_TRAINING | all_of("tabulate_confusion"),
        config=("experiments={article_a: {seeds: [0, 1]}}",),
    ),
    Change(
        "one more batch size in `benchmark.batch_sizes`",
        RECORD | {"measure_batch_size": 1},
        AFTER_BATCH_SIZES,
        config=("benchmark={batch_sizes: [100, 200]}",),
    ),
    Change(
        "`benchmark.deep_model`",
        RECORD | all_of("train_deep_model"),
        all_of("tabulate_deep_model", "plot_deep_model") | SUMMARIES,
        config=("benchmark={deep_model: {epochs: 2}}",),
    ),
    Change(
        "`ladder`",
        RECORD | MEASURED_LADDERS,
        AFTER_LADDER,
        config=("ladder={rounds: 2}",),
    ),
    Change("`data_dir` or `download`", RECORD, config=("data_dir=elsewhere",)),
    Change(
        "`config/claims.yaml`",
        all_of("evaluate_claims"),
        all_of("make_study"),
        edit=append("config/claims.yaml", "# Edited."),
        because="input config/claims.yaml changed",
    ),
    Change(
        "a deleted table, `cluster_sweep.csv`",
        all_of("tabulate_cluster_sweep"),
        AFTER_SWEEP,
        edit=delete("results/tiny/tables/cluster_sweep.csv"),
        because="file results/tiny/tables/cluster_sweep.csv is missing",
    ),
    Change(
        "a deleted training",
        {"train_numpy": 1},
        AFTER_TRAINING,
        edit=delete("results/tiny/training/numpy/clusters-10/batch-100-seed-0.csv"),
    ),
    Change(
        "deleted cluster centres",
        {"fit_clusters": 1},
        AFTER_CENTERS,
        edit=delete("results/tiny/models/clusters/k-10-seed-0.centers.npy"),
    ),
    Change(
        "deleted arrays under `data/`, which are made again only when a job needs them",
        {},
        edit=delete("results/tiny/data/pixels-unit/x_train.npy"),
    ),
    Change(
        "a deleted figure",
        {"plot_batch_sizes": 1},
        edit=delete("results/tiny/figures/seconds_per_epoch.svg"),
    ),
)


def table() -> str:
    """The rows as Markdown."""
    lines = ["| change | jobs that run again | and, because they read the results of those |"]
    lines.append("|---|---|---|")
    for change in CHANGES:
        follows = {job: n for job, n in change.follows.items() if job not in change.starts}
        lines.append(f"| {change.text} | {describe(change.starts)} | {describe(follows)} |")
    return "\n".join(lines) + "\n"


def describe(runs: Mapping[str, int]) -> str:
    """Jobs in words, in the order of the chain."""
    if not runs:
        return "none"
    if runs == ALL_JOBS:
        return "all"
    absent = [job for job in ALL_JOBS if job not in runs]
    if len(absent) <= 4 and all(runs[job] == ALL_JOBS[job] for job in runs):
        return "all but " + ", ".join(f"`{job}`" for job in absent)
    if runs in (FIGURES, DRAWN):
        n_rules, n_jobs = len(FIGURES), sum(FIGURES.values())
        figures = f"all figures: {n_rules} rules, {n_jobs} jobs"
        return figures if runs == FIGURES else f"{figures}; `make_study`"
    if len(runs) > 9:
        return f"{len(runs)} rules, {sum(runs.values())} jobs"
    counts = {job: f" × {runs[job]}" if runs[job] > 1 else "" for job in ALL_JOBS if job in runs}
    return ", ".join(f"`{job}`{count}" for job, count in counts.items())


def render_page() -> str:
    """The page of the reference, in Markdown."""
    return f"{HEAD}\n{table()}"


if __name__ == "__main__":
    PAGE.write_text(render_page(), encoding="utf-8")
