"""The configuration of trainings of their own."""

from __future__ import annotations

from collections.abc import Collection, Iterator
from functools import partial
from typing import Literal

from pydantic import Field

from mlplab.config.fields import (
    Count,
    CountFromZero,
    Distinct,
    InputSpaceName,
    NonNegative,
    Positive,
    ProperShare,
    Section,
    Seed,
    Switch,
    run_checks,
)
from mlplab.features.spaces import AUTO, parse_space


class NumpyConfig(Section):
    """Parameters of the NumPy network, see ``NumpyMLPClassifier``."""

    learning_rate: Positive = Field(1e-3, description="learning rate η of the first epoch")
    decrease_const: NonNegative = Field(
        1e-6, description="η is divided by 1 + decrease_const · i before epoch i = 0, 1, …"
    )
    momentum: ProperShare = Field(
        5e-5, description="share of the previous step that is added to the next"
    )
    l2: NonNegative = Field(0.01, description="λ₂, factor of the quadratic penalty on weights")
    l1: NonNegative = Field(0.0, description="λ₁, factor of the penalty on absolute weights")
    init: Literal["sqrt_nodes", "const"] = Field(
        "sqrt_nodes",
        description="start weights are drawn from ± init_factor / √(nodes of the lower layer), or, "
        "with const, from ± 0.5",
    )
    init_factor: Positive = Field(2.0, description="factor of the start weights, see init")


class ExperimentConfig(Section):
    """Trainings of their own: one for every input space, factor of λ₂ and seed."""

    framework: Literal["numpy"] = Field("numpy", description="the network that is trained")
    input_spaces: Distinct[InputSpaceName] = Field(
        ("pixels",),
        min_length=1,
        description="what the networks see of an image, one after the other",
    )
    batch_size: Count = Field(
        description="samples in a mini-batch, at most the images that are trained on"
    )
    epochs: Count = Field(description="passes over the training images")
    seeds: Distinct[Seed] = Field(min_length=1, description="seeds; each is a repetition")
    hidden_layer_sizes: tuple[Count, ...] = Field((70, 30), description="nodes, lowest first")
    scale_l2_with_inputs: Switch = Field(
        True, description="on K inputs, use l2 times K / (number of pixels)"
    )
    l2_factors: Distinct[Positive] = Field(
        (1.0,), min_length=1, description="λ₂ is multiplied by each of them in turn"
    )
    n_validation: CountFromZero = Field(
        0, description="last images of the training part that are only used to choose"
    )
    measure_every: Count = Field(
        1, description="epochs between two looks at accuracy and cost of all training images"
    )
    test_every_epoch: Switch = Field(
        True, description="classify the test images after every epoch; else after the last alone"
    )
    exclusive: Switch = Field(
        True,
        description="run alone with train.n_threads, so that seconds count; else one thread each, "
        "side by side",
    )
    network: NumpyConfig = Field(NumpyConfig(), description="parameters of the NumPy network")


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
