"""Labels of the test images against the classes that trained networks predict."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from typing import Any

import numpy as np
import pandas as pd
from sklearn.metrics import confusion_matrix

from mlplab.features.spaces import parse_space
from mlplab.runtime.files import load_array
from mlplab.runtime.tables import Table

CONFUSION = Table(
    "confusion",
    "a row per experiment, input space, label and predicted label",
    {
        "experiment": "name of an experiment that runs alone or is measured after every epoch",
        "input_space": "as in `training_history.csv`",
        "l2_factor": "as in `training_history.csv`",
        "label": "label of a test image, as in the data set",
        "predicted": "class that the network predicts after its last epoch",
        "seeds": "number of trainings that are summed, one per seed",
        "images": "number of such test images; 0 if there are none",
        "share": "share of the images with that label; empty if there are none",
    },
)


def build_confusion(
    paths: Sequence[str],
    trainings: Sequence[Mapping[str, Any]],
    y_test: np.ndarray,
    classes: np.ndarray,
) -> pd.DataFrame:
    """Count the test images by label and predicted class, summed over an experiment's seeds.

    Parameters
    ----------
    paths : files of predicted classes (n_test,), as codes 0, 1, …
    trainings : ``experiment``, ``space``, ``l2_factor`` and ``seed`` of each path
    y_test : codes of the labels (n_test,)
    classes : the labels that the codes stand for (n_classes,)

    Returns
    -------
    DataFrame with the columns of ``CONFUSION``; pairs that never occur have a row too
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
    return pd.DataFrame(rows, columns=[*CONFUSION.columns])
