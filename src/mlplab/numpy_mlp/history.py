"""The row of an epoch in the history of a training."""

from __future__ import annotations

import numpy as np

from mlplab.numpy_mlp.parameters import Parameters
from mlplab.numpy_mlp.workspace import BatchStatistics


def measure_epoch(
    parameters: Parameters,
    total: BatchStatistics,
    rows: int,
    last: BatchStatistics,
    last_rows: int,
    *,
    l1: float,
    l2: float,
) -> dict[str, float]:
    """The columns of ``NumpyMLPClassifier.history_`` on accuracy, costs and weights.

    Parameters
    ----------
    total, rows : of all samples, and how many there are
    last, last_rows : of the last mini-batch, before its update
    l1, l2 : factors of the regularisation, which the costs include
    """
    regularization = parameters.regularization(l1, l2)
    cost, last_cost = total.cost + regularization, last.cost + regularization
    n_outputs = parameters.layer_sizes[-1]
    return {
        "train_accuracy": total.n_correct / rows,
        "total_cost": cost,
        "regularization_share": regularization / cost if cost else 0.0,
        "last_batch_cost": last_cost,
        "last_batch_regularization_share": regularization / last_cost if last_cost else 0.0,
        "last_batch_error": last.absolute_error / (last_rows * n_outputs),
    } | {
        f"mean_abs_weight_L{layer}": float(np.abs(weights).mean(dtype=np.float64))
        for layer, weights in enumerate(parameters.weights)
    }
