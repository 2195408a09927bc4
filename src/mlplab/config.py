"""The typed configuration of a run, and the words for what is wrong with it."""

from __future__ import annotations

import re
from collections.abc import Iterator, Mapping
from typing import Any

from pydantic import Field, ValidationError
from pydantic_core import ErrorDetails

from mlplab.config_benchmark import BenchmarkConfig
from mlplab.config_clusters import ClusterConfig, CostQualityConfig, SilhouetteConfig
from mlplab.config_comparison import ComparisonConfig, find_comparison_conflicts
from mlplab.config_experiments import (
    ExperimentConfig,
    NumpyConfig,
    find_experiment_conflicts,
    find_size_conflicts,
)
from mlplab.config_search import SearchConfig, find_search_conflicts, find_search_size_conflicts
from mlplab.config_types import (
    PATTERNS,
    ClusterChoice,
    Count,
    Name,
    NonNegative,
    Positive,
    Section,
    Seed,
)
from mlplab.data.registry import DatasetSpec
from mlplab.spaces import AUTO, DistanceScaling, PixelScaling

# The experiment of `train`: every feature space with every batch size.
GRID_EXPERIMENT = "batch_sizes"

_IDX_LABEL_HEADER_BYTES = 8


class ConfigError(Exception):
    """The configuration cannot be used; the message lists every fault with its key path."""


class DownloadConfig(Section):
    """How the files of the data set are fetched."""

    attempts: Count = Field(3, description="tries of a source that fails for the moment")
    timeout_seconds: Positive = Field(10.0, description="wait for a connection or for its data")


class ScaleConfig(Section):
    """How many images are used, and how pixels are scaled for each purpose."""

    n_train: Count | None = Field(None, description="first images of the training part; all")
    n_test: Count | None = Field(None, description="first images of the test part; all")
    numpy: PixelScaling = Field("standard", description="scaling of pixels for NumPy")
    keras: PixelScaling = Field("unit", description="scaling of pixels for Keras")
    cluster: PixelScaling = Field("normalizer", description="scaling of pixels for k-means")


class TransformConfig(Section):
    """Distances to the cluster centres as features."""

    k_values: tuple[ClusterChoice, ...] = Field(
        min_length=1,
        description="numbers of clusters, among those of the sweep; 'auto' is the one it chooses",
    )
    scaling: DistanceScaling = Field("standard", description="scaling of the distances")


class KerasConfig(Section):
    """Parameters of the reference model in Keras."""

    l2: NonNegative = 0.01


class TrainConfig(Section):
    """Training of both networks on every feature space with every batch size."""

    epochs: Count = 35
    batch_sizes: tuple[Count, ...] = Field(min_length=1, description="samples in a mini-batch")
    hidden_layer_sizes: tuple[Count, ...] = Field((70, 30), description="nodes, lowest first")
    n_threads: Count = Field(4, description="threads of a training, at most those there are")
    scale_l2_with_inputs: bool = Field(
        True, description="on K distances, use l2 times K / (number of pixels)"
    )
    numpy: NumpyConfig = NumpyConfig()
    keras: KerasConfig = KerasConfig()


class LadderConfig(Section):
    """The optimisation ladder, measured beside Keras."""

    batch_size: Count = Field(500, description="samples in a mini-batch")
    rounds: Count = Field(11, description="epochs of every step that count, one of each a round")


class WorkflowConfig(Section):
    """Everything that a run depends on."""

    run: Name = Field(description="name of the folder in results/")
    dataset: str = Field(description="a name in config/datasets.yaml")
    data_dir: str | None = Field(None, description="folder with the four files, tried first")
    seeds: tuple[Seed, ...] = Field(min_length=1, description="seeds; each is a repetition")
    download: DownloadConfig = DownloadConfig()
    scale: ScaleConfig = ScaleConfig()
    cluster: ClusterConfig
    cost_quality: CostQualityConfig
    silhouette: SilhouetteConfig = SilhouetteConfig()
    transform: TransformConfig
    train: TrainConfig
    experiments: dict[Name, ExperimentConfig] = Field(
        {}, description="trainings of their own, by the name of their rows in the tables"
    )
    comparison: ComparisonConfig
    search: SearchConfig
    ladder: LadderConfig = LadderConfig()
    benchmark: BenchmarkConfig


def load_config(
    mapping: Mapping[str, Any], datasets: Mapping[str, DatasetSpec] | None = None
) -> WorkflowConfig:
    """Turn a parsed YAML file into a frozen, typed configuration.

    Parameters
    ----------
    mapping : the configuration as read
    datasets : the known data sets; with them, sizes are checked against the number of images

    Raises
    ------
    ConfigError
        With one line per fault: key path, what was found, what is allowed.
    """
    try:
        config = WorkflowConfig.model_validate(dict(mapping))
    except ValidationError as error:
        faults = [
            _describe(fault)
            for fault in error.errors(include_url=False)
            # a list whose values are all refused is also reported as too short
            if not (fault["type"] == "too_short" and fault["input"])
        ]
        raise _config_error(faults) from None
    faults = _find_conflicts(config, datasets)
    if faults:
        raise _config_error(faults)
    return config


def sample_counts(config: WorkflowConfig, spec: DatasetSpec) -> tuple[int, int]:
    """Images of the training and of the test part that the run uses."""
    available = [
        spec.files[role].bytes - _IDX_LABEL_HEADER_BYTES for role in ("train_labels", "test_labels")
    ]
    wanted = (config.scale.n_train, config.scale.n_test)
    counts = [n if w is None else min(n, w) for n, w in zip(available, wanted, strict=True)]
    return counts[0], counts[1]


def _find_conflicts(
    config: WorkflowConfig, datasets: Mapping[str, DatasetSpec] | None
) -> list[str]:
    """Faults that only several keys together show."""
    faults = [*_find_repetitions(config), *_find_contradictions(config)]
    if datasets is None:
        return faults
    spec = datasets.get(config.dataset)
    if spec is None:
        return [*faults, f"dataset: found {config.dataset!r}; allowed: one of {sorted(datasets)}"]
    return [*faults, *_find_excesses(config, spec)]


def _find_repetitions(config: WorkflowConfig) -> Iterator[str]:
    """Values that stand twice in a list."""
    benchmark, search = config.benchmark, config.search
    lists = {
        "seeds": config.seeds,
        "cluster.k_values": config.cluster.k_values,
        "cluster.seeds": config.cluster.seeds,
        "cluster.elbow.sensitivities": config.cluster.elbow.sensitivities,
        "silhouette.error_samples": config.silhouette.error_samples,
        "transform.k_values": config.transform.k_values,
        "train.batch_sizes": config.train.batch_sizes,
        "benchmark.batch_sizes": benchmark.batch_sizes,
        "benchmark.cluster_batch_sizes": benchmark.cluster_batch_sizes,
        "benchmark.variants": benchmark.variants,
        "benchmark.operations.batch_sizes": benchmark.operations.batch_sizes,
        "search.space.input_spaces": search.space.input_spaces,
        "search.space.batch_sizes": search.space.batch_sizes,
        "search.final_seeds": search.final_seeds,
    }
    for name, experiment in config.experiments.items():
        for key in ("input_spaces", "l2_factors", "seeds"):
            lists[f"experiments.{name}.{key}"] = getattr(experiment, key)
    for name, setting in config.cost_quality.settings.items():
        lists[f"cost_quality.settings.{name}.seeds"] = setting.seeds
    for key, values in lists.items():
        repeated = sorted({value for value in values if values.count(value) > 1}, key=str)
        if repeated:
            yield f"{key}: found {repeated} more than once; allowed: each value once"


def _find_contradictions(config: WorkflowConfig) -> Iterator[str]:
    """Values that need others which are not there."""
    unfitted = sorted(set(config.transform.k_values) - {*config.cluster.k_values, AUTO})
    if unfitted:
        yield (
            f"transform.k_values: found {unfitted}, which the sweep does not fit; allowed: values "
            f"of cluster.k_values, {list(config.cluster.k_values)}, or {AUTO}"
        )
    if config.benchmark.cluster_k not in config.transform.k_values:
        yield (
            f"benchmark.cluster_k: found {config.benchmark.cluster_k}; allowed: one of "
            f"transform.k_values, {list(config.transform.k_values)}"
        )
    if "numpy" not in config.benchmark.variants:
        yield (
            f"benchmark.variants: found {list(config.benchmark.variants)}; allowed: numpy, to "
            "which all are compared, and any others"
        )
    if GRID_EXPERIMENT in config.experiments:
        yield (
            f"experiments: found {GRID_EXPERIMENT!r}, the name of the trainings of `train`; "
            "allowed: any other name"
        )
    for name, experiment in config.experiments.items():
        yield from find_experiment_conflicts(name, experiment, config.cluster.k_values)
    yield from find_comparison_conflicts(config.comparison, config.experiments)
    yield from find_search_conflicts(config.search)


def _find_excesses(config: WorkflowConfig, spec: DatasetSpec) -> Iterator[str]:
    """Numbers that are too large for the images of the data set."""
    n_train, n_test = sample_counts(config, spec)
    for key, wanted, there in (
        ("scale.n_train", config.scale.n_train, n_train),
        ("scale.n_test", config.scale.n_test, n_test),
    ):
        if wanted is not None and wanted > there:
            yield f"{key}: found {wanted}; allowed: at most the {there} images there are"
    n_clustered = n_train + (n_test if config.cluster.fit_on == "all" else 0)
    for key, k in (
        *(("cluster.k_values", k) for k in config.cluster.k_values),
        ("cost_quality.k", config.cost_quality.k),
    ):
        if k >= n_clustered:
            yield (
                f"{key}: found {k}; allowed: fewer than the {n_clustered} images that are clustered"
            )
    for name, experiment in config.experiments.items():
        yield from find_size_conflicts(name, experiment, n_train, spec.n_pixels)
    yield from find_search_size_conflicts(config.search, n_train)
    for key, n in (
        ("silhouette.max_samples", config.silhouette.max_samples or 0),
        *(("silhouette.error_samples", n) for n in config.silhouette.error_samples),
    ):
        if n > n_clustered:
            yield f"{key}: found {n}; allowed: at most the {n_clustered} clustered images"
    for key, size in _batch_sizes(config):
        if size > n_train:
            yield f"{key}: found {size}; allowed: at most the {n_train} training images"


def _batch_sizes(config: WorkflowConfig) -> Iterator[tuple[str, int]]:
    """Every batch size of a training, with its key path."""
    for size in config.train.batch_sizes:
        yield "train.batch_sizes", size
    yield "ladder.batch_size", config.ladder.batch_size
    benchmark = config.benchmark
    for key, sizes in (
        ("batch_sizes", benchmark.batch_sizes),
        ("cluster_batch_sizes", benchmark.cluster_batch_sizes),
        ("operations.batch_sizes", benchmark.operations.batch_sizes),
        ("threads.batch_size", (benchmark.threads.batch_size,)),
        ("deep_model.batch_size", (benchmark.deep_model.batch_size,)),
    ):
        for size in sizes:
            yield f"benchmark.{key}", size


_ALLOWED = {
    "extra_forbidden": "no such key",
    "missing": "this key must be given",
    "too_short": "at least {min_length} value(s)",
    "greater_than_equal": "at least {ge}",
    "greater_than": "above {gt}",
    "less_than": "below {lt}",
    "less_than_equal": "at most {le}",
    "int_type": "a whole number",
    "float_type": "a number",
    "float_parsing": "a number",
    "bool_type": "true or false",
    "bool_parsing": "true or false",
    "string_type": "a text",
    "tuple_type": "a list",
    "model_type": "a section with keys of its own",
    "dict_type": "a section with keys of its own",
    "string_pattern_mismatch": "{pattern}",
    "literal_error": "{expected}",
    "finite_number": "a finite number",
}


def _describe(fault: ErrorDetails) -> str:
    path = "".join(
        f"[{part}]" if isinstance(part, int) else f".{part}" for part in fault["loc"]
    ).lstrip(".")
    context = {key: PATTERNS.get(value, value) for key, value in fault.get("ctx", {}).items()}
    allowed = _ALLOWED.get(fault["type"], fault["msg"]).format(**context)
    if fault["type"] == "missing":
        return f"{path}: found nothing; allowed: {allowed}"
    found = re.sub(r"\s+", " ", repr(fault["input"]))
    found = found if len(found) <= 80 else found[:77] + "..."
    return f"{path or 'the configuration'}: found {found}; allowed: {allowed}"


def _config_error(faults: list[str]) -> ConfigError:
    lines = "\n".join(f"  - {fault}" for fault in faults)
    return ConfigError(f"the configuration has {len(faults)} fault(s):\n{lines}")
