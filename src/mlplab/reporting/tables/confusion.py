"""What trained networks take images of each label for."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from typing import Any

import numpy as np
import pandas as pd
from sklearn.metrics import confusion_matrix

from mlplab.features.spaces import parse_space
from mlplab.runtime.files import load_array

COLUMNS = [
    "experiment",
    "input_space",
    "l2_factor",
    "label",
    "predicted",
    "seeds",
    "images",
    "share",
]


def build_confusion(
    paths: Sequence[str],
    trainings: Sequence[Mapping[str, Any]],
    y_test: np.ndarray,
    classes: np.ndarray,
) -> pd.DataFrame:
    """How many test images of a label each experiment classifies as what, summed over its seeds.

    Parameters
    ----------
    paths : files of predicted classes (n_test,), as codes 0, 1, …
    trainings : ``experiment``, ``space``, ``l2_factor`` and ``seed`` of each path
    y_test : codes of the labels (n_test,)
    classes : the labels that the codes stand for (n_classes,)

    Returns
    -------
    DataFrame with the ``COLUMNS``, a row per experiment, input space, factor of λ₂, label and
    predicted label, also of those that never occur. ``share`` is that of the label's images,
    missing where the label has none.
    """
    codes = range(len(classes))
    totals: dict[tuple[str, str, float], list[np.ndarray]] = {}
    for path, training in zip(paths, trainings, strict=True):
        space = parse_space(training["space"]).input_space
        key = (training["experiment"], space, training["l2_factor"])
        matrix = confusion_matrix(y_test, load_array(path), labels=codes)
        totals.setdefault(key, []).append(matrix)
    rows = []
    for key, matrices in totals.items():
        images = np.sum(matrices, axis=0)
        of_label = images.sum(axis=1, keepdims=True)
        shares = np.divide(images, of_label, out=np.full(images.shape, np.nan), where=of_label > 0)
        rows += [
            (*key, classes[label], classes[predicted], len(matrices), images[label, predicted],
             shares[label, predicted])
            for label in codes
            for predicted in codes
        ]  # fmt: skip
    return pd.DataFrame(rows, columns=COLUMNS)
