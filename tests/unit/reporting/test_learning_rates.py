"""What a larger learning rate saves."""

import numpy as np
import pandas as pd
import pytest

from mlplab.reporting.tables.learning_rates import LEARNING_RATES, compare_learning_rates


def history(experiment, rate, rises_at, *, seeds=(0, 1)):
    """Trainings of 40 epochs that reach 0.9 + a tenth of the seed in an epoch."""
    return pd.concat(
        pd.DataFrame(
            {
                "experiment": experiment,
                "input_space": "pixels",
                "seed": seed,
                "epoch": np.arange(1, 41),
                "learning_rate": rate,
                "test_accuracy": np.where(np.arange(1, 41) < epoch, 0.5, 0.9 + seed / 100),
            }
        )
        for seed, epoch in zip(seeds, rises_at, strict=True)
    )


def test_the_share_of_epochs_that_is_saved_is_paired_over_seeds():
    rows = pd.concat([history("usual", 0.001, [20, 10]), history("faster", 0.002, [10, 6])])
    table = compare_learning_rates(rows, ["usual", "faster"])
    assert table.columns.tolist() == [*LEARNING_RATES.columns]
    usual, faster = (row for _, row in table.iterrows())
    assert usual[["learning_rate", "target_epochs", "seeds_reached"]].tolist() == [0.001, 15, 2]
    assert np.isnan(usual["saved"])
    assert usual["target"] == faster["target"] == pytest.approx(0.905)
    assert faster["saved"] == pytest.approx((0.5 + 0.4) / 2)
    assert faster["saved_ci_low"] < faster["saved"] < faster["saved_ci_high"]
    assert 0 < faster["p_holm"] < 0.1


def test_a_training_that_does_not_get_there_leaves_no_share():
    rows = pd.concat([history("usual", 0.001, [20, 10]), history("faster", 0.004, [10, 99])])
    faster = compare_learning_rates(rows, ["usual", "faster"]).iloc[1]
    assert faster["seeds_reached"] == 1
    assert faster["target_epochs"] == 10
    assert np.isnan(faster["saved"])


def test_one_seed_has_no_interval():
    rows = pd.concat([history("a", 0.1, [20], seeds=[3]), history("b", 0.2, [5], seeds=[3])])
    row = compare_learning_rates(rows, ["a", "b"]).iloc[1]
    assert row["saved"] == pytest.approx(0.75)
    assert np.isnan(row[["saved_ci_low", "p_holm"]].to_numpy(float)).all()
