"""The configuration of the tables that compare experiments."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from functools import partial

from pydantic import Field

from mlplab.config.experiments import ExperimentConfig
from mlplab.config.fields import Count, Distinct, Name, Section, Share, run_checks

# Keys whose values are names of experiments.
ROLES = ("reference", "against_reference", "controls", "l2_rule", "scalings")


class PublishedAccuracy(Section):
    """A test accuracy that article C published for distances to 70 cluster centres."""

    accuracy: Share = Field(description="test accuracy, as a share")
    epoch: Count = Field(description="epoch after which it was reached")


class ComparisonConfig(Section):
    """Which experiments are compared, and with what."""

    reference: Name = Field(
        description="experiment whose full training time is the reference",
    )
    against_reference: Name = Field(description="experiment timed until it reaches each target")
    controls: Name = Field(
        description="experiment whose first input space others are compared with",
    )
    l2_rule: Name = Field(description="experiment with several factors of λ₂")
    scalings: Name = Field(description="experiment with several scalings")
    keras_log: Name = Field(
        description="entry of keras_experiments that is compared with the published log of Keras"
    )
    learning_rates: Distinct[Name] = Field(
        min_length=2,
        description="experiments that differ in the learning rate alone, the usual one first",
    )
    published: tuple[PublishedAccuracy, ...] = Field(
        description="targets where MNIST is used; the scalings are compared at their epochs",
    )
    choose_at: Distinct[Count] = Field(
        min_length=1,
        description="epochs of `published` that decide which scaling comes closest",
    )
    targets: Distinct[Share] = Field(
        description="further test accuracies, the time to which is compared with any data"
    )


def find_comparison_conflicts(
    comparison: ComparisonConfig, experiments: Mapping[str, ExperimentConfig]
) -> Iterator[str]:
    """Experiments that lack what their comparison needs."""
    roles = {
        key: (name, experiments[name])
        for key in ROLES
        if (name := getattr(comparison, key, None)) is not None and name in experiments
    }
    checks = [
        partial(_find_unpublished_choice, comparison),
        partial(_find_unequal_seeds, roles),
        partial(_find_second_reference, roles),
        *(
            partial(_find_untested_epochs, key, *roles[key])
            for key in ("reference", "against_reference", "scalings")
            if key in roles
        ),
        *(
            partial(_find_no_validation, key, *roles[key])
            for key in ("controls", "l2_rule")
            if key in roles
        ),
        *(
            partial(_find_several_factors, key, *roles[key])
            for key in ("reference", "against_reference", "controls", "scalings")
            if key in roles
        ),
    ]
    for name in getattr(comparison, "learning_rates", ()):
        if name in experiments:
            checks += [
                partial(_find_untested_epochs, "learning_rates", name, experiments[name]),
                partial(_find_several_factors, "learning_rates", name, experiments[name]),
                partial(_find_other_seeds, comparison.learning_rates[0], name, experiments),
            ]
    yield from run_checks(checks)


# The key of the comparison, and the experiment that it names.
_Roles = Mapping[str, tuple[str, ExperimentConfig]]


def _find_unpublished_choice(comparison: ComparisonConfig) -> Iterator[str]:
    published = [point.epoch for point in comparison.published]
    if published and not set(comparison.choose_at) <= set(published):
        yield (
            f"comparison.choose_at: found {list(comparison.choose_at)}; allowed: epochs of "
            f"comparison.published, {published}"
        )


def _find_unequal_seeds(roles: _Roles) -> Iterator[str]:
    if "reference" not in roles or "against_reference" not in roles:
        return
    (reference_name, reference), (name, against) = roles["reference"], roles["against_reference"]
    if set(reference.seeds) != set(against.seeds):
        yield (
            f"experiments.{name}.seeds: found {list(against.seeds)}; allowed: those of "
            f"{reference_name}, {list(reference.seeds)}, since differences are taken seed by seed"
        )


def _find_other_seeds(
    first: str, name: str, experiments: Mapping[str, ExperimentConfig]
) -> Iterator[str]:
    if first in experiments and set(experiments[name].seeds) != set(experiments[first].seeds):
        yield (
            f"experiments.{name}.seeds: found {list(experiments[name].seeds)}; allowed: those of "
            f"{first}, {list(experiments[first].seeds)}, since comparison.learning_rates compares "
            "them seed by seed"
        )


def _find_second_reference(roles: _Roles) -> Iterator[str]:
    if "reference" in roles:
        name, reference = roles["reference"]
        if len(reference.input_spaces) > 1:
            yield (
                f"experiments.{name}.input_spaces: found {list(reference.input_spaces)}; allowed: "
                "one, to which others are compared"
            )


def _find_untested_epochs(key: str, name: str, experiment: ExperimentConfig) -> Iterator[str]:
    if not experiment.test_every_epoch:
        yield (
            f"experiments.{name}.test_every_epoch: found false; allowed: true, since "
            f"comparison.{key} needs the test accuracy of every epoch"
        )


def _find_no_validation(key: str, name: str, experiment: ExperimentConfig) -> Iterator[str]:
    if not experiment.n_validation:
        yield (
            f"experiments.{name}.n_validation: found 0; allowed: at least 1, since "
            f"comparison.{key} compares validation accuracies"
        )


def _find_several_factors(key: str, name: str, experiment: ExperimentConfig) -> Iterator[str]:
    if len(experiment.l2_factors) > 1:
        yield (
            f"experiments.{name}.l2_factors: found {list(experiment.l2_factors)}; allowed: one, "
            f"since comparison.{key} compares input spaces"
        )
