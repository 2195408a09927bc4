import numpy as np
import pandas as pd
import pytest

from mlplab.benchmark import batch_sizes, summary
from mlplab.benchmark.batch_sizes import count_operations
from mlplab.benchmark.interleaved import Schedule
from mlplab.benchmark.problem import Problem
from mlplab.machine.processors import available_threads
from mlplab.provenance.fingerprint import import_closure
from mlplab.runtime.files import save_table
from tests.conftest import ROOT


def measured(variant, seconds, disturbed=(), measurements=None, **changes):
    n = len(seconds)
    return pd.DataFrame(
        {
            "framework": variant.split("_")[0],
            "variant": variant,
            "input_space": "pixels",
            "batch_size": 500,
            "round": range(1, n + 1),
            "measurement": measurements or 1,
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
            "stolen_cpu_share": 0.0,
            "core_round_trip_ns": 250.0,
            "disturbed": [number in disturbed for number in range(1, n + 1)],
            "notes": "",
        }
        | changes
    )


def test_a_single_quiet_round_of_several_is_no_median():
    both = [measured("numpy", [1.0] * 3), measured("keras", [2.0, 3.0, 4.0], disturbed=[2, 3])]
    row = summary.build_batch_size_ratios(pd.concat(both)).iloc[0]
    assert row["ratio_to_numpy"] == pytest.approx(24 ** (1 / 3))
    assert (row["median_ratio"], row["rounds"], row["disturbed"]) == (3.0, 3, True)


def test_a_ratio_is_that_of_the_measurements_of_one_round():
    # Medians of both would give 3 / 2; in every round the time is twice that of NumPy.
    both = [measured("numpy", [1.0, 2.0, 4.0]), measured("keras", [2.0, 4.0, 8.0])]
    row = summary.build_batch_size_ratios(pd.concat(both)).iloc[0]
    assert row[["ratio_to_numpy", "ci_low", "ci_high"]].tolist() == pytest.approx([2.0] * 3)
    assert (row["variant"], row["rounds"], row["verdict"]) == ("keras", 3, "slower")


def test_a_pair_counts_if_both_of_its_measurements_were_quiet():
    both = [
        measured("numpy", [1.0, 1.0, 1.0, 1.0], disturbed=[2]),
        measured("keras", [9.0, 9.0, 0.5, 0.5], disturbed=[1]),
    ]
    row = summary.build_batch_size_ratios(pd.concat(both)).iloc[0]
    assert row["ratio_to_numpy"] == pytest.approx(0.5)
    assert (row["rounds"], row["disturbed"]) == (2, False)
    assert row["verdict"] == "faster"


def test_without_quiet_pairs_all_count_and_the_table_says_so():
    both = [measured("numpy", [1.0, 1.0], disturbed=[1, 2]), measured("keras", [3.0, 3.0])]
    row = summary.build_batch_size_ratios(pd.concat(both)).iloc[0]
    assert row["ratio_to_numpy"] == pytest.approx(3.0)
    assert (row["rounds"], row["disturbed"]) == (2, True)


def test_the_last_measurement_of_a_round_takes_the_place_of_the_disturbed_one():
    again = measured("keras", [2.0], measurements=[2], round=1)
    both = [measured("numpy", [1.0]), measured("keras", [50.0], disturbed=[1]), again]
    row = summary.build_batch_size_ratios(pd.concat(both)).iloc[0]
    assert (row["ratio_to_numpy"], row["rounds"], row["disturbed"]) == (2.0, 1, False)
    assert (row["verdict"], np.isnan(row["ci_low"])) == ("not tested", True)


def test_means_stand_beside_medians_and_the_rate_of_the_products_alone():
    both = [measured("numpy", [1.0, 3.0, 2.0]), measured("products", [1.0, 1.0, 1.0])]
    table = summary.summarize_batch_sizes(pd.concat(both)).set_index("variant")
    numpy = table.loc["numpy"]
    assert numpy["seconds_per_epoch"] == pytest.approx(6 ** (1 / 3))
    assert numpy["median_seconds"] == 2.0
    assert numpy["ci_low"] < numpy["seconds_per_epoch"] < numpy["ci_high"]
    assert table["sgemm_gflops"].tolist() == [10.0, 10.0]
    assert summary.build_batch_size_ratios(pd.concat(both)).empty


def test_absent_variants_have_a_table_of_their_own(tmp_path):
    columns = list(summary.ABSENT_VARIANTS.columns)
    save_table(tmp_path / "none.csv", pd.DataFrame(columns=columns))
    one = pd.DataFrame([("pixels", 500, "jax", "not installed")], columns=columns)
    save_table(tmp_path / "one.csv", one)
    table = summary.build_absent_variants([tmp_path / "none.csv", tmp_path / "one.csv"])
    assert table["variant"].tolist() == ["jax"]


def test_measurements_come_in_a_fixed_order(tmp_path):
    save_table(tmp_path / "b.csv", measured("numpy", [1.0, 2.0], batch_size=1000))
    save_table(tmp_path / "a.csv", measured("keras", [1.0, 2.0]))
    table = summary.build_batch_size_benchmark([tmp_path / "b.csv", tmp_path / "a.csv"])
    assert table.columns.tolist() == list(summary.BATCH_SIZE_BENCHMARK.columns)
    assert table["batch_size"].tolist() == [500, 500, 1000, 1000]


def test_measurements_hold_the_time_of_a_sample_and_the_rate_of_the_products(monkeypatch):
    given = ["framework", "input_space", "microseconds_per_sample", "gflops"]
    both = pd.concat([measured("keras_tuned", [0.5, 0.25]), measured("numpy", [0.1, 0.2])])
    calls = []

    def measure(*arguments):
        calls.append(arguments)
        return both.drop(columns=given), {"jax": "jax is not installed"}

    monkeypatch.setattr(batch_sizes, "measure_interleaved", measure)
    x, labels = np.zeros((1000, 20), np.float32), (np.arange(1000) % 3).astype(np.uint8)
    problem = Problem.from_labels(x, labels, batch_size=500)
    names, schedule = ["numpy", "keras_tuned", "jax"], Schedule(rounds=2, retries=3)
    table, absent = batch_sizes.measure_batch_size(
        problem, names, schedule, input_space="clusters-20"
    )
    assert table.columns.tolist() == list(summary.BATCH_SIZE_BENCHMARK.columns)
    assert table["framework"].tolist() == ["keras", "keras", "numpy", "numpy"]
    assert set(table["input_space"]) == {"clusters-20"}
    assert table["microseconds_per_sample"].tolist() == pytest.approx([500, 250, 100, 200])
    gflop = 1000 * count_operations([20, 70, 30, 3]) / 1e9
    assert table["gflops"].tolist() == pytest.approx([gflop * n for n in (2, 4, 10, 5)])
    assert absent.to_dict("records") == [
        {"input_space": "clusters-20", "batch_size": 500, "variant": "jax",
         "reason": "jax is not installed"}
    ]  # fmt: skip
    ((variants, *rest),) = calls
    assert (list(variants), *rest) == (names, problem, schedule)


def test_a_problem_has_codes_and_at_most_the_threads_there_are():
    x, labels = np.zeros((1001, 20), np.float32), (np.arange(1001) % 3).astype(np.uint8)
    problem = Problem.from_labels(x, labels, batch_size=500, n_threads=10_000)
    assert problem.x is x
    assert problem.codes.dtype == np.intp
    assert problem.n_threads == available_threads()
    assert Problem.from_labels(x, labels, batch_size=500).n_threads == available_threads()
    assert Problem.from_labels(x, labels, batch_size=500, n_threads=1).n_threads == 1
    assert problem.layer_sizes == [20, 70, 30, 3]
    assert problem.n_batches == 3


TABULATES = ("tabulate_batch_sizes", "tabulate_ladder")


@pytest.mark.parametrize("script", TABULATES)
def test_tables_depend_on_no_network_and_no_variant(script):
    modules = import_closure(ROOT / "workflow" / "scripts" / f"{script}.py")
    assert "mlplab.benchmark.summary" in modules or "mlplab.benchmark.ladder.summary" in modules
    networks = ("mlplab.numpy_mlp", "mlplab.keras_mlp", "mlplab.benchmark.variants")
    assert [name for name in modules if name.startswith(networks)] == []


def test_operations_are_those_of_the_products():
    # Forward and weight gradient of both layers, and the error of the hidden layer.
    assert count_operations([3, 2, 5]) == 2 * (3 * 2 + 2 * 5) * 2 + 2 * (2 * 5)
