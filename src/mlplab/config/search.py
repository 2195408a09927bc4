"""The configuration of the search for the best network with few inputs."""

from __future__ import annotations

import itertools
from collections.abc import Iterator
from functools import partial
from typing import Annotated

from pydantic import AfterValidator, Field

from mlplab.config.fields import (
    NULL,
    Count,
    Distinct,
    Engine,
    InputSpaceName,
    Positive,
    PositiveShare,
    Section,
    Seed,
    run_checks,
)
from mlplab.features.spaces import parse_space


def _in_order(limits: tuple[float, float]) -> tuple[float, float]:
    if limits[0] > limits[1]:
        raise ValueError("two numbers, the smaller first")
    return limits


Range = Annotated[tuple[Positive, Positive], AfterValidator(_in_order)]
ShareRange = Annotated[tuple[PositiveShare, PositiveShare], AfterValidator(_in_order)]


class StageConfig(Section):
    """A stage: the best settings of the one before, trained longer."""

    trials: Count = Field(description="settings tried, side by side")
    epochs: Count = Field(description="passes over the images")


class SearchSpaceConfig(Section):
    """What settings are drawn from: lists evenly, ranges evenly in the logarithm."""

    input_spaces: Distinct[InputSpaceName] = Field(min_length=1, description="input spaces")
    learning_rate: Range = Field(description="lowest and highest η of the first epoch")
    learning_rate_end_ratio: ShareRange = Field(
        description="lowest and highest η of the last epoch, over that of the first"
    )
    l2: Range = Field(description="lowest and highest λ₂, as the network uses it")
    l1: Range = Field(description="lowest and highest λ₁, as the network uses it")
    batch_sizes: Distinct[Count] = Field(min_length=1, description="samples in a mini-batch")


class SearchConfig(Section):
    """The search: settings are chosen on validation images, the test images are read at the end."""

    seed: Seed = Field(description="seed of the draws, and of the trials' features and weights")
    n_validation: Count = Field(description="last training images, which only serve to choose")
    max_features: Count = Field(description="largest number of inputs")
    hidden_layer_sizes: tuple[Count, ...] = Field(description="nodes, lowest first")
    engine: Engine = Field(description="how the networks compute, `numpy` or `compiled`")
    space: SearchSpaceConfig = Field(description="what settings are drawn from")
    stages: tuple[StageConfig, ...] = Field(
        min_length=1, description="stages, with no more trials from one to the next"
    )
    final_seeds: Distinct[Seed] = Field(
        min_length=1, description="trainings of the chosen setting on all training images"
    )
    published_accuracy: Annotated[PositiveShare | None, NULL] = Field(
        description="test accuracy published for MNIST, drawn as a line where MNIST is used",
    )


def find_search_conflicts(search: SearchConfig) -> Iterator[str]:
    """Faults that several keys of the section show together."""
    yield from run_checks(
        (partial(_find_growing_stages, search), partial(_find_unlimited_spaces, search))
    )


def _find_growing_stages(search: SearchConfig) -> Iterator[str]:
    for first, second in itertools.pairwise(search.stages):
        if second.trials > first.trials:
            yield (
                f"search.stages: found {second.trials} trials after {first.trials}; allowed: at "
                "most as many as in the stage before"
            )


def _find_unlimited_spaces(search: SearchConfig) -> Iterator[str]:
    for space in search.space.input_spaces:
        if parse_space(space).is_raw:
            yield (
                f"search.space.input_spaces: found {space!r}; allowed: spaces that are made from "
                "pixels as scale.cluster scales them"
            )
        count = parse_space(space).n_features
        if count is None or count > search.max_features:
            yield (
                f"search.space.input_spaces: found {space!r}; allowed: spaces whose names "
                f"have a number of features, at most search.max_features, {search.max_features}"
            )


def find_search_size_conflicts(search: SearchConfig, n_train: int, n_pixels: int) -> Iterator[str]:
    """Faults of the section beside the number of training images and of their pixels."""
    for space in search.space.input_spaces:
        parsed = parse_space(space)
        if parsed.kind == "pca" and (parsed.n_features or 0) > n_pixels:
            yield (
                f"search.space.input_spaces: found {space!r}; allowed: at most {n_pixels} "
                f"components of images of {n_pixels} pixels"
            )
    n_fit = n_train - search.n_validation
    if n_fit < search.max_features:
        yield (
            f"search.n_validation: found {search.n_validation}; allowed: so many that at least "
            f"search.max_features, {search.max_features}, of the {n_train} training images are left"
        )
        return
    for size in search.space.batch_sizes:
        if size > n_fit:
            yield (
                f"search.space.batch_sizes: found {size}; allowed: at most the {n_fit} training "
                "images that are not kept for validation"
            )
