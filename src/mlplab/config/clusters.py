"""The sections of the configuration on clusters."""

from __future__ import annotations

from typing import Annotated, Literal

from pydantic import Field

from mlplab.config.fields import (
    NULL,
    ClusterCount,
    Count,
    Distinct,
    Name,
    NonNegative,
    ProperShare,
    SampleCount,
    Section,
    Seed,
)


class KMeansConfig(Section):
    """How k-means is fitted."""

    algorithm: Literal["minibatch", "lloyd", "elkan"] = Field(
        description="mini-batch k-means, or k-means on all images by either method"
    )
    n_init: Count = Field(description="random starts, of which the best fit is kept")
    max_iter: Count = Field(description="largest number of passes over the images")
    batch_size: Count = Field(description="images in a mini-batch; for minibatch alone")


class ElbowConfig(Section):
    """When the inertia curve has a clear elbow."""

    sensitivities: Distinct[NonNegative] = Field(
        min_length=1, description="values of Kneedle's S to try"
    )
    trim: ProperShare = Field(
        description="share of the sweep left out at either end, to test whether the elbow stays"
    )
    max_width: Count = Field(
        description="largest distance between the lowest and highest elbow of a clear one, in K"
    )


class ClusterConfig(KMeansConfig):
    """The sweep over the number of clusters K."""

    k_values: Distinct[ClusterCount] = Field(min_length=1, description="numbers of clusters")
    seeds: Distinct[Seed] = Field(
        min_length=1, description="seeds of the sweep; each is a repetition"
    )
    fit_on: Literal["train", "all"] = Field(
        description="images that k-means sees; 'all' adds the test images"
    )
    elbow: ElbowConfig = Field(description="when the inertia curve has a clear elbow")
    n_ambiguous: Count = Field(description="number of most ambiguous images shown")


class SilhouetteConfig(Section):
    """The silhouette coefficient of every fit of the sweep."""

    memory_mib: Count = Field(description="memory for distances, in MiB")
    max_samples: Annotated[SampleCount | None, NULL] = Field(
        description="largest number of images to compute it from: a random sample, whose mean has "
        "a standard error; null: all images, which is exact",
    )
    error_samples: Distinct[SampleCount] = Field(
        min_length=1, description="sizes of samples compared to all images"
    )


class CostSettingConfig(KMeansConfig):
    """A way to fit k-means whose time and inertia are measured."""

    seeds: Distinct[Seed] = Field(min_length=1, description="seeds; each is a fit")


class GrowthConfig(CostSettingConfig):
    """The articles' way to fit k-means, with several numbers of clusters."""

    k_values: Distinct[ClusterCount] = Field(min_length=1, description="numbers of clusters")


class CostQualityConfig(Section):
    """Seconds against inertia of several ways to fit k-means."""

    k: ClusterCount = Field(description="number of clusters")
    settings: dict[Name, CostSettingConfig] = Field(
        min_length=1, description="ways to fit k-means, by the name of their rows"
    )
    growth: GrowthConfig = Field(description="one way, whose time over K is measured")
