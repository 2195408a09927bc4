"""Names of input spaces: what a network sees of an image."""

from __future__ import annotations

import re
from dataclasses import dataclass
from typing import Literal, cast, get_args

# How pixels, and how distances to centres, may be scaled (:mod:`mlplab.features.scaling` does it).
PixelScaling = Literal["standard", "normalizer", "minmax", "unit"]
DistanceScaling = Literal[
    "standard", "samplestandard", "samplenormalizer", "whitened", "minmax", "normalizer"
]
SpaceKind = Literal["pixels", "clusters", "pca", "projection", "images"]
# These depend on chance, so every training has features of its own seed.
_RANDOM_KINDS = ("clusters", "projection", "images")

# Stands for the number of clusters that the sweep chooses.
AUTO = "auto"
_COUNT = r"[1-9]\d*"
# Distances to centres among pixels that are divided by 255 and not scaled further.
_RAW = "raw"
_WHITENING = "(whitened|halfwhitened)"
# Names that a configuration may use, and the same in words.
INPUT_SPACE_PATTERN = (
    rf"^(pixels|clusters-({_COUNT}(-{_RAW})?|{AUTO})(-({'|'.join(get_args(DistanceScaling))}))?"
    rf"|pca-{_COUNT}(-{_WHITENING})?|projection-{_COUNT}|images-{_COUNT})$"
)
INPUT_SPACE_NAMES = (
    f"pixels, clusters-<K>, clusters-<K>-<scaling> with a number or {AUTO} as K and scaling "
    f"{', '.join(get_args(DistanceScaling))}, clusters-<K>-{_RAW}, clusters-<K>-{_RAW}-<scaling>, "
    "pca-<d>, pca-<d>-whitened, pca-<d>-halfwhitened, "
    "projection-<d> or images-<d>"
)
_SCALED_PIXELS_PATTERN = f"pixels-({'|'.join(get_args(PixelScaling))})"


@dataclass(frozen=True)
class InputSpace:
    """An input space, parsed from its name.

    Attributes
    ----------
    kind : "pixels"; "clusters", distances to the centres of k-means; "pca", principal
        components; "projection", a Gaussian random projection; "images", distances to random
        training images
    n_features : number of features; None for pixels, which are as many as an image has, and where
        the sweep chooses it
    scaling : the scaling that the name asks for; None for the usual one of its kind
    is_chosen : whether the sweep chooses the number of clusters
    is_raw : whether the centres are among pixels divided by 255, in place of those that
        ``scale.cluster`` scales
    """

    kind: SpaceKind
    n_features: int | None = None
    scaling: str | None = None
    is_chosen: bool = False
    is_raw: bool = False

    @property
    def fit_name(self) -> str:
        """The fit of k-means that distances come from, as files name it, such as ``k-70``."""
        number = AUTO if self.is_chosen else str(self.n_features)
        return f"{_RAW}-k-{number}" if self.is_raw else f"k-{number}"

    @property
    def is_random(self) -> bool:
        """Whether the features depend on a seed."""
        return self.kind in _RANDOM_KINDS

    @property
    def input_space(self) -> str:
        """The name in tables, which compare pixels however they are scaled."""
        if self.kind == "pixels":
            return self.kind
        number = AUTO if self.is_chosen else str(self.n_features)
        raw = _RAW if self.is_raw else None
        return "-".join([self.kind, number, *filter(None, [raw, self.scaling])])


def parse_space(name: str) -> InputSpace:
    """Parse the name of an input space: one of a configuration, or ``pixels-<scaling>``.

    Raises
    ------
    ValueError
        There is no such space; the message lists the allowed names.
    """
    if re.fullmatch(_SCALED_PIXELS_PATTERN, name):
        return InputSpace("pixels", scaling=name.removeprefix("pixels-"))
    if not re.fullmatch(INPUT_SPACE_PATTERN, name):
        raise ValueError(f"input space {name!r} is unknown; allowed: {INPUT_SPACE_NAMES}")
    words = name.split("-")
    is_raw = _RAW in words
    kind, number, scaling = [*(word for word in words if word != _RAW), None, None][:3]
    assert kind is not None
    is_chosen = number == AUTO
    n_features = None if number is None or is_chosen else int(number)
    return InputSpace(cast(SpaceKind, kind), n_features, scaling, is_chosen, is_raw)
