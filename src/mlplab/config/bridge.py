"""The section of the configuration on the way from NumPy's network to the model in Keras."""

from __future__ import annotations

from pydantic import Field

from mlplab.config.fields import Count, Distinct, Section, Seed
from mlplab.training.differences import DIFFERENCES, DifferenceName


class BridgeConfig(Section):
    """From the network of `train` to its model in Keras, one difference at a time, and back."""

    batch_size: Count = Field(description="samples in a mini-batch, at most the training images")
    epochs: Count = Field(description="passes over the training images")
    seeds: Distinct[Seed] = Field(min_length=1, description="seeds; each is a repetition")
    order: Distinct[DifferenceName] = Field(
        min_length=len(DIFFERENCES),
        max_length=len(DIFFERENCES),
        description="the differences, in the order in which both directions cross them",
    )
