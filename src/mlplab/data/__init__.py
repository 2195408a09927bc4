"""The data sets: a registry of files, verified downloads, and the IDX format."""

from mlplab.data.dataset import Dataset, load_dataset
from mlplab.data.errors import DataError
from mlplab.data.fetch import fetch_dataset
from mlplab.data.idx import load_idx

__all__ = ["DataError", "Dataset", "fetch_dataset", "load_dataset", "load_idx"]
