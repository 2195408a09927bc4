"""Styles that figures and the study page share."""

import numpy as np
import pytest
from matplotlib.colors import to_rgb

from mlplab.benchmark.registry import VARIANTS
from mlplab.reporting.styles import FRAMEWORK_STYLES, space_color


@pytest.mark.parametrize("framework", ["numpy", "keras"])
def test_a_framework_looks_in_all_figures_as_its_variant_declares(framework):
    variant = VARIANTS[framework]
    assert FRAMEWORK_STYLES[framework] == {
        key: getattr(variant, key) for key in FRAMEWORK_STYLES["numpy"]
    }


def test_input_spaces_keep_their_colour_and_differ_in_grey():
    spaces = ["pixels", "clusters-40", "clusters-70", "clusters-90"]
    assert space_color("pixels-standard") == space_color("pixels")
    assert space_color("clusters-70-whitened") == space_color("clusters-70")
    grey = [np.dot(to_rgb(space_color(space)), [0.299, 0.587, 0.114]) for space in spaces]
    gaps = np.diff(sorted(grey))
    assert gaps.min() > 0.08
    kinds = ("pca-70", "projection-70", "images-70", "clusters-auto")
    assert len({space_color(space) for space in (*spaces, *kinds)}) == 8
