"""The configuration of the tables that compare experiments."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from typing import Annotated

from pydantic import Field

from mlplab.config_experiments import ExperimentConfig
from mlplab.config_types import Count, Name, Section

Share = Annotated[float, Field(ge=0, le=1)]


class PublishedAccuracy(Section):
    """A test accuracy that article C published for 70 distances."""

    accuracy: Share
    epoch: Count


class ComparisonConfig(Section):
    """Which experiments are compared, and with what."""

    reference: Name = Field(
        "article_c_reference",
        description="experiment whose whole training others are timed against",
    )
    against_reference: Name = Field(
        "article_c_clusters", description="experiment timed until it reaches each target"
    )
    controls: Name = Field(
        "feature_controls",
        description="experiment whose first input space others are compared with",
    )
    l2_rule: Name = Field("lambda_rule", description="experiment with several factors of λ₂")
    scalings: Name = Field("distance_scalings", description="experiment with several scalings")
    published: tuple[PublishedAccuracy, ...] = Field(
        min_length=1, description="targets; the scalings are compared at their epochs"
    )


def find_comparison_conflicts(
    comparison: ComparisonConfig, experiments: Mapping[str, ExperimentConfig]
) -> Iterator[str]:
    """Experiments that are not there, or lack what their comparison needs."""
    for key in ("reference", "against_reference", "controls", "l2_rule", "scalings"):
        name = getattr(comparison, key)
        if name not in experiments:
            yield (
                f"comparison.{key}: found {name!r}; allowed: a name in experiments, "
                f"{list(experiments)}"
            )
            return
    reference, against = (
        experiments[name] for name in (comparison.reference, comparison.against_reference)
    )
    if set(reference.seeds) != set(against.seeds):
        yield (
            f"experiments.{comparison.against_reference}.seeds: found {list(against.seeds)}; "
            f"allowed: those of {comparison.reference}, {list(reference.seeds)}, since differences "
            "are taken seed by seed"
        )
    if len(reference.input_spaces) > 1:
        yield (
            f"experiments.{comparison.reference}.input_spaces: found "
            f"{list(reference.input_spaces)}; allowed: one, to which others are compared"
        )
    for key in ("reference", "against_reference", "scalings"):
        if not experiments[getattr(comparison, key)].test_every_epoch:
            yield (
                f"experiments.{getattr(comparison, key)}.test_every_epoch: found False; allowed: "
                f"true, since comparison.{key} needs the test accuracy of every epoch"
            )
    for key in ("controls", "l2_rule"):
        name = getattr(comparison, key)
        if not experiments[name].n_validation:
            yield (
                f"experiments.{name}.n_validation: found 0; allowed: at least 1, since "
                f"comparison.{key} compares validation accuracies"
            )
    for key in ("reference", "against_reference", "controls", "scalings"):
        name = getattr(comparison, key)
        if len(experiments[name].l2_factors) > 1:
            yield (
                f"experiments.{name}.l2_factors: found {list(experiments[name].l2_factors)}; "
                f"allowed: one, since comparison.{key} compares input spaces"
            )
