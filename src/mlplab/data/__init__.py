"""The data sets: a registry of files, verified downloads, and files of your own."""

from typing import Any

__all__ = [
    "DataError",
    "Dataset",
    "encode_labels",
    "fetch_dataset",
    "load_dataset",
    "load_files",
    "load_idx",
]


def __getattr__(name: str) -> Any:
    """Import a public name when it is first used, so that no stage imports what another needs."""
    match name:
        case "DataError":
            from mlplab.data.errors import DataError

            return DataError
        case "Dataset":
            from mlplab.data.dataset import Dataset

            return Dataset
        case "encode_labels":
            from mlplab.data.dataset import encode_labels

            return encode_labels
        case "load_dataset":
            from mlplab.data.dataset import load_dataset

            return load_dataset
        case "load_files":
            from mlplab.data.dataset import load_files

            return load_files
        case "fetch_dataset":
            from mlplab.data.download import fetch_dataset

            return fetch_dataset
        case "load_idx":
            from mlplab.data.idx import load_idx

            return load_idx
        case _:
            raise AttributeError(f"module {__name__!r} has no attribute {name!r}")
