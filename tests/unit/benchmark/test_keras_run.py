import numpy as np
import pytest

from mlplab.benchmark.keras_run import KERAS_RUN, measure_keras_run, tabulate_run
from mlplab.benchmark.problem import Problem
from mlplab.machine.core_distance import CoreDistance


@pytest.fixture
def problem():
    x = np.random.default_rng(0).standard_normal((100, 5), dtype=np.float32)
    labels = np.arange(100, dtype=np.uint8) % 3
    return Problem.from_labels(x, labels, batch_size=25, n_threads=1, test=(x[:50], labels[:50]))


def test_the_time_of_35_epochs_follows_from_the_first_and_the_mean_of_the_others(problem):
    parts = {"first_epoch": 2.0, "next_epochs": 0.5, "evaluation": 0.1}
    row = tabulate_run(parts, problem, 6)
    assert row["first_epoch_microseconds"] == pytest.approx(20_000)
    assert row["epoch_microseconds"] == pytest.approx(1_000)
    assert row["evaluation_microseconds"] == pytest.approx(2_000)
    assert row["run_seconds"] == pytest.approx(2.0 + 34 * 0.1)


def test_each_process_calls_fit_and_evaluate_twice(problem):
    table = measure_keras_run(problem, epochs=2, processes=2)
    assert table.columns.tolist() == [*KERAS_RUN.columns]
    assert table[["process", "run"]].to_numpy().tolist() == [[1, 1], [1, 2], [2, 1], [2, 2]]
    times = [name for name in table if name.endswith(("microseconds", "run_seconds"))]
    assert (table[times] > 0).all().all()


def test_a_disturbed_process_is_followed_by_another_within_the_retries(problem, monkeypatch):
    monkeypatch.setattr(CoreDistance, "is_far", lambda *_: True)
    monkeypatch.setattr(CoreDistance, "bring_near", lambda *_: None)
    table = measure_keras_run(problem, epochs=2, processes=1, retries=1)
    assert table["process"].tolist() == [1, 1, 2, 2]
    assert table["disturbed"].all()
