"""A data set in memory."""

from __future__ import annotations

import os
import zlib
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, replace
from pathlib import Path
from typing import Any

import numpy as np

from mlplab.data.errors import DataError
from mlplab.data.folder import (
    ADVICE,
    describe_folder,
    describe_no_folder,
    find_content,
    find_file,
    verify_file,
)
from mlplab.data.headers import ArrayHeader, check_headers
from mlplab.data.idx import load_idx
from mlplab.data.npz import load_npz, read_npz_headers
from mlplab.data.registry import ROLES, DatasetSpec, Role

# The names under which MNIST was published, and which its successors took over.
STANDARD_NAMES = {
    "train_images": "train-images-idx3-ubyte",
    "train_labels": "train-labels-idx1-ubyte",
    "test_images": "t10k-images-idx3-ubyte",
    "test_labels": "t10k-labels-idx1-ubyte",
}

_WHITE = np.float32(255)
_SHUFFLE = "; mix the images, or use more (scale.n_train)"


@dataclass(frozen=True)
class Dataset:
    """Images as (n, height * width), labels as (n,) whole numbers, and (height, width).

    Pixels are 0 to 255: uint8, or float32 where a file of the user's own holds fractions.
    """

    x_train: np.ndarray
    y_train: np.ndarray
    x_test: np.ndarray
    y_test: np.ndarray
    image_shape: tuple[int, int]

    def first(self, n_train: int | None, n_test: int | None) -> Dataset:
        """The first images of both parts; None stands for all."""
        return replace(
            self,
            x_train=self.x_train[:n_train],
            y_train=self.y_train[:n_train],
            x_test=self.x_test[:n_test],
            y_test=self.y_test[:n_test],
        )


def load_dataset(directory: str | os.PathLike[str], spec: DatasetSpec | None = None) -> Dataset:
    """Load the four IDX files of a folder, each raw or gzip-compressed.

    Files are found by name, even if it is spelt slightly differently or they lie one folder down.
    With ``spec`` they are also found by content.

    Parameters
    ----------
    directory : folder with the files
    spec : names and hashes of the files; without it they need the standard names of MNIST, and
        only their format is checked

    Raises
    ------
    DataError
        A file is missing or damaged, or the files do not belong together.

    Examples
    --------
    >>> import tempfile
    >>> import numpy as np
    >>> from mlplab.data.dataset import STANDARD_NAMES
    >>> with tempfile.TemporaryDirectory() as folder:
    ...     for name in STANDARD_NAMES.values():  # two images of one pixel
    ...         shape = (2, 1, 1) if "images" in name else (2,)
    ...         head = bytes([0, 0, 8, len(shape)]) + np.array(shape, ">i4").tobytes()
    ...         _ = Path(folder, name).write_bytes(head + bytes([0, 1]))
    ...     load_dataset(folder).x_train.shape
    (2, 1)
    """
    directory = Path(directory)
    if not directory.is_dir():
        is_npz = directory.is_file() and directory.suffix == ".npz"
        remedy = f"; load an .npz file with load_files([{str(directory)!r}])" if is_npz else ""
        raise DataError(f"{directory}: {describe_no_folder(directory)}{remedy}")
    names = {role: spec.files[role].name if spec else STANDARD_NAMES[role] for role in ROLES}
    paths = []
    for role in ROLES:
        name = names[role]
        path = find_file(directory, name)
        if path is None and spec:
            path = find_content(directory, spec.files[role])
        if path is None:
            found = describe_folder(directory, names.values())
            raise DataError(f"{directory}: lacks {name}; {found}; fetch the files, or rename them")
        paths.append(path)
    return load_files(paths, spec)


def load_files(
    paths: Sequence[str | os.PathLike[str]],
    spec: DatasetSpec | Mapping[str, Any] | None = None,
) -> Dataset:
    """Load a data set from its files.

    Parameters
    ----------
    paths : one .npz file, or four IDX files in the order of ``ROLES``
    spec : the entry of the registry, to check IDX files against; also as a mapping

    Raises
    ------
    DataError
        There are not one or four paths, a file is missing or damaged, the arrays do not belong
        together, pixels are out of range, or a class occurs in the test part only.

    Examples
    --------
    >>> import tempfile
    >>> parts = {"x_train": np.zeros((3, 2, 2)), "y_train": [0, 1, 1]}
    >>> with tempfile.TemporaryDirectory() as folder:
    ...     np.savez(f"{folder}/my.npz", **parts, x_test=np.zeros((1, 2, 2)), y_test=[1])
    ...     images = load_files([f"{folder}/my.npz"])
    >>> images.x_train.shape, images.image_shape
    ((3, 4), (2, 2))
    """
    if isinstance(paths, str | os.PathLike):
        raise DataError(f"{paths}: found a path; allowed: a list of paths, [{str(paths)!r}]")
    if len(paths) not in (1, len(ROLES)):
        raise DataError(
            f"found {len(paths)} paths; allowed: one .npz file, or four IDX files: "
            f"{', '.join(ROLES)}"
        )
    if spec is not None:
        spec = DatasetSpec.model_validate(spec)
    if len(paths) == 1:
        headers, arrays = read_npz_headers(paths[0]), None
    else:
        arrays = _load_idx_files([Path(path) for path in paths], spec)
        headers = {
            role: ArrayHeader(str(path), arrays[role].shape, arrays[role].dtype)
            for role, path in zip(ROLES, paths, strict=True)
        }
    size = check_headers(headers)
    if spec is not None and size.image_shape != spec.image_shape:
        raise DataError(
            f"{paths[0]}: images of {size.image_shape} pixels; image_shape of the data set is "
            f"{spec.image_shape}"
        )
    if arrays is None:
        arrays = load_npz(paths[0])
    x_train, x_test = (
        _as_pixels(arrays[role], headers[role].label).reshape(len(arrays[role]), size.n_pixels)
        for role in ("train_images", "test_images")
    )
    encode_labels(arrays["train_labels"], arrays["test_labels"])
    return Dataset(x_train, arrays["train_labels"], x_test, arrays["test_labels"], size.image_shape)


def encode_labels(
    y_train: np.ndarray, y_test: np.ndarray
) -> tuple[np.ndarray, np.ndarray, np.ndarray]:
    """Encode the labels of both parts (n,) as 0, 1, … in the smallest unsigned type.

    Returns
    -------
    codes of both parts, and the sorted labels that the codes stand for, (n_classes,)

    Raises
    ------
    DataError
        There are fewer than two classes, or a class occurs in the test part only.

    Examples
    --------
    >>> train, test, classes = encode_labels(np.array([7, 3, 7]), np.array([3]))
    >>> train.tolist(), test.tolist(), classes.tolist()
    ([1, 0, 1], [0], [3, 7])
    """
    classes, codes = np.unique(y_train, return_inverse=True)
    if len(classes) < 2:
        raise DataError(
            f"all {len(y_train)} training images have the label {classes[0]}; at least two classes "
            f"are needed{_SHUFFLE}"
        )
    unknown = np.setdiff1d(y_test, classes)
    if len(unknown):
        some = ", ".join(map(str, unknown[:10])) + (", …" if len(unknown) > 10 else "")
        raise DataError(
            f"test images have the labels {some}, which none of the {len(y_train)} training images "
            f"has{_SHUFFLE}"
        )
    smallest = np.min_scalar_type(len(classes) - 1)
    return codes.astype(smallest), np.searchsorted(classes, y_test).astype(smallest), classes


def _load_idx_files(paths: Sequence[Path], spec: DatasetSpec | None) -> dict[Role, np.ndarray]:
    if spec is not None:
        files = spec.files
        for role, path in zip(ROLES, paths, strict=True):
            try:
                verify_file(path, files[role])
            except (OSError, EOFError, zlib.error) as error:
                raise DataError(f"{path}: cannot be read ({error}); {ADVICE}") from None
    return {role: load_idx(path) for role, path in zip(ROLES, paths, strict=True)}


def _as_pixels(images: np.ndarray, label: str) -> np.ndarray:
    """Images as they are if bytes; fractions 0 to 1 as float32, 0 to 255."""
    if images.dtype == np.uint8:
        return images
    if not np.isfinite(images).all():
        n = np.count_nonzero(~np.isfinite(images))
        raise DataError(f"{label}: found {n} pixels that are NaN or infinite; allowed: 0 to 1")
    if images.min() < 0 or images.max() > 1:
        raise DataError(
            f"{label}: found floating-point pixels from {images.min():g} to {images.max():g}; "
            "allowed: 0 to 1, or uint8, 0 to 255"
        )
    return images.astype(np.float32) * _WHITE
