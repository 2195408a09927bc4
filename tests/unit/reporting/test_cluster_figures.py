"""What the figures on clusters say in words, and which images they refuse."""

import numpy as np
import pandas as pd
import pytest

from mlplab.clusters.choice import choose_k
from mlplab.reporting.figures.cluster_cost import plot_cluster_cost
from mlplab.reporting.figures.cluster_sweep import plot_cluster_sweep
from mlplab.reporting.figures.clusters import (
    plot_ambiguous_images,
    plot_cluster_centers,
    plot_silhouette_samples,
)
from mlplab.reporting.figures.training_run import plot_confusion


@pytest.mark.parametrize(
    ("inertias", "sensitivities", "said"),
    [
        ([6, 5, 4, 3, 2, 1], [1], "no elbow found"),
        ([100, 60, 20, 18, 16, 14], [1], "; elbow: 30 to 30"),
        ([100, 60, 20, 18, 16, 14], [1, 1000], "no clear elbow: 30 to 30"),
    ],
)
def test_the_sweep_says_whether_there_is_an_elbow(inertias, sensitivities, said):
    sweep = pd.DataFrame(
        {
            "k": [10, 20, 30, 40, 50, 60],
            "seed": 0,
            "inertia": inertias,
            "silhouette": [0.3, 0.2, 0.1, 0.2, 0.1, 0.1],
            "cpu_seconds": 1.0,
        }
    )
    choices = choose_k(sweep, sensitivities=sensitivities, trim=0)
    axes = plot_cluster_sweep(sweep, choices).axes
    assert said in axes[1].get_title(loc="left")
    assert f"chosen: K = {choices['k'].iloc[-1]}" in axes[2].get_title(loc="left")


def test_every_setting_of_k_means_is_named_with_its_starts_and_batches():
    cost = pd.DataFrame(
        {
            "setting": ["small", "small", "full"],
            "algorithm": ["minibatch", "minibatch", "lloyd"],
            "n_init": [3, 3, 1],
            "batch_size": pd.array([500, 500, None], "Int64"),
            "k": 70,
            "cpu_seconds": [1.0, 2.0, 9.0],
            "relative_inertia": [1.02, 1.01, 1.0],
        }
    )
    axes = plot_cluster_cost(cost).axes
    assert [text.get_text() for text in axes[0].get_yticklabels()] == [
        "small: 3 starts, batch 500",
        "full: 1 start",
    ]
    drawn = [line.get_xdata().tolist() for line in axes[1].lines]
    assert drawn == [pytest.approx([2, 1]), [0]]


def test_images_that_were_left_out_are_not_drawn_among_the_silhouettes():
    clusters = pd.DataFrame(
        {"cluster": [0, 1], "size": [2, 2], "class": [7, 4], "silhouette": [0.1, 0.4]}
    )
    values = np.array([0.1, np.nan, 0.3, 0.5])
    axis = plot_silhouette_samples(values, np.array([0, 0, 1, 1]), clusters).axes[0]
    assert [text.get_text() for text in axis.get_yticklabels()] == ["2 × 7", "2 × 4"]
    assert axis.texts[0].get_text().strip() == "mean 0.300"


def test_an_ambiguous_image_stands_left_of_the_two_centres_it_is_between():
    images, centers = np.arange(60.0).reshape(6, 10), np.arange(100.0, 130).reshape(3, 10)
    ambiguous = pd.DataFrame(
        {
            "cluster": [0, 2, 1, 1, 1, 1],
            "second_cluster": [1, 0, 2, 2, 2, 2],
            "class": [7, 4, 0, 0, 0, 0],
            "margin": [0.0012, 0.5, 0.5, 0.5, 0.5, 0.5],
        }
    )
    axes = plot_ambiguous_images(images, centers, ambiguous, (2, 5)).axes
    assert len(axes) == 2 * 15  # five images in a row, and one in the next
    shown = [axis.images[0].get_array().ravel().tolist() for axis in axes if axis.images]
    assert len(shown) == 6 * 3
    assert shown[:6] == [
        *(row.tolist() for row in (images[0], centers[0], centers[1])),
        *(row.tolist() for row in (images[1], centers[2], centers[0])),
    ]
    assert [axis.get_title(loc="left") for axis in axes[:3]] == ["class 7", "margin 1.2e-03", ""]
    assert [image.cmap.name for axis in axes[:3] for image in axis.images] == [
        "gray_r", "gray_r", "gray_r",
    ]  # fmt: skip


def test_images_are_drawn_in_their_shape():
    clusters = pd.DataFrame({"cluster": [0], "size": [2], "class": [7], "class_share": [1.0]})
    axis = plot_cluster_centers(np.arange(10.0)[None], clusters, (2, 5)).axes[0]
    assert axis.images[0].get_array().tolist() == [[0, 1, 2, 3, 4], [5, 6, 7, 8, 9]]


def test_confusions_of_a_class_without_test_images_are_drawn():
    confusion = pd.DataFrame(
        {"label": [3, 3, 8, 8], "predicted": [3, 8, 3, 8], "images": [4, 1, 0, 0],
         "share": [0.8, 0.2, np.nan, np.nan]}
    )  # fmt: skip
    shown = plot_confusion(confusion).axes[0]
    assert [text.get_text() for text in shown.texts] == ["4", "1"]
    assert shown.images[0].get_array().tolist() == [[0, 0.2], [0, 0]]
