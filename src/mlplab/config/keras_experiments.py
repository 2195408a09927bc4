"""The configuration of trainings of Keras' reference model on pixels."""

from __future__ import annotations

from pydantic import Field

from mlplab.config.fields import Count, Distinct, NonNegative, Section, Seed


class KerasExperimentConfig(Section):
    """Trainings of the reference model in Keras on pixels, one for every seed."""

    batch_size: Count = Field(description="samples in a mini-batch, at most the training images")
    epochs: Count = Field(description="passes over the training images")
    l2: NonNegative = Field(description="λ₂, factor of the quadratic penalty on weights")
    seeds: Distinct[Seed] = Field(min_length=1, description="seeds; each is a repetition")
