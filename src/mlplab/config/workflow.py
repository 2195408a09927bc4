"""The whole configuration of a run, and its sections that are small."""

from __future__ import annotations

from collections.abc import Iterable
from typing import Annotated, Any

from pydantic import Field

from mlplab.config.benchmark import BenchmarkConfig
from mlplab.config.bridge import BridgeConfig
from mlplab.config.clusters import ClusterConfig, CostQualityConfig, SilhouetteConfig
from mlplab.config.comparison import ComparisonConfig
from mlplab.config.experiments import ExperimentConfig, ExperimentDefaults
from mlplab.config.fields import (
    NULL,
    ClusterChoice,
    Count,
    CountFromZero,
    Distinct,
    Engine,
    Name,
    NonNegative,
    Positive,
    Section,
    Seed,
    Switch,
)
from mlplab.config.keras_experiments import KerasExperimentConfig
from mlplab.config.networks import NetworkConfig
from mlplab.config.search import SearchConfig
from mlplab.data.own import DatasetChoice
from mlplab.features.spaces import DistanceScaling, PixelScaling

# The data set of which the articles published their figures.
PUBLISHED_DATASET = "mnist"


class DownloadConfig(Section):
    """How the files of the data set are downloaded."""

    attempts: Count = Field(description="attempts at a source that fails temporarily")
    timeout_seconds: Positive = Field(
        description="longest wait for a connection or for data, in seconds"
    )


class ScaleConfig(Section):
    """How many images are used, and how pixels are scaled for each purpose."""

    n_train: Annotated[Count | None, NULL] = Field(
        description="number of training images, from the first; null: all"
    )
    n_test: Annotated[Count | None, NULL] = Field(
        description="number of test images, from the first; null: all"
    )
    numpy: PixelScaling = Field(description="scaling of pixels for NumPy")
    keras: PixelScaling = Field(description="scaling of pixels for Keras")
    cluster: PixelScaling = Field(description="scaling of pixels for k-means")


class TransformConfig(Section):
    """Distances to the cluster centres as features."""

    k_values: Distinct[ClusterChoice] = Field(
        min_length=1,
        description="numbers of clusters, among those of the sweep; 'auto' is the one it chooses",
    )
    scaling: DistanceScaling = Field(description="scaling of the distances")


class KerasConfig(Section):
    """Parameters of the reference model in Keras."""

    l2: NonNegative = Field(description="λ₂, factor of the quadratic penalty on weights")


class TrainConfig(Section):
    """Trainings of NumPy and Keras on every input space with every batch size."""

    epochs: Count = Field(description="passes over the training images")
    batch_sizes: Distinct[Count] = Field(
        min_length=1, description="samples in a mini-batch, at most the training images"
    )
    network: Name = Field(description="NumPy network that is trained, a name in `networks`")
    engine: Engine = Field(
        description="how the NumPy network computes, `numpy` or `compiled`; up to rounding, both "
        "have the same results"
    )
    n_threads: Count = Field(
        description="threads of a timed training, at most those of the machine"
    )
    exclusive: Switch = Field(
        description="run each alone with n_threads, so that seconds count; else one thread each, "
        "side by side",
    )
    keras: KerasConfig = Field(description="parameters of the reference model in Keras")


class LadderConfig(Section):
    """The optimisation ladder, measured beside Keras."""

    batch_size: Count = Field(description="samples in a mini-batch")
    batch_sizes: Distinct[Count] = Field(
        min_length=1,
        description="samples in a mini-batch, where steps are compared over batch sizes",
    )
    rounds: Count = Field(description="measurements of every step")
    measurement_seconds: NonNegative = Field(
        description="a measurement has as many epochs as begin within this time, at least one"
    )
    retries: CountFromZero = Field(
        description="disturbed measurements of a job that are repeated, at most"
    )


class WorkflowConfig(Section):
    """Everything that a run depends on."""

    run: Name = Field(description="name of the run, and of its folder in results/")
    dataset: DatasetChoice = Field(
        description="a name in config/datasets.yaml, the path of an .npz file, or the paths of "
        "four IDX files"
    )
    data_dir: Annotated[str | None, NULL] = Field(
        description="folder with the files of a named data set, tried first; "
        "null: MLPLAB_DATA_DIR, else download",
    )
    seeds: Distinct[Seed] = Field(
        min_length=1, description="seeds of the trainings; each is a repetition"
    )
    download: DownloadConfig = Field(description="how the files of the data set are downloaded")
    scale: ScaleConfig = Field(description="how many images are used, and how pixels are scaled")
    cluster: ClusterConfig = Field(description="the sweep over the number of clusters K")
    cost_quality: CostQualityConfig = Field(
        description="seconds against inertia of several ways to fit k-means"
    )
    silhouette: SilhouetteConfig = Field(
        description="the silhouette coefficient of every fit of the sweep"
    )
    transform: TransformConfig = Field(description="distances to cluster centres as features")
    networks: dict[Name, NetworkConfig] = Field(
        min_length=1, description="settings of networks, by the name that trainings give"
    )
    train: TrainConfig = Field(
        description="trainings of NumPy and Keras on every input space with every batch size"
    )
    experiment_defaults: ExperimentDefaults = Field(
        description="what holds for an experiment that leaves the key out"
    )
    experiments: dict[Name, ExperimentConfig] = Field(
        description="trainings of their own, by the name of their rows in the tables"
    )
    keras_experiments: dict[Name, KerasExperimentConfig] = Field(
        min_length=1,
        description="trainings of Keras' reference model on pixels, by the name of their rows",
    )
    comparison: ComparisonConfig = Field(description="which experiments the tables compare")
    bridge: BridgeConfig = Field(
        description="from NumPy to Keras, one difference at a time, and back"
    )
    search: SearchConfig = Field(description="the search for the best network with few inputs")
    ladder: LadderConfig = Field(description="the optimisation ladder, measured beside Keras")
    benchmark: BenchmarkConfig = Field(
        description="seconds per epoch of all variants, measured in alternating rounds"
    )

    @property
    def uses_published_data(self) -> bool:
        """Whether the data are those of the articles, so that published figures can be compared."""
        return self.dataset == PUBLISHED_DATASET

    def network_of(self, training: TrainConfig | ExperimentConfig) -> NetworkConfig:
        """The settings of the network that a training names."""
        return self.networks[training.network]

    def resolved(self, sections: Iterable[str]) -> dict[str, Any]:
        """Sections as JSON values, with the settings of a network in place of its name.

        ``experiments.<name>.network`` and ``train.network`` are sections then.

        Parameters
        ----------
        sections : keys at the top of the configuration

        Raises
        ------
        ValueError
            There is no such section.
        """
        wanted = set(sections)
        if unknown := sorted(wanted - set(type(self).model_fields)):
            raise ValueError(
                f"sections: found {unknown}; allowed: {', '.join(type(self).model_fields)}"
            )
        values = self.model_dump(mode="json", include=wanted)
        trainings = [*values.get("experiments", {}).values()]
        trainings += [values["train"]] if "train" in values else []
        for training in trainings:
            training["network"] = self.networks[training["network"]].model_dump(mode="json")
        return values
