"""The configuration of trainings of their own."""

from __future__ import annotations

from collections.abc import Collection, Iterator, Mapping
from functools import partial
from typing import Any

from pydantic import ConfigDict, Field

from mlplab.config.fields import (
    Count,
    CountFromZero,
    Distinct,
    Engine,
    InputSpaceName,
    Name,
    Positive,
    Section,
    Seed,
    Switch,
    run_checks,
)
from mlplab.features.spaces import AUTO, parse_space


class ExperimentDefaults(Section):
    """What holds for an experiment that leaves the key out."""

    network: Name = Field(description="network that is trained, a name in `networks`")
    batch_size: Count = Field(
        description="samples in a mini-batch, at most the images that are trained on"
    )
    seeds: Distinct[Seed] = Field(min_length=1, description="seeds; each is a repetition")
    l2_factors: Distinct[Positive] = Field(
        min_length=1, description="λ₂ is multiplied by each of them in turn"
    )
    n_validation: CountFromZero = Field(
        description="last training images, which only measure the validation accuracy"
    )
    measure_every: Count = Field(
        description="epochs between two measurements of accuracy and cost of all training images"
    )
    test_every_epoch: Switch = Field(
        description="classify the test images after every epoch; else after the last alone"
    )
    exclusive: Switch = Field(
        description="run alone with `train.n_threads`, so that seconds count; else one thread "
        "each, side by side"
    )
    engine: Engine = Field(
        description="how the network computes, `numpy` or `compiled`; up to rounding, both have "
        "the same results"
    )


# Keys that an experiment may leave out.
INHERITED = tuple(ExperimentDefaults.model_fields)


def _require_own_keys(schema: dict[str, Any]) -> None:
    schema["required"] = [key for key in schema["required"] if key not in INHERITED]


class ExperimentConfig(ExperimentDefaults):
    """Trainings of their own: one for every input space, factor of λ₂ and seed."""

    model_config = ConfigDict(json_schema_extra=_require_own_keys)

    input_spaces: Distinct[InputSpaceName] = Field(
        min_length=1, description="what the networks see of an image, one after the other"
    )
    epochs: Count = Field(description="passes over the training images")


def fill_experiments(mapping: Mapping[str, Any]) -> dict[str, Any]:
    """The configuration with every experiment completed from ``experiment_defaults``."""
    defaults, experiments = mapping.get("experiment_defaults"), mapping.get("experiments")
    if not (isinstance(defaults, Mapping) and isinstance(experiments, Mapping)):
        return dict(mapping)
    inherited = {key: defaults[key] for key in INHERITED if key in defaults}
    filled = {
        name: inherited | dict(entry) if isinstance(entry, Mapping) else entry
        for name, entry in experiments.items()
    }
    return {**mapping, "experiments": filled}


def find_experiment_conflicts(
    name: str, experiment: ExperimentConfig, k_values: Collection[int]
) -> Iterator[str]:
    """Faults of an experiment beside the K that the sweep fits."""
    for space in experiment.input_spaces:
        parsed = parse_space(space)
        fitted = parsed.is_chosen or parsed.n_features in k_values
        if parsed.kind == "clusters" and not fitted:
            yield (
                f"experiments.{name}.input_spaces: found {space!r}, which the sweep does not fit; "
                f"allowed: clusters-<K> with K of cluster.k_values, {list(k_values)}, or {AUTO}"
            )


def find_size_conflicts(
    name: str, experiment: ExperimentConfig, n_train: int, n_pixels: int
) -> Iterator[str]:
    """Faults of an experiment beside the number of training images and of their pixels."""
    yield from run_checks(
        (
            partial(_find_too_few_images, name, experiment, n_train),
            partial(_find_too_many_features, name, experiment, n_train, n_pixels),
        )
    )


def _find_too_few_images(name: str, experiment: ExperimentConfig, n_train: int) -> Iterator[str]:
    n_trained = n_train - experiment.n_validation
    if n_trained < 1:
        yield (
            f"experiments.{name}.n_validation: found {experiment.n_validation}; allowed: fewer "
            f"than the {n_train} training images"
        )
    elif experiment.batch_size > n_trained:
        yield (
            f"experiments.{name}.batch_size: found {experiment.batch_size}; allowed: at most the "
            f"{n_trained} training images"
        )


def _find_too_many_features(
    name: str, experiment: ExperimentConfig, n_train: int, n_pixels: int
) -> Iterator[str]:
    limits = {"pca": min(n_train, n_pixels), "images": n_train}
    for space in experiment.input_spaces:
        parsed = parse_space(space)
        limit = limits.get(parsed.kind)
        if limit is not None and parsed.n_features is not None and parsed.n_features > limit:
            yield (
                f"experiments.{name}.input_spaces: found {space!r}; allowed: at most {limit} "
                f"features of this kind from {n_train} images of {n_pixels} pixels"
            )
