"""Samples that are kept out of a training."""

import numpy as np
import pytest

from mlplab.training import Samples, hold_out

X = np.arange(12, dtype=np.float32).reshape(6, 2)


def samples(labels):
    return Samples(X, np.array(labels), X[:2], np.array([0, 1]))


def test_the_last_samples_are_kept_out():
    kept, x, y = hold_out(samples([0, 1, 0, 1, 0, 1]), 2)
    assert kept.x_train.tolist() == X[:4].tolist()
    assert kept.x_test.tolist() == X[:2].tolist()
    assert (x.tolist(), y.tolist()) == (X[4:].tolist(), [0, 1])


@pytest.mark.parametrize("n", [-1, 6])
def test_some_samples_have_to_be_left(n):
    with pytest.raises(ValueError, match=f"n_validation: found {n}; allowed: 0 to 5"):
        hold_out(samples([0, 1, 0, 1, 0, 1]), n)


def test_a_class_may_not_be_among_those_kept_out_alone():
    with pytest.raises(ValueError, match=r"the last 2 .* classes number \[2\], .* mix the images"):
        hold_out(samples([0, 0, 1, 1, 2, 2]), 2)
