"""Which networks learned nothing, and what a reader of their times is told."""

import numpy as np
import pandas as pd
import pytest

from mlplab.reporting.study.chance import Chance, Learning
from mlplab.reporting.study.content import Tables
from mlplab.reporting.tables.confusion import build_confusion


def confusion():
    """Two seeds on 100 test images of two classes, 30 of the first; in two experiments."""
    one = {"label": [0, 0, 1, 1], "predicted": [0, 1, 0, 1], "images": [50, 10, 20, 120]}
    table = pd.DataFrame({"input_space": "pixels", "l2_factor": 1.0, "seeds": 2, **one})
    return pd.concat([table.assign(experiment=name) for name in ("article_a", "other")])


def test_learning_nothing_is_told_of_accuracies_up_to_the_interval_of_the_commonest_class():
    chance = Chance.of(confusion())
    assert chance.share == 0.7
    assert chance.limit == 0.79
    assert [chance.covers(accuracy) for accuracy in (0.1, 0.79, 0.8)] == [True, True, False]
    assert not Chance.of(confusion().iloc[:0]).covers(0.0)


def test_the_commonest_class_is_that_of_the_test_images_of_a_run(tmp_path):
    y_test = np.repeat([0, 1, 2], [200, 500, 300])
    trainings = [
        {"experiment": name, "space": "pixels-standard", "l2_factor": 1.0, "seed": seed}
        for name, seed in (("article_a", 0), ("article_a", 1), ("other", 0))
    ]
    paths = [str(tmp_path / f"{number}.npy") for number in range(3)]
    for path in paths:
        np.save(path, np.zeros(1000, dtype=int))
    chance = Chance.of(build_confusion(paths, trainings, y_test, np.array([3, 5, 300])))
    assert chance.share == 0.5
    # 0.5 ± 1.96 · √(0.5 · 0.5 / 1000), to the next image.
    assert chance.limit == pytest.approx(0.531, abs=0.0011)


def final_accuracies(numpy=(0.97, 0.96), keras=(0.88, 0.78)):
    return pd.DataFrame(
        {
            "experiment": ["article_a", "article_a", "batch_sizes", "batch_sizes"],
            "framework": ["numpy", "numpy", "keras", "keras"],
            "input_space": ["pixels"] * 4,
            "batch_size": [500, 500, 100, 2000],
            "test_accuracy": [*numpy, *keras],
        }
    )


@pytest.mark.parametrize(
    ("accuracies", "who"),
    [
        # Of Keras, the batch size nearest to the usual one counts.
        ({"keras": (0.7, 0.9)}, "article A's reference model in Keras"),
        ({"numpy": (0.7, 0.1)}, "article A's network in NumPy"),
        (
            {"keras": (0.7, 0.9), "numpy": (0.7, 0.1)},
            "article A's network in NumPy and article A's reference model in Keras",
        ),
    ],
)
def test_times_of_networks_that_learned_nothing_are_times_alone(accuracies, who):
    tables = {"confusion": confusion(), "final_accuracies": final_accuracies(**accuracies)}
    assert Learning.of(Tables(tables)).warning == (
        f"These are times alone: in this run, {who} learned nothing that shows on test images; "
        "always naming the commonest class reaches 70.00 %, by chance up to 79.00 % of 100 images."
    )


def test_of_networks_that_learned_nothing_is_said():
    learned = {"confusion": confusion(), "final_accuracies": final_accuracies()}
    one_seed_failed = learned | {"final_accuracies": final_accuracies(numpy=(0.97, 0.1))}
    for tables in (learned, one_seed_failed, {}, {"final_accuracies": final_accuracies()}):
        assert Learning.of(Tables(tables)).warning == ""
