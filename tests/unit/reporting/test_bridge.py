"""What each difference between NumPy and Keras changes: table and figure."""

import pandas as pd
import pytest

from mlplab.reporting.figures.bridge import plot_bridge
from mlplab.reporting.tables.bridge import BRIDGE, find_cause, tabulate_bridge
from mlplab.training.differences import DIFFERENCES, list_stops, trained_stops

ORDER = tuple(DIFFERENCES)
# Keras' L2 costs 0.15 everywhere, a mean over the batch 0.6 with gradient descent alone.
L2, MEAN = 0.15, 0.6


def accuracy(crossed, seed):
    lost = L2 * ("l2" in crossed) + MEAN * ("mean" in crossed and "optimizer" not in crossed)
    return 0.96 - lost + 0.001 * seed * ("l2" in crossed)


def trainings(seeds=(0, 1, 2), cost=accuracy):
    return pd.DataFrame(
        {
            "direction": stop.direction,
            "step": stop.step,
            "seed": seed,
            "epochs": 35,
            "train_accuracy": 0.9,
            "test_accuracy": cost(stop.keras, seed),
            "wall_seconds": 0.3,
            "cpu_seconds": 0.25,
        }
        for stop in trained_stops(ORDER)
        for seed in seeds
    )


@pytest.fixture
def bridge():
    return tabulate_bridge(trainings(), ORDER)


def test_a_row_per_step_of_either_direction(bridge):
    assert [*bridge.columns] == [*BRIDGE.columns]
    assert [f"{d}-{s}" for d, s in zip(bridge["direction"], bridge["step"], strict=True)] == [
        stop.name for stop in list_stops(ORDER)
    ]
    assert (bridge["cpu_seconds"] == 0.25).all()


def test_the_changes_of_either_direction_add_up_to_the_whole_gap(bridge):
    gap = bridge["test_accuracy"].iloc[7] - bridge["test_accuracy"].iloc[0]
    for _, rows in bridge.groupby("direction"):
        assert rows["change"].sum() == pytest.approx(gap)
        assert rows["difference"].dropna().tolist() == [*ORDER]


def test_the_cause_is_what_costs_accuracy_on_both_ways(bridge):
    # Backwards, the mean costs more, but forwards nothing.
    backwards = bridge[bridge["direction"] == "backwards"].set_index("difference")["change"]
    assert backwards["mean"] == pytest.approx(-MEAN)
    cause = find_cause(bridge)
    assert set(cause["difference"]) == {"l2"}
    assert cause["change"].tolist() == pytest.approx([-0.149, -0.149])
    assert cause.loc["forwards", "change_ci_low"] < -0.149 < cause.loc["forwards", "change_ci_high"]


def test_what_lowers_no_accuracy_is_no_cause():
    better = trainings(cost=lambda crossed, seed: 0.9 + 0.01 * len(crossed))
    table = tabulate_bridge(better, ORDER)
    assert find_cause(table) is None


def test_what_may_lower_no_accuracy_is_no_cause(bridge):
    uncertain = bridge["difference"] == "l2"
    ends = bridge["change_ci_high"].mask(uncertain & (bridge["direction"] == "backwards"), 0.01)
    assert find_cause(bridge.assign(change_ci_high=ends)) is None


def test_one_seed_has_no_interval():
    table = tabulate_bridge(trainings(seeds=(0,)), ORDER)
    assert table[["ci_low", "change_ci_low", "p", "p_holm"]].isna().all(axis=None)


def test_the_bars_lead_from_one_end_to_the_other(bridge):
    figure = plot_bridge(bridge)
    for axis, ends in zip(figure.axes, ((0.96, 0.811), (0.811, 0.96)), strict=True):
        first, last, *steps = axis.patches
        assert (first.get_width(), last.get_width()) == pytest.approx(ends)
        assert sum(step.get_width() for step in steps) == pytest.approx(ends[1] - ends[0])
        assert len(axis.get_yticks()) == 9
