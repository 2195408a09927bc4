"""The settings of networks, by names that experiments and ``train`` give."""

from __future__ import annotations

from typing import Literal

from pydantic import Field

from mlplab.config.fields import Count, NonNegative, Positive, ProperShare, Section, Switch


class NetworkConfig(Section):
    """Settings of a NumPy network, see ``NumpyMLPClassifier``."""

    hidden_layer_sizes: tuple[Count, ...] = Field(
        description="nodes of the hidden layers, lowest first"
    )
    learning_rate: Positive = Field(description="learning rate η of the first epoch")
    decrease_const: NonNegative = Field(
        description="η is divided by 1 + decrease_const · i before epoch i = 0, 1, …"
    )
    momentum: ProperShare = Field(
        description="share of the previous step that is added to the next"
    )
    l2: NonNegative = Field(description="λ₂, factor of the quadratic penalty on weights")
    l1: NonNegative = Field(description="λ₁, factor of the penalty on absolute weights")
    init: Literal["sqrt_nodes", "const"] = Field(
        description="start weights are drawn from ± init_factor / √(nodes of the lower layer), or, "
        "with const, from ± 0.5"
    )
    init_factor: Positive = Field(description="factor of the start weights, see init")
    scale_l2_with_inputs: Switch = Field(
        description="on K inputs, use l2 times K / (number of pixels)"
    )
