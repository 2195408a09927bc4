"""Batches of a memory map for Keras, which would copy all of it.

This module imports Keras, so only functions import it.
"""

from __future__ import annotations

import keras
import numpy as np


class BatchReader(keras.utils.PyDataset):
    """Reads the batches of samples one by one.

    Parameters
    ----------
    x : features (n, n_features)
    y : labels 0 … n_classes − 1, shape (n,)
    n_classes : number of outputs
    batch_size : samples of a batch, the last one of which may have fewer
    shuffle : draw the batches of every epoch from a new permutation, with Keras' generator
    """

    def __init__(
        self, x: np.ndarray, y: np.ndarray, n_classes: int, batch_size: int, *, shuffle: bool
    ) -> None:
        super().__init__()
        self._x, self._y = x, y
        self._n_classes, self._batch_size, self._shuffle = n_classes, batch_size, shuffle
        self._order = np.arange(len(x))
        self.on_epoch_end()

    def __len__(self) -> int:
        return -(-len(self._x) // self._batch_size)

    def __getitem__(self, index: int) -> tuple[np.ndarray, np.ndarray]:
        """Features (batch, n_features) float32 and targets (batch, n_classes) of a batch."""
        rows = self._order[index * self._batch_size : (index + 1) * self._batch_size]
        features = np.asarray(self._x[rows], np.float32)
        return features, keras.utils.to_categorical(self._y[rows], self._n_classes)

    def on_epoch_end(self) -> None:
        """Draw the order of the next epoch."""
        if self._shuffle:
            self._order = keras.ops.convert_to_numpy(keras.random.shuffle(self._order))
