"""The section of the configuration on measured times."""

from __future__ import annotations

from typing import Literal

from pydantic import Field

from mlplab.benchmark.registry import NAMES as VARIANT_NAMES
from mlplab.config.fields import ClusterCount, Count, CountFromZero, Distinct, NonNegative, Section

# What the deep model is trained with.
DEEP_VARIANTS = ("numpy", "keras", "keras_xla")


class ThreadsBenchmarkConfig(Section):
    """Threads asked for against processors used, for 1, 2, 4, … up to those of the machine."""

    batch_size: Count = Field(500, description="samples in a mini-batch")
    rounds: Count = Field(5, description="turns of every case")


class OperationsBenchmarkConfig(Section):
    """Times of the single operations of a batch."""

    batch_sizes: Distinct[Count] = Field(
        (32, 500, 10_000), min_length=1, description="samples in a mini-batch"
    )
    rounds: Count = Field(5, description="turns of each framework")


class DeepModelConfig(Section):
    """The deep model of article B: Keras with and without XLA, and NumPy."""

    hidden_layer_sizes: tuple[Count, ...] = Field((200, 100, 50, 30), description="nodes")
    batch_size: Count = Field(1500, description="samples in a mini-batch")
    epochs: Count = Field(45, description="passes over the training images")


class BenchmarkConfig(Section):
    """Seconds per epoch of all variants, measured in alternating rounds."""

    batch_sizes: Distinct[Count] = Field(
        min_length=1, description="samples in a mini-batch, on pixels"
    )
    cluster_k: ClusterCount = Field(70, description="K of the distances, one of transform.k_values")
    cluster_batch_sizes: Distinct[Count] = Field(
        (500, 10_000), description="samples in a mini-batch, on distances; may be none"
    )
    # Pydantic takes the names from the tuple; a type checker wants them written out.
    variants: Distinct[Literal[VARIANT_NAMES]] = Field(  # type: ignore[valid-type]
        VARIANT_NAMES, description="what is measured, numpy among them; absent packages are told"
    )
    rounds: Count = Field(5, description="turns of every variant that count")
    measurement_seconds: NonNegative = Field(
        0.2, description="a turn has as many epochs as begin within this time, at least one"
    )
    retries: CountFromZero = Field(
        5, description="disturbed turns of a job that are measured again, at most"
    )
    n_threads: Count = Field(4, description="threads of each variant, at most those there are")
    device: Literal["cpu", "gpu"] = Field("cpu", description="where Keras works")
    gpu_memory_mib: Count = Field(1024, description="memory of the GPU that Keras may take, MiB")
    operations: OperationsBenchmarkConfig = Field(
        OperationsBenchmarkConfig(), description="times of the single operations of a batch"
    )
    threads: ThreadsBenchmarkConfig = Field(
        ThreadsBenchmarkConfig(), description="threads asked for against processors used"
    )
    deep_model: DeepModelConfig = Field(
        DeepModelConfig(), description="the deep model of article B"
    )
