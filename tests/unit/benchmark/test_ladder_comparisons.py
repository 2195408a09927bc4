"""Steps of the ladder over batch sizes and input spaces."""

import dataclasses
import itertools
import time

import numpy as np
import pandas as pd
import pytest

from mlplab.benchmark.interleaved import Schedule
from mlplab.benchmark.ladder import batch_sizes, input_spaces
from mlplab.benchmark.ladder.batch_sizes import (
    LADDER_BATCH_SIZES,
    measure_ladder_batch_sizes,
    tabulate_batch_sizes,
)
from mlplab.benchmark.ladder.input_spaces import LADDER_INPUT_SPACES, measure_ladder_input_spaces
from mlplab.benchmark.ladder.steps import ShorterBackward
from mlplab.benchmark.problem import Problem
from mlplab.machine.watch import QuietWatch


def problem(n_features=6, batch_size=40):
    x = np.random.default_rng(0).standard_normal((120, n_features), dtype=np.float32)
    labels = np.arange(120, dtype=np.uint8) % 3
    test = x[:60], labels[:60]
    return Problem.from_labels(x, labels, batch_size=batch_size, n_threads=1, test=test)


def test_a_disturbed_measurement_is_repeated_and_the_last_one_counts(monkeypatch):
    monkeypatch.setattr(QuietWatch, "disturbed", True)
    table = measure_ladder_batch_sizes(problem(), [20], Schedule(rounds=1, retries=2))
    assert len(table) == 4
    assert table["disturbed"].all()


def test_every_step_is_measured_with_every_batch_size():
    table = measure_ladder_batch_sizes(problem(), [20, 60], Schedule(rounds=2))
    assert table.columns.tolist() == [*LADDER_BATCH_SIZES.columns]
    assert table["batch_size"].tolist() == [20, 60] * 8
    assert table["name"].unique()[-1] == "Keras"
    assert table["step"].dropna().unique().tolist() == [2, 3, 4]
    assert (table["seconds"] > 0).all()


class _Turns:
    """A clock that keeps what each turn reports."""

    def __init__(self):
        self.parts = []

    def start(self):
        pass

    def stop(self, parts):
        self.parts.append(parts)


def test_of_two_epochs_with_a_batch_size_the_second_is_timed(monkeypatch):
    sleeps = {20: itertools.cycle([0.2, 0.01]), 60: itertools.cycle([0.2, 0.02])}
    monkeypatch.setattr(
        ShorterBackward,
        "train_epoch",
        lambda network, order, batch_size: time.sleep(next(sleeps[batch_size])),
    )
    clock, one_turn = _Turns(), dataclasses.replace(problem(), epochs=1)
    batch_sizes._train_step(ShorterBackward, (20, 60), one_turn, clock)
    (parts,) = clock.parts
    assert set(parts) == {"batch_20", "batch_60"}
    assert all(0.01 <= seconds < 0.2 for seconds in parts.values())


def test_a_turn_of_all_batch_sizes_becomes_a_row_for_each():
    rounds = pd.DataFrame(
        {
            "variant": ["Keras", "shorter backward pass"],
            "n_threads": 2,
            "round": 1,
            "batch_500_seconds": [3.0, 1.0],
            "batch_1000_seconds": [4.0, 2.0],
            "foreign_cpu_share": 0.0,
            "stolen_cpu_share": 0.0,
            "disturbed": [False, True],
        }
    )
    table = tabulate_batch_sizes(rounds, [500, 1000])
    assert table["seconds"].tolist() == [1.0, 2.0, 3.0, 4.0]
    assert table["disturbed"].tolist() == [True, True, False, False]


def test_input_spaces_are_measured_with_the_articles_step_and_our_engines():
    table = measure_ladder_input_spaces(
        {("all", "pixels"): problem(), ("few", "clusters-4"): problem(4, batch_size=30)},
        Schedule(rounds=2),
    )
    assert table.columns.tolist() == [*LADDER_INPUT_SPACES.columns]
    assert len(table) == 2 * 3 * 2
    widths = table.groupby("input_space")["n_features"].unique().str[0].to_dict()
    assert widths == {"pixels": 6, "clusters-4": 4}
    assert table.groupby("experiment")["batch_size"].unique().str[0].to_dict() == {
        "all": 40,
        "few": 30,
    }
    assert (table["epoch_seconds"] > table["batches_seconds"]).all()
    assert table["backward_L0_seconds"].isna().tolist() == (table["step"] > 0).tolist()


@pytest.mark.parametrize(
    ("module", "measure"),
    [
        (batch_sizes, lambda: measure_ladder_batch_sizes(problem(), [20], Schedule(rounds=1))),
        (
            input_spaces,
            lambda: measure_ladder_input_spaces({("all", "pixels"): problem()}, Schedule(rounds=1)),
        ),
    ],
    ids=["batch sizes", "input spaces"],
)
def test_a_comparison_without_one_of_its_steps_is_refused(module, measure, monkeypatch):
    absent = {"float64|pixels": "gone"}
    monkeypatch.setattr(module, "measure_rounds", lambda *_: (pd.DataFrame(), absent))
    with pytest.raises(RuntimeError, match=r"missing: float64\|pixels: gone"):
        measure()
