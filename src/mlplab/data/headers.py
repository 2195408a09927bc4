"""Check from their headers whether the four arrays of a data set fit together."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from dataclasses import dataclass

import numpy as np

from mlplab.data.errors import DataError
from mlplab.data.registry import DataSize, Role

# The dimensions of every array, and what they count.
_FORMS: tuple[tuple[Role, int, str], ...] = (
    ("train_images", 3, " (image, row, column)"),
    ("train_labels", 1, ""),
    ("test_images", 3, " (image, row, column)"),
    ("test_labels", 1, ""),
)
_PARTS: tuple[tuple[Role, Role], ...] = (
    ("train_images", "train_labels"),
    ("test_images", "test_labels"),
)


@dataclass(frozen=True)
class ArrayHeader:
    """Shape and type of an array in a file; ``label`` is how messages name it."""

    label: str
    shape: tuple[int, ...]
    dtype: np.dtype


def check_headers(headers: Mapping[Role, ArrayHeader]) -> DataSize:
    """The size of a data set, from the headers of its arrays.

    Raises
    ------
    DataError
        Types or shapes are unusable or do not fit together; the message lists all faults.
    """
    faults = [*_find_type_faults(headers), *_find_shape_faults(headers)]
    if faults:
        raise DataError("; ".join(faults))
    n_train, height, width = headers["train_images"].shape
    return DataSize(n_train, headers["test_images"].shape[0], (height, width))


def _find_type_faults(headers: Mapping[Role, ArrayHeader]) -> Iterator[str]:
    for role, header in headers.items():
        dtype = header.dtype
        if dtype.hasobject:
            yield (
                f"{header.label}: found Python objects, which are not read, since reading them can "
                "run code; save an array of numbers"
            )
        elif role.endswith("images") and not (dtype == np.uint8 or dtype.kind == "f"):
            yield (
                f"{header.label}: found pixels of type {dtype}; allowed: uint8, 0 to 255, or "
                "floating-point numbers, 0 to 1"
            )
        elif role.endswith("labels") and dtype.kind not in "iu":
            yield f"{header.label}: found labels of type {dtype}; allowed: whole numbers"


def _find_shape_faults(headers: Mapping[Role, ArrayHeader]) -> Iterator[str]:
    well_formed = True
    for role, n_dimensions, words in _FORMS:
        header = headers[role]
        if len(header.shape) != n_dimensions:
            well_formed = False
            yield (
                f"{header.label}: {len(header.shape)} dimensions, expected {n_dimensions}{words}"
            )
        elif 0 in header.shape:
            well_formed = False
            yield f"{header.label}: shape {header.shape}, which is empty"
    if not well_formed:
        return
    for role_of_images, role_of_labels in _PARTS:
        images, labels = headers[role_of_images], headers[role_of_labels]
        if images.shape[0] != labels.shape[0]:
            yield (
                f"{images.label} has {images.shape[0]} images, {labels.label} has "
                f"{labels.shape[0]} labels"
            )
    train, test = headers["train_images"], headers["test_images"]
    if train.shape[1:] != test.shape[1:]:
        yield (
            f"{train.label} has images of {_in_words(train.shape[1:])} pixels, test images in "
            f"{test.label} have {_in_words(test.shape[1:])}"
        )


def _in_words(shape: tuple[int, ...]) -> str:
    return " × ".join(map(str, shape))
