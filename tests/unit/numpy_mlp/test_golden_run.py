"""The first epochs of article A's run, on all training images of MNIST."""

import numpy as np
import pytest
from sklearn.preprocessing import StandardScaler

from mlplab.numpy_mlp import NumpyMLPClassifier, Plan

# After epoch 4 with seed 0, from step 0 of the optimisation ladder in float64 with the same start
# weights and permutations. Four plans of this trainer, in float32, differed by less than 4e-8.
GOLDEN = {
    "train_accuracy": 0.9267166666666666,
    "total_cost": 30568.82615438315,
    "regularization_share": 9.626271440337572e-05,
    "learning_rate": 0.0009999940000250001,
    "mean_abs_weight_L0": 0.04371876737560161,
    "mean_abs_weight_L1": 0.23190740168063773,
    "mean_abs_weight_L2": 0.7830675256305844,
}


@pytest.fixture(scope="module")
def standardised(mnist):
    return StandardScaler().fit_transform(mnist.x_train.astype(np.float32)), mnist.y_train


@pytest.mark.usefixtures("engine")
@pytest.mark.parametrize("plan", [None, Plan(1, 1, 500), Plan(2, 1, 125)])
def test_four_epochs_of_article_a_end_with_known_values(standardised, plan):
    network = NumpyMLPClassifier(epochs=4, random_state=0, plan=plan).fit(*standardised)
    found = network.history_.iloc[-1]
    # Three of 60,000 images may change sides; a factor of 250 is left for other BLAS libraries.
    assert found["train_accuracy"] == pytest.approx(GOLDEN["train_accuracy"], abs=5e-5)
    for column in GOLDEN.keys() - {"train_accuracy"}:
        assert found[column] == pytest.approx(GOLDEN[column], rel=1e-5), column
