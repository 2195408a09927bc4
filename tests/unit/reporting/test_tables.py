import platform
import subprocess
import sys
import time
from pathlib import Path

import numpy as np
import pandas as pd
import pytest

from mlplab.machine.record import machine_record
from mlplab.machine.watch import QuietWatch, share_of_others
from mlplab.reporting.tables import training as tables
from mlplab.runtime.files import save_table
from mlplab.stats.ratios import median_ratio


def history(framework, seconds, experiment="batch_sizes"):
    n = len(seconds)
    return pd.DataFrame(
        {
            "experiment": experiment,
            "framework": framework,
            "input_space": "pixels",
            "n_features": 784,
            "batch_size": 500,
            "seed": 0,
            "l2_factor": 1.0,
            "validation_accuracy": np.nan,
            "epoch": np.arange(1, n + 1),
            "train_accuracy": np.linspace(0.5, 0.9, n),
            "test_accuracy": np.linspace(0.4, 0.8, n),
            "total_cost": 1.0,
            "regularization_share": 0.1,
            "last_batch_cost": 1.0,
            "last_batch_regularization_share": 0.1,
            "last_batch_error": 0.1,
            "learning_rate": 0.001,
            "mean_abs_weight_L0": 0.1,
            "mean_abs_weight_L1": 0.2,
            "wall_seconds": seconds,
            "cpu_seconds": seconds,
            "n_threads": 2,
            "foreign_cpu_share": 0.0,
            "disturbed": False,
        }
    )


def test_histories_are_put_together_in_a_fixed_order(tmp_path):
    paths = [tmp_path / "b.csv", tmp_path / "a.csv"]
    save_table(paths[0], history("numpy", [3.0, 1.0]))
    save_table(paths[1], history("keras", [5.0, 2.0]))
    table = tables.build_training_history(paths)
    assert table["framework"].tolist() == ["keras", "keras", "numpy", "numpy"]
    assert [c for c in table.columns if "weight" in c] == [
        "mean_abs_weight_L0",
        "mean_abs_weight_L1",
    ]


def test_final_accuracies_keep_experiments_apart():
    runs = pd.concat(
        [
            history("numpy", [9.0, 1.0]),
            history("numpy", [8.0, 7.0], experiment="article_a"),
        ]
    )
    accuracies = tables.build_final_accuracies(runs)
    assert dict(zip(accuracies["experiment"], accuracies["training_seconds"], strict=True)) == {
        "article_a": 15.0,
        "batch_sizes": 10.0,
    }


def test_final_accuracies_are_those_of_the_last_epoch():
    row = tables.build_final_accuracies(history("numpy", [3.0, 1.0, 2.0])).iloc[0]
    assert (row["epochs"], row["train_accuracy"], row["training_seconds"]) == (3, 0.9, 6.0)


@pytest.mark.parametrize(
    ("factor", "verdict"), [(2.0, "slower"), (0.5, "faster"), (1.0, "no clear difference")]
)
def test_a_verdict_needs_an_interval_beside_one(random, factor, verdict):
    reference = random.normal(1, 0.05, 20)
    ratio = median_ratio(factor * random.normal(1, 0.05, 20), reference)
    assert ratio.verdict == verdict
    assert ratio.low <= ratio.ratio <= ratio.high


def test_a_ratio_of_nothing_is_refused():
    with pytest.raises(ValueError, match="got 0 and 3"):
        median_ratio([], [1, 2, 3])


def test_a_busy_machine_is_noticed(monkeypatch):
    watch = QuietWatch()
    seconds = iter([100.0, 100.0 + 1e6])
    monkeypatch.setattr("mlplab.machine.watch._machine_cpu_seconds", lambda: next(seconds))
    with watch:
        time.sleep(0.11)
    assert watch.disturbed


def test_a_look_is_long_enough_to_tell_the_share_of_others():
    assert np.isnan(share_of_others()) != Path("/proc/stat").exists()


def test_of_a_time_shorter_than_ticks_can_tell_nothing_is_claimed(monkeypatch):
    seconds = iter([100.0, 100.02])
    monkeypatch.setattr("mlplab.machine.watch._machine_cpu_seconds", lambda: next(seconds))
    with QuietWatch() as watch:
        pass
    assert np.isnan(watch.foreign_share)
    assert not watch.disturbed


def test_a_process_that_it_started_and_that_ended_is_no_other(monkeypatch):
    seconds = iter([100.0, 100.3])
    monkeypatch.setattr("mlplab.machine.watch._machine_cpu_seconds", lambda: next(seconds))
    busy = "import time\nwhile time.process_time() < 0.35: pass"
    with QuietWatch() as watch:
        subprocess.run([sys.executable, "-S", "-c", busy], check=True)
    assert watch.foreign_share == 0


def test_without_proc_nothing_is_claimed(monkeypatch):
    monkeypatch.setattr("mlplab.machine.watch._machine_cpu_seconds", lambda: None)
    with QuietWatch() as watch:
        pass
    assert np.isnan(watch.foreign_share)
    assert not watch.disturbed


@pytest.fixture
def cpuinfo(monkeypatch):
    """A function that lets ``/proc`` hold something else, or, for None, nothing."""

    def hold(text):
        def read(path, *_, **__):
            if text is None:
                raise FileNotFoundError(path)
            return text

        monkeypatch.setattr(Path, "read_text", read)

    return hold


def test_a_system_without_proc_has_no_cpu_seconds_of_all(cpuinfo):
    with QuietWatch() as watch:
        cpuinfo(None)
    assert np.isnan(watch.foreign_share)


def test_the_machine_is_named():
    assert machine_record()["processors"] >= 1
    assert machine_record()["processor"]


@pytest.mark.parametrize(
    ("text", "name"),
    [
        ("processor\t: 0\nmodel name\t: Some CPU: fast\nmodel name\t: Other", "Some CPU: fast"),
        ("processor\t: 0\nFeatures\t: fp", "some-machine"),
        (None, "some-machine"),
    ],
)
def test_a_processor_without_a_name_is_told_by_its_kind(cpuinfo, monkeypatch, text, name):
    monkeypatch.setattr(platform, "processor", lambda: "")
    monkeypatch.setattr(platform, "machine", lambda: "some-machine")
    cpuinfo(text)
    assert machine_record()["processor"] == name
