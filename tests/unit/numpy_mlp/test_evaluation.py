"""Predictions without training."""

import numpy as np
import pytest

from mlplab.numpy_mlp.evaluation import fold_sigmoids, predict_logits
from mlplab.numpy_mlp.parameters import draw_parameters
from mlplab.numpy_mlp.workspace import sigmoid


@pytest.mark.parametrize("sizes", [[6, 3], [6, 5, 3], [6, 5, 4, 3]])
@pytest.mark.parametrize(("dtype", "tolerance"), [("float32", 1e-5), ("float64", 1e-13)])
def test_folded_sigmoids_change_no_logit(random, sizes, dtype, tolerance):
    parameters = draw_parameters(sizes, dtype, np.random.RandomState(0))
    before = parameters.vector.copy()
    x = random.normal(scale=5, size=(1200, 6)).astype(dtype)
    expected = x
    for layer, (weights, biases) in enumerate(
        zip(parameters.weights, parameters.biases, strict=True)
    ):
        below = sigmoid(expected, np.empty_like(expected)) if layer else x
        expected = below @ weights + biases
    np.testing.assert_allclose(predict_logits(parameters, x, 2), expected, atol=tolerance, rtol=0)
    assert np.array_equal(parameters.vector, before)
    assert fold_sigmoids(parameters).vector.dtype == dtype
