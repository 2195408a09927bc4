import numpy as np
import pandas as pd
import pytest

from mlplab.benchmark import batch_sizes, summary
from mlplab.benchmark.batch_sizes import ABSENT_COLUMNS, COLUMNS, count_operations
from mlplab.machine.processors import available_threads
from mlplab.runtime.files import save_table


def turns(variant, seconds, disturbed=(), attempts=None, **changes):
    n = len(seconds)
    return pd.DataFrame(
        {
            "framework": variant.split("_")[0],
            "variant": variant,
            "input_space": "pixels",
            "batch_size": 500,
            "round": range(1, n + 1),
            "attempt": attempts or 1,
            "epochs": 1,
            "wall_seconds": seconds,
            "cpu_seconds": seconds,
            "seconds_per_epoch": seconds,
            "microseconds_per_sample": 1.0,
            "gflops": [10 / s for s in seconds],
            "first_epoch_seconds": 9.0,
            "n_threads": 2,
            "blas_threads": 2,
            "load_average_before": 0.1,
            "processors_awake": True,
            "foreign_cpu_share_before": 0.0,
            "foreign_cpu_share": 0.0,
            "core_round_trip_ns": 250.0,
            "disturbed": [number in disturbed for number in range(1, n + 1)],
            "notes": "",
        }
        | changes
    )


def test_a_single_quiet_round_of_several_is_no_median():
    both = [turns("numpy", [1.0] * 3), turns("keras", [2.0, 3.0, 4.0], disturbed=[2, 3])]
    row = summary.build_batch_size_ratios(pd.concat(both), 0).iloc[0]
    assert (row["ratio_to_numpy"], row["rounds"], row["disturbed"]) == (3.0, 3, True)


def test_a_ratio_is_that_of_the_turns_of_one_round():
    # Medians of both would give 3 / 2; in every round the time is twice that of NumPy.
    both = [turns("numpy", [1.0, 2.0, 4.0]), turns("keras", [2.0, 4.0, 8.0])]
    row = summary.build_batch_size_ratios(pd.concat(both), 0).iloc[0]
    assert row["ratio_to_numpy"] == row["ci_low"] == row["ci_high"] == 2.0
    assert (row["variant"], row["rounds"], row["verdict"]) == ("keras", 3, "slower")


def test_a_pair_counts_if_both_of_its_turns_were_quiet():
    both = [
        turns("numpy", [1.0, 1.0, 1.0, 1.0], disturbed=[2]),
        turns("keras", [9.0, 9.0, 0.5, 0.5], disturbed=[1]),
    ]
    row = summary.build_batch_size_ratios(pd.concat(both), 0).iloc[0]
    assert (row["ratio_to_numpy"], row["rounds"], row["disturbed"]) == (0.5, 2, False)
    assert row["verdict"] == "faster"


def test_without_quiet_pairs_all_count_and_the_table_says_so():
    both = [turns("numpy", [1.0, 1.0], disturbed=[1, 2]), turns("keras", [3.0, 3.0])]
    row = summary.build_batch_size_ratios(pd.concat(both), 0).iloc[0]
    assert (row["ratio_to_numpy"], row["rounds"], row["disturbed"]) == (3.0, 2, True)


def test_a_turn_that_was_measured_again_takes_the_place_of_the_disturbed_one():
    again = turns("keras", [2.0], attempts=[2], round=1)
    both = [turns("numpy", [1.0]), turns("keras", [50.0], disturbed=[1]), again]
    row = summary.build_batch_size_ratios(pd.concat(both), 0).iloc[0]
    assert (row["ratio_to_numpy"], row["rounds"], row["disturbed"]) == (2.0, 1, False)


def test_medians_stand_beside_the_rate_of_the_products_alone():
    all_turns = [turns("numpy", [1.0, 3.0, 2.0]), turns("products", [1.0, 1.0, 1.0])]
    table = summary.summarize_batch_sizes(pd.concat(all_turns), 0).set_index("variant")
    assert table.loc["numpy", "seconds_per_epoch"] == 2.0
    assert table.loc["numpy", "ci_low"] >= 1.0
    assert table["sgemm_gflops"].tolist() == [10.0, 10.0]
    assert summary.build_batch_size_ratios(pd.concat(all_turns), 0).empty


def test_absent_variants_have_a_table_of_their_own(tmp_path):
    save_table(tmp_path / "none.csv", pd.DataFrame(columns=ABSENT_COLUMNS))
    one = pd.DataFrame([("pixels", 500, "jax", "not installed")], columns=ABSENT_COLUMNS)
    save_table(tmp_path / "one.csv", one)
    table = summary.build_absent_variants([tmp_path / "none.csv", tmp_path / "one.csv"])
    assert table["variant"].tolist() == ["jax"]


def test_turns_come_in_a_fixed_order(tmp_path):
    save_table(tmp_path / "b.csv", turns("numpy", [1.0, 2.0], batch_size=1000))
    save_table(tmp_path / "a.csv", turns("keras", [1.0, 2.0]))
    table = summary.build_batch_size_benchmark([tmp_path / "b.csv", tmp_path / "a.csv"])
    assert table.columns.tolist() == COLUMNS
    assert table["batch_size"].tolist() == [500, 500, 1000, 1000]


def test_turns_tell_the_time_of_a_sample_and_the_rate_of_the_products(monkeypatch):
    measured = pd.concat([turns("keras_tuned", [0.5, 0.25]), turns("numpy", [0.1, 0.2])])
    given = ["framework", "input_space", "microseconds_per_sample", "gflops"]
    asked = []

    def measure(*arguments, **named):
        asked.append((*arguments, named))
        return measured.drop(columns=given), {"jax": "jax is not installed"}

    monkeypatch.setattr(batch_sizes, "measure_interleaved", measure)
    x, labels = np.zeros((1000, 20), np.float32), (np.arange(1000) % 3).astype(np.uint8)
    names = ["numpy", "keras_tuned", "jax"]
    table, absent = batch_sizes.measure_batch_size(
        x,
        labels,
        input_space="clusters-20",
        batch_size=500,
        variants=names,
        n_threads=10_000,
        rounds=2,
        measurement_seconds=0.0,
        retries=3,
    )
    assert table.columns.tolist() == COLUMNS
    assert table["framework"].tolist() == ["keras", "keras", "numpy", "numpy"]
    assert set(table["input_space"]) == {"clusters-20"}
    assert table["microseconds_per_sample"].tolist() == pytest.approx([500, 250, 100, 200])
    gflop = 1000 * count_operations([20, 70, 30, 3]) / 1e9
    assert table["gflops"].tolist() == pytest.approx([gflop * n for n in (2, 4, 10, 5)])
    assert absent.to_dict("records") == [
        {"input_space": "clusters-20", "batch_size": 500, "variant": "jax",
         "reason": "jax is not installed"}
    ]  # fmt: skip
    ((variants, samples, codes, settings),) = asked
    assert (variants, samples is x, codes.dtype) == (names, True, np.intp)
    assert settings["n_threads"] == available_threads()


def test_operations_are_those_of_the_products():
    # Forward and weight gradient of both layers, and the error of the hidden layer.
    assert count_operations([3, 2, 5]) == 2 * (3 * 2 + 2 * 5) * 2 + 2 * (2 * 5)
