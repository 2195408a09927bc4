"""Sparse samples, made dense a slice at a time."""

from __future__ import annotations

from typing import Literal

import numpy as np
from scipy.sparse import csr_array, csr_matrix


class SparseRows:
    """The rows of a CSR matrix (n, n_features), read like those of an array.

    Each slice is dense when it is read, so the same products run as for a dense array, and the
    results are the same to the byte. The whole matrix is never dense.
    """

    def __init__(self, matrix: csr_array | csr_matrix) -> None:
        self.matrix = matrix
        self.dtype: np.dtype = matrix.dtype

    def __len__(self) -> int:
        return int(self.matrix.shape[0])

    def __getitem__(self, rows: slice) -> np.ndarray:
        dense: np.ndarray = self.matrix[rows].toarray()
        return dense

    def take(
        self, rows: np.ndarray, axis: Literal[0], out: np.ndarray, mode: Literal["clip"]
    ) -> np.ndarray:
        """Write the rows of the given numbers to ``out``; the signature is that of an array."""
        self.matrix[rows].toarray(out=out)
        return out


Rows = np.ndarray | SparseRows
