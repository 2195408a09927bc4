"""A data set in memory."""

from __future__ import annotations

import hashlib
import os
import zlib
from dataclasses import dataclass
from pathlib import Path

import numpy as np

from mlplab.data.errors import DataError
from mlplab.data.idx import load_idx, open_unpacked
from mlplab.data.registry import ROLES, DatasetSpec, FileSpec

# The names under which MNIST was published, and which its successors took over.
STANDARD_NAMES = {
    "train_images": "train-images-idx3-ubyte",
    "train_labels": "train-labels-idx1-ubyte",
    "test_images": "t10k-images-idx3-ubyte",
    "test_labels": "t10k-labels-idx1-ubyte",
}


_ADVICE = "delete the file and fetch it again"


@dataclass(frozen=True)
class Dataset:
    """Images as (n, height * width) uint8, labels as (n,) uint8, and (height, width)."""

    x_train: np.ndarray
    y_train: np.ndarray
    x_test: np.ndarray
    y_test: np.ndarray
    image_shape: tuple[int, int]


def find_file(directory: Path, name: str) -> Path | None:
    """The file ``name`` or ``name.gz`` in a folder, whichever is there."""
    candidates = (directory / name, directory / f"{name}.gz")
    return next((path for path in candidates if path.is_file()), None)


def verify_file(path: Path, spec: FileSpec) -> None:
    """Raise DataError unless the unpacked content has the size and SHA-256 of ``spec``."""
    digest, n_bytes = hashlib.sha256(), 0
    with open_unpacked(path) as file:
        # One byte more than expected settles it; a file that unpacks to gigabytes is not read.
        while block := file.read(min(2**20, spec.bytes + 1 - n_bytes)):
            digest.update(block)
            n_bytes += len(block)
    if n_bytes != spec.bytes:
        found = f"{n_bytes} bytes" if n_bytes < spec.bytes else f"more than {spec.bytes} bytes"
        raise DataError(f"{path}: {found} unpacked, expected {spec.bytes}; {_ADVICE}")
    if digest.hexdigest() != spec.sha256:
        raise DataError(
            f"{path}: SHA-256 of the unpacked content is {digest.hexdigest()}, expected "
            f"{spec.sha256}; {_ADVICE}"
        )


def load_dataset(directory: str | os.PathLike[str], spec: DatasetSpec | None = None) -> Dataset:
    """Load the four IDX files of a folder, each raw or gzip-compressed.

    Parameters
    ----------
    directory : folder with the files
    spec : names and hashes; without it the files have the standard names of MNIST and only
        their form is checked

    Raises
    ------
    DataError
        A file is missing or damaged, or the files do not belong together.
    """
    directory = Path(directory)
    arrays: dict[str, np.ndarray] = {}
    paths: dict[str, Path] = {}
    for role in ROLES:
        name = spec.files[role].name if spec else STANDARD_NAMES[role]
        path = find_file(directory, name)
        if path is None:
            raise DataError(f"{directory}: neither {name} nor {name}.gz is there; fetch it")
        if spec:
            try:
                verify_file(path, spec.files[role])
            except (OSError, EOFError, zlib.error) as error:
                raise DataError(f"{path}: cannot be read ({error}); {_ADVICE}") from None
        arrays[role], paths[role] = load_idx(path), path
    for part in ("train", "test"):
        images, labels = arrays[f"{part}_images"], arrays[f"{part}_labels"]
        if images.ndim != 3:
            raise DataError(
                f"{paths[f'{part}_images']}: {images.ndim} dimensions, expected 3 "
                "(image, row, column)"
            )
        if labels.ndim != 1:
            raise DataError(f"{paths[f'{part}_labels']}: {labels.ndim} dimensions, expected 1")
        if len(images) != len(labels):
            raise DataError(
                f"{paths[f'{part}_images']} has {len(images)} images, "
                f"{paths[f'{part}_labels']} has {len(labels)} labels"
            )
    train, test = arrays["train_images"], arrays["test_images"]
    if train.shape[1:] != test.shape[1:]:
        raise DataError(
            f"{directory}: training images have {train.shape[1:]} pixels, test images "
            f"{test.shape[1:]}"
        )
    height, width = train.shape[1:]
    return Dataset(
        train.reshape(len(train), height * width),
        arrays["train_labels"],
        test.reshape(len(test), height * width),
        arrays["test_labels"],
        (height, width),
    )
