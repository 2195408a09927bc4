"""The published log of Keras against trainings of several seeds."""

import matplotlib.pyplot as plt
import numpy as np
import pandas as pd
import pytest

from mlplab.reporting.figures.keras_log import plot_keras_log
from mlplab.reporting.tables.keras_log import (
    KERAS_LOG,
    KERAS_LOG_PASSES,
    KERAS_LOG_SUMMARY,
    compare_log,
    find_passes,
    summarize_log,
)
from mlplab.runtime.files import read_table
from tests.conftest import ROOT


def curves(accuracies, cost=10.0):
    """A row per seed and epoch, from accuracies (seeds, epochs)."""
    return pd.DataFrame(
        [
            {"seed": seed, "epoch": epoch, "train_accuracy": value, "total_cost": cost}
            for seed, curve in enumerate(accuracies)
            for epoch, value in enumerate(curve, start=1)
        ]
    )


def published(accuracies, loss=1.0):
    epochs = range(1, len(accuracies) + 1)
    return pd.DataFrame({"epoch": epochs, "loss": loss, "accuracy": accuracies})


def test_the_published_curve_is_inside_where_the_band_holds_it():
    history = curves([[0.1, 0.5], [0.2, 0.5], [0.3, 0.5]])
    log = compare_log(history, published([0.25, 0.6]), 10)
    assert log.columns.tolist() == [*KERAS_LOG.columns]
    accuracy = log[log["measure"] == "accuracy"].set_index("epoch")
    assert accuracy["inside"].tolist() == [True, False]
    assert accuracy["mean"].tolist() == pytest.approx([0.2, 0.5])
    # Student's t with 2 degrees of freedom for 0.05 / 2 / 2 on either side: 6.2053.
    half = 6.2053 * 0.1 * np.sqrt(4 / 3)
    assert accuracy.loc[1, "band_high"] - 0.2 == pytest.approx(half, rel=1e-4)
    assert log.loc[log["measure"] == "loss", "mean"].tolist() == [1.0, 1.0]
    summary = summarize_log(log).set_index("measure")
    assert [*summary.reset_index().columns] == [*KERAS_LOG_SUMMARY.columns]
    found = summary.loc["accuracy", ["epochs", "inside", "first_outside", "last_outside"]]
    assert found.tolist() == [2, 1, 2, 2]
    assert summary.loc["loss", "inside"] == 2
    assert pd.isna(summary.loc["loss", "first_outside"])


def test_the_band_holds_the_whole_curve_of_one_more_run():
    random = np.random.default_rng(0)
    held = 0
    for _ in range(400):
        runs = random.normal(0.5, 0.02, (11, 12))
        log = compare_log(curves(runs[:10]), published(runs[10]), 10)
        held += bool(log.loc[log["measure"] == "accuracy", "inside"].all())
    assert 0.93 <= held / 400 <= 0.98


@pytest.mark.parametrize("seeds", [1, 3])
def test_without_a_published_log_or_with_one_seed_nothing_is_compared(seeds):
    history = curves([[0.1, 0.2]] * seeds)
    printed = published([0.1, 0.2]) if seeds == 1 else published([])
    log = compare_log(history, printed, 10)
    assert log["inside"].isna().all()
    assert summarize_log(log)["epochs"].tolist() == [0, 0]


def test_the_epoch_of_each_accuracy_is_found_for_each_seed():
    passes = find_passes(curves([[0.4, 0.5, 0.8], [0.1, 0.2, 0.3]]))
    assert passes.columns.tolist() == [*KERAS_LOG_PASSES.columns]
    assert passes["accuracy"].tolist() == [0.5, 0.7] * 2
    assert passes["epoch"].tolist()[:2] == [2, 3]
    assert passes["epoch"].isna().tolist() == [False, False, True, True]


def test_the_published_log_is_the_one_that_the_claims_hold():
    log = read_table(ROOT / "config" / "published_keras_log.csv")
    assert log["epoch"].tolist() == list(range(1, 36))
    assert log.iloc[0].tolist() == [1, 2.67, 0.1939]
    assert log.iloc[-1].tolist() == [35, 1.1605, 0.7449]
    passes = find_passes(log.assign(seed=0, train_accuracy=log["accuracy"]))
    assert passes["epoch"].tolist() == [13, 24]


@pytest.mark.parametrize("seeds", [1, 3])
def test_the_figure_shows_the_band_and_what_was_published(seeds):
    printed = published([0.1, 0.2]) if seeds == 3 else published([])
    figure = plot_keras_log(compare_log(curves([[0.1, 0.2]] * seeds), printed, 10))
    labels = [text.get_text() for text in figure.axes[1].get_legend().get_texts()]
    assert labels == (
        ["one more run, 95 %", "mean of 3 seeds", "published"] if seeds == 3 else ["one seed"]
    )
    plt.close(figure)
