"""Which networks failed: those no better than always naming the commonest class."""

from __future__ import annotations

import math
from dataclasses import dataclass

import pandas as pd
from scipy.stats import binom

from mlplab.reporting.study.content import Tables
from mlplab.reporting.words import join

# A network may know its training images by heart and still be no better on others.
FAILED = "learned nothing that shows on test images"

_USUAL_BATCH_SIZE = 500
_KEYS = ("experiment", "input_space", "l2_factor")


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
        _, first = next(iter(confusion.groupby(list(_KEYS))))
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


@dataclass(frozen=True)
class Learning:
    """The accuracy of learning nothing, and which networks of articles A and B got no further."""

    chance: Chance
    unlearned: tuple[str, ...] = ()

    @classmethod
    def of(cls, tables: Tables) -> Learning:
        """From ``confusion.csv`` and ``final_accuracies.csv``, as far as they are there."""
        confusion = tables.find("confusion", "label", "images", "seeds", *_KEYS)
        chance = Chance.of(pd.DataFrame() if confusion is None else confusion)
        final = tables.find(
            "final_accuracies", "experiment", "framework", "input_space", "batch_size",
            "test_accuracy",
        )  # fmt: skip
        networks = {} if final is None else {
            "article A's network in NumPy": final[final["experiment"] == "article_a"],
            "article A's reference model in Keras": _select_keras(final),
        }  # fmt: skip
        failed = (
            words
            for words, rows in networks.items()
            if not rows.empty and rows["test_accuracy"].map(chance.covers).all()
        )
        return cls(chance, tuple(failed))

    @property
    def warning(self) -> str:
        """What a reader of times of these networks should know; empty if they learned."""
        if not self.unlearned:
            return ""
        return (
            f"These are times alone: in this run, {join(self.unlearned)} {FAILED}; {self.chance}."
        )


def _select_keras(final: pd.DataFrame) -> pd.DataFrame:
    """The training of Keras on pixels whose batch size is nearest to the usual one."""
    keras = final[
        (final["experiment"] == "batch_sizes")
        & (final["framework"] == "keras")
        & (final["input_space"] == "pixels")
    ]
    distances = (keras["batch_size"] - _USUAL_BATCH_SIZE).abs().sort_values(kind="stable")
    return keras.loc[distances.index[:1]]
