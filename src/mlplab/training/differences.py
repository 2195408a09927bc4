"""The differences between the articles' two networks, and the stops between one and the other."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from typing import Literal, get_args

DifferenceName = Literal["pixels", "optimizer", "mean", "l2", "loss", "fall", "start"]
Direction = Literal["forwards", "backwards"]


@dataclass(frozen=True)
class Difference:
    """What NumPy's network and the reference model in Keras do in two ways.

    Attributes
    ----------
    words : the difference, as the subject of a sentence
    numpy, keras : the way of each
    """

    words: str
    numpy: str
    keras: str


DIFFERENCES: dict[DifferenceName, Difference] = {
    "pixels": Difference("the scaling of the pixels", "each pixel standardised", "divided by 255"),
    "optimizer": Difference("the optimiser", "gradient descent", "RMSprop"),
    "mean": Difference("the mean over a batch", "sum over a batch", "mean over a batch"),
    "l2": Difference(
        "the way L2 enters",
        "λ₂/2 · Σ w² of all layers, beside the sum",
        "λ₂ · Σ w² of the hidden layers, beside the mean",
    ),
    "loss": Difference(
        "the loss", "binary log-losses of the outputs", "cross-entropy of the normalised outputs"
    ),
    "fall": Difference("the learning rate's fall", "η / (1 + c · i)", "constant η"),
    "start": Difference(
        "the start weights", "±2/√n, biases too", "Glorot's limits, biases of zero"
    ),
}
assert tuple(DIFFERENCES) == get_args(DifferenceName)


@dataclass(frozen=True)
class Stop:
    """A network on the way from one to the other.

    Attributes
    ----------
    direction : "forwards", from NumPy's network to the model in Keras, or "backwards"
    step : differences that are crossed, from 0
    keras : the differences that have Keras' way
    """

    direction: Direction
    step: int
    keras: frozenset[DifferenceName]

    @property
    def name(self) -> str:
        """The name in files, such as ``forwards-2``."""
        return f"{self.direction}-{self.step}"


def list_stops(order: Sequence[DifferenceName]) -> list[Stop]:
    """Both ways over the differences in ``order``, the ends in each.

    Examples
    --------
    >>> for stop in list_stops(["pixels", "loss"]):
    ...     print(stop.name, sorted(stop.keras))
    forwards-0 []
    forwards-1 ['pixels']
    forwards-2 ['loss', 'pixels']
    backwards-0 ['loss', 'pixels']
    backwards-1 ['loss']
    backwards-2 []
    """
    steps = range(len(order) + 1)
    return [
        *(Stop("forwards", step, frozenset(order[:step])) for step in steps),
        *(Stop("backwards", step, frozenset(order[step:])) for step in steps),
    ]


def trained_stops(order: Sequence[DifferenceName]) -> list[Stop]:
    """The stops whose networks differ: those that lie on both ways are trained once.

    Examples
    --------
    >>> [stop.name for stop in trained_stops(["pixels", "loss"])]
    ['forwards-0', 'forwards-1', 'forwards-2', 'backwards-1']
    """
    first: dict[frozenset[DifferenceName], Stop] = {}
    for stop in list_stops(order):
        first.setdefault(stop.keras, stop)
    return list(first.values())
