"""Which networks failed: those no better than always naming the commonest class."""

from __future__ import annotations

import math
from dataclasses import dataclass

import pandas as pd
from scipy.stats import binom

# A network may know its training images by heart and still be no better on others.
FAILED = "learned nothing that shows on test images"


@dataclass(frozen=True)
class Chance:
    """The test accuracy of always naming the commonest class.

    ``share`` is the share of the commonest class among the test images, ``limit`` the upper end of
    the 95 % binomial interval around it for ``images`` of them. A network learned nothing that
    shows on test images if its accuracy is at most ``limit``.
    """

    share: float
    limit: float
    images: int

    @classmethod
    def of(cls, confusion: pd.DataFrame) -> Chance:
        """From ``confusion.csv``; without a row there, no network counts as one that failed."""
        if confusion.empty:
            return cls(math.nan, -math.inf, 0)
        # Every training is tested on the same images.
        keys = ["experiment", "input_space", "l2_factor"]
        _, first = next(iter(confusion.groupby(keys)))
        images = first.groupby("label")["images"].sum() // first["seeds"].iloc[0]
        count, share = int(images.sum()), images.max() / images.sum()
        return cls(float(share), float(binom.ppf(0.975, count, share)) / count, count)

    def covers(self, accuracy: float) -> bool:
        """Whether a network with this test accuracy learned nothing that shows."""
        return accuracy <= self.limit

    def __str__(self) -> str:
        return (
            f"always naming the commonest class reaches {100 * self.share:.2f} %, by chance up to "
            f"{100 * self.limit:.2f} % of {self.images:,} images"
        )
