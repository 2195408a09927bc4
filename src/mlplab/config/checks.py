"""What several keys of the configuration must satisfy together, and beside the data set."""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Mapping, Sequence
from functools import partial
from operator import attrgetter

from mlplab.config.comparison import find_comparison_conflicts
from mlplab.config.experiments import find_experiment_conflicts, find_size_conflicts
from mlplab.config.faults import suggest
from mlplab.config.fields import Check, run_checks
from mlplab.config.keras_experiments import KerasExperimentConfig
from mlplab.config.names import Names, find_absent_names
from mlplab.config.search import find_search_conflicts, find_search_size_conflicts
from mlplab.config.workflow import WorkflowConfig
from mlplab.data.errors import DataError
from mlplab.data.own import find_data
from mlplab.data.registry import DatasetSpec, DataSize
from mlplab.features.spaces import AUTO

# The experiment of `train`: every input space with every batch size.
GRID_EXPERIMENT = "batch_sizes"

# Files whose numbers suit fewer images, by the fewest training images that they need. With as many
# as _ENOUGH, only a few numbers of the default configuration are too large.
_SMALLER = {4_000: "config/quick.yaml", 400: "config/small.yaml"}
_ENOUGH = 10_000
# One or two numbers are soon lowered.
_MANY_FAULTS = 3


def find_conflicts(config: WorkflowConfig, removed: Names) -> Iterator[str]:
    """Faults that only several keys together show, among the keys that are usable."""
    yield from run_checks(_list_checks(config, removed))


def find_data_faults(config: WorkflowConfig, datasets: Mapping[str, DatasetSpec]) -> Iterator[str]:
    """Data that cannot be used, or numbers that are too large for the images that there are."""
    yield from run_checks([partial(_find_data_faults, config, datasets)])


def advise_smaller_file(
    config: WorkflowConfig, datasets: Mapping[str, DatasetSpec], faults: Sequence[str]
) -> Iterator[str]:
    """A file that suits so few images, if there are many of the faults of the data."""
    if len(faults) < _MANY_FAULTS:
        return
    n_train, _ = sample_counts(config, find_data(config.dataset, datasets).size)
    suited = [file for fewest, file in _SMALLER.items() if fewest <= n_train < _ENOUGH]
    if suited:
        yield f"{suited[0]} suits {n_train} training images: name it before your own file."


def sample_counts(config: WorkflowConfig, size: DataSize) -> tuple[int, int]:
    """Images of the training and of the test part that the run uses."""
    n_train, n_test = config.scale.n_train, config.scale.n_test
    return (
        size.n_train if n_train is None else min(n_train, size.n_train),
        size.n_test if n_test is None else min(n_test, size.n_test),
    )


def _list_checks(config: WorkflowConfig, removed: Names) -> Iterator[Check[str]]:
    yield partial(_find_unfitted_k, config)
    yield partial(_find_untransformed_k, config)
    yield partial(_find_missing_variant, config)
    yield partial(_find_taken_name, config)
    yield lambda: find_absent_names(config, removed)
    yield lambda: _find_twins("networks", config.networks)
    yield lambda: _find_twins("experiments", [*config.experiments, *config.keras_experiments])
    yield lambda: _find_twins("cost_quality.settings", config.cost_quality.settings)
    yield partial(_find_experiment_conflicts, config)
    yield lambda: find_comparison_conflicts(config.comparison, config.experiments)
    yield lambda: find_search_conflicts(config.search)


def _find_unfitted_k(config: WorkflowConfig) -> Iterator[str]:
    unfitted = sorted(set(config.transform.k_values) - {*config.cluster.k_values, AUTO})
    if unfitted:
        yield (
            f"transform.k_values: found {unfitted}, which the sweep does not fit; allowed: values "
            f"of cluster.k_values, {list(config.cluster.k_values)}, or {AUTO}"
        )


def _find_untransformed_k(config: WorkflowConfig) -> Iterator[str]:
    if config.benchmark.cluster_k not in config.transform.k_values:
        yield (
            f"benchmark.cluster_k: found {config.benchmark.cluster_k}; allowed: one of "
            f"transform.k_values, {list(config.transform.k_values)}"
        )


def _find_missing_variant(config: WorkflowConfig) -> Iterator[str]:
    if "numpy" not in config.benchmark.variants:
        yield (
            f"benchmark.variants: found {list(config.benchmark.variants)}; allowed: numpy, to "
            "which all are compared, and any others"
        )


def _find_taken_name(config: WorkflowConfig) -> Iterator[str]:
    for key in ("experiments", "keras_experiments"):
        if GRID_EXPERIMENT in getattr(config, key):
            yield (
                f"{key}: found {GRID_EXPERIMENT!r}, the name of the trainings of `train`; "
                "allowed: any other name"
            )
    for name in config.keras_experiments:
        if name in config.experiments:
            yield (
                f"keras_experiments.{name}: found beside experiments.{name}; allowed: a name of "
                "its own, since both have rows in the same tables"
            )


def _find_twins(path: str, names: Iterable[str]) -> Iterator[str]:
    """Names that are one file name where the file system ignores case."""
    seen: dict[str, str] = {}
    for name in names:
        twin = seen.setdefault(name.lower(), name)
        if twin != name:
            yield (
                f"{path}.{name}: found beside {path}.{twin}; allowed: names that differ in more "
                "than case, since some file systems ignore it"
            )


def _find_experiment_conflicts(config: WorkflowConfig) -> Iterator[str]:
    k_values = config.cluster.k_values
    yield from run_checks(
        partial(find_experiment_conflicts, name, experiment, k_values)
        for name, experiment in config.experiments.items()
    )


def _find_data_faults(config: WorkflowConfig, datasets: Mapping[str, DatasetSpec]) -> Iterator[str]:
    try:
        size = find_data(config.dataset, datasets).size
    except DataError as error:
        yield f"dataset: {error}{suggest(config.dataset, datasets)}"
        return
    n_train, n_test = sample_counts(config, size)
    checks: list[Check[str]] = [
        partial(_find_too_many_images, config, size),
        partial(_find_too_large_k, config, n_train, n_test),
        *(
            partial(find_size_conflicts, name, experiment, n_train, size.n_pixels)
            for name, experiment in getattr(config, "experiments", {}).items()
        ),
        lambda: find_search_size_conflicts(config.search, n_train, size.n_pixels),
        *(partial(_find_too_large_batches, config, key, n_train) for key in _BATCH_SIZES),
        *(
            partial(_find_too_large_keras_batch, name, experiment, n_train)
            for name, experiment in getattr(config, "keras_experiments", {}).items()
        ),
    ]
    yield from run_checks(checks)


def _find_too_many_images(config: WorkflowConfig, size: DataSize) -> Iterator[str]:
    for key, wanted, there in (
        ("scale.n_train", config.scale.n_train, size.n_train),
        ("scale.n_test", config.scale.n_test, size.n_test),
    ):
        if wanted is not None and wanted > there:
            yield f"{key}: found {wanted}; allowed: at most the {there} images there are"


def _find_too_large_k(config: WorkflowConfig, n_train: int, n_test: int) -> Iterator[str]:
    n_clustered = n_train + (n_test if config.cluster.fit_on == "all" else 0)
    fewer = f"fewer than the {n_clustered} images that are clustered"
    at_most = f"at most the {n_clustered} clustered images"
    yield from run_checks(
        partial(_find_above, config, key, limit, words)
        for key, limit, words in (
            ("cluster.k_values", n_clustered - 1, fewer),
            ("cost_quality.k", n_clustered - 1, fewer),
            ("cost_quality.growth.k_values", n_clustered - 1, fewer),
            ("silhouette.error_samples", n_clustered, at_most),
        )
    )


def _find_too_large_batches(config: WorkflowConfig, key: str, n_train: int) -> Iterator[str]:
    yield from _find_above(config, key, n_train, f"at most the {n_train} training images")


def _find_too_large_keras_batch(
    name: str, experiment: KerasExperimentConfig, n_train: int
) -> Iterator[str]:
    if experiment.batch_size > n_train:
        yield (
            f"keras_experiments.{name}.batch_size: found {experiment.batch_size}; allowed: at most "
            f"the {n_train} training images"
        )


def _find_above(config: WorkflowConfig, key: str, limit: int, words: str) -> Iterator[str]:
    """Numbers at a key path, be it one or a list, that are above a limit."""
    value = attrgetter(key)(config)
    for number in value if isinstance(value, tuple) else (value,):
        if number is not None and number > limit:
            yield f"{key}: found {number}; allowed: {words}"


# Every batch size of a training, but those of experiments and search, which set images apart.
_BATCH_SIZES = (
    "train.batch_sizes",
    "bridge.batch_size",
    "ladder.batch_size",
    "ladder.batch_sizes",
    "benchmark.batch_sizes",
    "benchmark.cluster_batch_sizes",
    "benchmark.operations.batch_sizes",
    "benchmark.threads.batch_size",
    "benchmark.deep_model.batch_size",
    "benchmark.keras_run.batch_size",
)
