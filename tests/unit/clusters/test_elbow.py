import numpy as np
import pytest

from mlplab.clusters.elbow import find_elbow


def test_the_elbow_is_where_the_curve_bends():
    assert find_elbow([1, 2, 3, 4, 5, 6], [100, 60, 20, 18, 16, 14]) == 3
    assert find_elbow([6, 5, 4, 3, 2, 1], [14, 16, 18, 20, 60, 100]) == 3


def test_a_straight_line_has_no_elbow():
    assert find_elbow([1, 2, 3, 4], [4, 3, 2, 1]) is None


def test_a_flatter_run_is_asked_for_after_the_bend_with_a_larger_sensitivity():
    ks, inertias = range(1, 11), [100, 60, 40, 30, 24, 20, 17, 15, 13.5, 12.5]
    assert find_elbow(ks, inertias, sensitivity=1) == 4
    assert find_elbow(ks, inertias, sensitivity=50) is None


@pytest.mark.parametrize(
    ("change", "fault"),
    [
        ({"inertias": [3, np.nan, 1]}, "inertias holds 1 NaN or infinite values"),
        ({"ks": [1, 2, 2]}, r"ks is \[1, 2, 2\]; allowed: each K once"),
        ({"sensitivity": -1}, "sensitivity is -1; allowed: 0 or more"),
    ],
)
def test_what_is_no_curve_is_told(change, fault):
    arguments = {"ks": [1, 2, 3], "inertias": [3, 2, 1]} | change
    with pytest.raises(ValueError, match=fault):
        find_elbow(**arguments)


@pytest.mark.parametrize(("ks", "inertias"), [([1, 2], [2, 1]), ([1, 2, 3], [1, 2])])
def test_an_elbow_needs_three_points(ks, inertias):
    with pytest.raises(ValueError, match="3 or more are needed"):
        find_elbow(ks, inertias)
