"""What a training is made with: the network, how long, and how its rows are labelled."""

from __future__ import annotations

from dataclasses import dataclass, replace
from typing import Literal


@dataclass(frozen=True)
class NetworkSettings:
    """Settings of ``NumpyMLPClassifier``, with its defaults.

    With ``scale_l2_with_inputs``, ``l2`` is multiplied by the number of inputs over the number of
    pixels, see :meth:`for_inputs`.
    """

    hidden_layer_sizes: tuple[int, ...] = (70, 30)
    learning_rate: float = 1e-3
    decrease_const: float = 1e-6
    momentum: float = 5e-5
    l2: float = 0.01
    l1: float = 0.0
    init: Literal["sqrt_nodes", "const"] = "sqrt_nodes"
    init_factor: float = 2.0
    scale_l2_with_inputs: bool = True

    def for_inputs(
        self, n_features: int, n_pixels: int, *, l2_factor: float = 1.0
    ) -> NetworkSettings:
        """The settings with the λ₂ that holds for so many inputs, times ``l2_factor``."""
        l2 = input_scaled_l2(self.l2, n_features, n_pixels, scale=self.scale_l2_with_inputs)
        return replace(self, l2=l2_factor * l2, scale_l2_with_inputs=False)


@dataclass(frozen=True)
class TrainingSettings:
    """How long a network is trained, and what is measured meanwhile.

    Attributes
    ----------
    epochs : passes over the training samples
    batch_size : samples in a mini-batch
    n_validation : last training samples that are kept out; their accuracy after every epoch is
        ``validation_accuracy``
    measure_every : epochs between two measurements of accuracy and cost of the training samples,
        which are missing in the rows between
    test_every_epoch : whether ``test_accuracy`` is that of every epoch, or of the last alone
    engine : of ``NumpyMLPClassifier``
    """

    epochs: int
    batch_size: int
    n_validation: int = 0
    measure_every: int = 1
    test_every_epoch: bool = True
    engine: Literal["numpy", "compiled"] = "numpy"


@dataclass(frozen=True)
class TrainingLabel:
    """Which training the rows of a table belong to.

    ``space`` is the name of the features, see :func:`mlplab.features.spaces.parse_space`; λ₂ was
    multiplied by ``l2_factor``.
    """

    experiment: str
    framework: Literal["numpy", "keras"]
    space: str
    seed: int
    l2_factor: float = 1.0


def input_scaled_l2(l2: float, n_features: int, n_pixels: int, *, scale: bool) -> float:
    """λ₂ · K / (number of pixels): fewer inputs make fewer and larger weights (article C)."""
    return l2 * n_features / n_pixels if scale else l2
