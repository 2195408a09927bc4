"""The section of the configuration on measured times."""

from __future__ import annotations

from typing import Annotated, Any, Literal

from pydantic import BeforeValidator, Field, WithJsonSchema
from pydantic_core import PydanticCustomError

from mlplab.benchmark.registry import NAMES as VARIANT_NAMES
from mlplab.config.fields import ClusterCount, Count, CountFromZero, Distinct, NonNegative, Section

# What the deep model is trained with.
DEEP_VARIANTS = ("numpy", "keras", "keras_xla")


# In place of a list: every variant there is.
ALL_VARIANTS = "all"


def _read_all(value: Any) -> Any:
    if value == ALL_VARIANTS:
        return VARIANT_NAMES
    if isinstance(value, str):
        raise PydanticCustomError("variants", "all, or a list of names")
    return value


# Pydantic takes the names from the tuple; a type checker wants them written out.
Variants = Annotated[
    Distinct[Literal[VARIANT_NAMES]],  # type: ignore[valid-type]
    BeforeValidator(_read_all),
    WithJsonSchema(
        {
            "anyOf": [
                {"const": ALL_VARIANTS},
                {
                    "type": "array",
                    "items": {"type": "string", "enum": list(VARIANT_NAMES)},
                    "uniqueItems": True,
                },
            ]
        }
    ),
]


class ThreadsBenchmarkConfig(Section):
    """Threads requested against processors used, for 1, 2, 4, … up to those of the machine."""

    batch_size: Count = Field(description="samples in a mini-batch")
    rounds: Count = Field(description="measurements of every case")


class OperationsBenchmarkConfig(Section):
    """Times of the single operations of a batch."""

    batch_sizes: Distinct[Count] = Field(min_length=1, description="samples in a mini-batch")
    rounds: Count = Field(description="measurements of each framework")


class DeepModelConfig(Section):
    """The deep model of article B: Keras with and without XLA, and NumPy."""

    hidden_layer_sizes: tuple[Count, ...] = Field(description="nodes")
    batch_size: Count = Field(description="samples in a mini-batch")
    epochs: Count = Field(description="passes over the training images")


class KerasRunConfig(Section):
    """Article A's call of `fit` and `evaluate`, twice in each process."""

    batch_size: Count = Field(description="samples in a mini-batch")
    epochs: Annotated[Count, Field(ge=2)] = Field(
        description="epochs of a call; the time of more follows from the first and the others"
    )
    processes: Count = Field(description="processes, one after the other; each is a repetition")


class BenchmarkConfig(Section):
    """Seconds per epoch of all variants, measured in alternating rounds."""

    batch_sizes: Distinct[Count] = Field(
        min_length=1, description="samples in a mini-batch, on pixels"
    )
    cluster_k: ClusterCount = Field(description="K of the distances, one of transform.k_values")
    cluster_batch_sizes: Distinct[Count] = Field(
        description="samples in a mini-batch, on distances; may be empty"
    )
    variants: Variants = Field(
        description="what is measured, numpy among them; a variant without its package is skipped"
    )
    rounds: Count = Field(description="measurements of every variant that count")
    measurement_seconds: NonNegative = Field(
        description="a measurement has as many epochs as begin within this time, at least one"
    )
    retries: CountFromZero = Field(
        description="disturbed measurements of a job that are repeated, at most"
    )
    n_threads: Count = Field(description="threads of each variant, at most those of the machine")
    device: Literal["cpu", "gpu"] = Field(description="where Keras runs; gpu is untested")
    gpu_memory_mib: Count = Field(
        description="memory of the GPU that Keras may use, in MiB; untested"
    )
    operations: OperationsBenchmarkConfig = Field(
        description="times of the single operations of a batch"
    )
    threads: ThreadsBenchmarkConfig = Field(description="threads requested against processors used")
    deep_model: DeepModelConfig = Field(description="the deep model of article B")
    keras_run: KerasRunConfig = Field(description="article A's call of Keras, timed by its parts")
