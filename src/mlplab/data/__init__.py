"""The data sets: a registry of files, verified downloads, and files of the user's own."""

from mlplab.data.dataset import Dataset, encode_labels, load_dataset, load_files
from mlplab.data.errors import DataError
from mlplab.data.fetch import fetch_dataset
from mlplab.data.idx import load_idx

__all__ = [
    "DataError",
    "Dataset",
    "encode_labels",
    "fetch_dataset",
    "load_dataset",
    "load_files",
    "load_idx",
]
