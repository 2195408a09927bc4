import numpy as np
import pandas as pd
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from mlplab.benchmark.ladder.steps import STEPS
from mlplab.benchmark.ladder.trainers import ProjectTrainer
from mlplab.reporting.tables import time_to_accuracy as time_tables
from mlplab.reporting.tables.experiments import (
    compare_l2_factors,
    compare_scalings,
    compare_spaces,
    read_hits,
)
from mlplab.runtime.files import save_array
from mlplab.stats.intervals import (
    accuracy_interval,
    mean_interval,
    paired_differences,
    prediction_interval,
)
from mlplab.stats.mcnemar import mcnemar_p

NUMBERS = st.lists(st.floats(-100, 100), min_size=2, max_size=8)
HITS = st.lists(st.tuples(st.booleans(), st.booleans()), min_size=1, max_size=40)


def history(experiment, space, seed, test, *, seconds=2.0, l2_factor=1.0, validation=None):
    n = len(test)
    return pd.DataFrame(
        {
            "experiment": experiment,
            "framework": "numpy",
            "input_space": space,
            "n_features": 784 if space == "pixels" else 70,
            "batch_size": 500,
            "l2_factor": l2_factor,
            "seed": seed,
            "epoch": np.arange(1, n + 1),
            "validation_accuracy": np.nan if validation is None else validation,
            "test_accuracy": test,
            "wall_seconds": seconds,
            "cpu_seconds": 2 * seconds,
            "evaluation_cpu_seconds": 0.5 * seconds,
        }
    )


def test_an_interval_is_student_s():
    """Mean 2, standard error 1/√3 of 1, 2, 3; t with 2 degrees is 4.302653 at 97.5 %."""
    interval = mean_interval([1, 2, 3])
    half = 4.302653 / np.sqrt(3)
    assert interval == pytest.approx((2, 2 - half, 2 + half))


def test_one_value_has_no_interval_and_an_interval_ends_where_values_do():
    assert accuracy_interval([0.2, 0.9]) == (pytest.approx(0.55), 0, 1)
    one_more = prediction_interval([0.2, 0.9], least=0, most=1)
    assert one_more == (pytest.approx(0.55), 0, 1)
    interval = mean_interval([0.5])
    assert interval.mean == 0.5
    assert np.isnan([interval.low, *prediction_interval([0.5])[1:]]).all()


@pytest.mark.parametrize("values", [[], [1.0, np.nan]])
def test_values_that_are_missing_are_refused(values):
    with pytest.raises(ValueError, match="values: found"):
        mean_interval(values)


@given(NUMBERS, st.floats(-10, 10))
def test_an_interval_moves_with_its_values_and_holds_their_mean(values, shift):
    one, other = mean_interval(values), mean_interval(np.add(values, shift))
    assert one.low <= one.mean <= one.high
    assert np.subtract(other, shift) == pytest.approx(np.array(one), abs=1e-9)


def test_pairs_are_those_of_the_same_seed():
    differences = paired_differences({1: 0.9, 0: 0.5}, {0: 0.4, 1: 0.6})
    assert differences == pytest.approx([0.1, 0.3])
    with pytest.raises(ValueError, match=r"seeds: found \[0\] and \[1\]; a pair needs both"):
        paired_differences({0: 1.0}, {1: 1.0})


def test_mcnemar_s_p_is_that_of_fair_coins():
    """One has 5 right that the other has wrong, and none the other way: 2 · (1/2)⁵."""
    first = np.array([True] * 5 + [True] * 90 + [False] * 5)
    second = np.array([False] * 5 + [True] * 90 + [False] * 5)
    assert mcnemar_p(first, second) == pytest.approx(2 / 2**5)
    with pytest.raises(ValueError, match=r"found shapes \(100,\) and \(3,\)"):
        mcnemar_p(first, second[:3])


@settings(max_examples=50)
@given(HITS)
def test_mcnemar_s_test_does_not_care_which_is_first_nor_about_agreement(pairs):
    first, second = np.array(pairs).T
    p = mcnemar_p(first, second)
    assert 0 < p <= 1
    assert mcnemar_p(second, first) == pytest.approx(p)
    differ = first != second
    assert mcnemar_p(first[differ], second[differ]) == pytest.approx(p)


@pytest.fixture
def controls():
    ends = {"clusters-70": (0.90, 0.92), "pca-70": (0.95, 0.96), "images-70": (0.91, 0.90)}
    return pd.concat(
        history("controls", space, seed, [0.1, end], validation=end - 0.01)
        for space, of_seeds in ends.items()
        for seed, end in enumerate(of_seeds)
    )


def test_spaces_are_compared_with_the_first_seed_by_seed(controls, tmp_path):
    y_test = np.arange(8, dtype=np.uint8)
    trainings, paths = [], []
    for space, n_wrong in (("clusters-70", 6), ("pca-70", 0), ("images-70", 6)):
        for seed in (0, 1):
            predictions = y_test.copy()
            predictions[:n_wrong] += 1
            paths.append(str(tmp_path / f"{space}-{seed}.npy"))
            save_array(paths[-1], predictions)
            trainings.append({"experiment": "controls", "space": space, "seed": seed})
    hits = read_hits(paths, trainings, y_test)
    other = history("other", "pixels", 0, [0.1])
    table = compare_spaces(pd.concat([other, controls]), hits, ["controls"])
    table = table.set_index("input_space")
    assert table.index.tolist() == ["clusters-70", "pca-70", "images-70"]
    pca = table.loc["pca-70"]
    assert pca["test_accuracy"] == pytest.approx(0.955)
    assert pca["validation_accuracy"] == pytest.approx(0.945)
    assert (pca["epochs"], pca["seeds"], pca["against"]) == (2, 2, "clusters-70")
    # Differences 0.05 and 0.04; t with one degree is 12.7062, their standard error 0.005.
    assert pca["difference"] == pytest.approx(0.045)
    assert pca["difference_ci_high"] == pytest.approx(0.045 + 12.7062 * 0.005, rel=1e-4)
    assert pca["mcnemar_p"] == pytest.approx(2 / 2**6)
    assert table["verdict"].tolist() == ["reference", "no clear difference", "no clear difference"]
    assert table.loc["images-70", "mcnemar_p"] == 1.0
    assert np.isnan(table.loc["clusters-70", "difference"])
    # t is 9 for the differences 0.05 and 0.04, and p = 1 - 2/π · atan 9; two comparisons.
    assert pca["p"] == pytest.approx(1 - 2 / np.pi * np.arctan(9))
    assert pca["p_holm"] == pytest.approx(2 * pca["p"])


def test_what_is_clear_alone_may_not_be_among_several():
    """Differences 0.010, 0.011 and 0.018: p is 0.037, which two comparisons double."""
    ends = {"a": (0.9, 0.9, 0.9), "b": (0.910, 0.911, 0.918), "c": (0.9, 0.91, 0.89)}
    rows = pd.concat(
        history("controls", space, seed, [end])
        for space, of_seeds in ends.items()
        for seed, end in enumerate(of_seeds)
    )
    hits = {("controls", s, seed): np.array([True]) for s in ends for seed in range(3)}
    both = compare_spaces(rows, hits, ["controls"]).set_index("input_space")
    assert both.loc["b", "difference_ci_low"] > 0
    assert both.loc["b", "verdict"] == "no clear difference"
    alone = compare_spaces(rows[rows["input_space"] != "c"], hits, ["controls"])
    assert alone["verdict"].tolist() == ["reference", "better"]


def test_factors_of_l2_are_compared_with_the_rule_on_validation_images():
    ends = {0.1: (0.90, 0.91, 0.90), 1.0: (0.96, 0.96, 0.97), 10.0: (0.95, 0.96, 0.97)}
    rows = pd.concat(
        history("rule", "clusters-70", seed, [0.5], l2_factor=factor, validation=end)
        for factor, of_seeds in ends.items()
        for seed, end in enumerate(of_seeds)
    )
    table = compare_l2_factors(rows, l2=0.2, n_pixels=784, scale=True).set_index("l2_factor")
    assert table["verdict"].to_dict() == {
        0.1: "worse",
        1.0: "reference",
        10.0: "no clear difference",
    }
    assert table.loc[10.0, "l2"] == pytest.approx(10 * 0.2 * 70 / 784)
    assert table.loc[0.1, "difference"] == pytest.approx(-0.06)


def test_the_closest_scaling_is_that_with_the_smallest_mean_difference_where_it_is_chosen():
    rows = pd.concat(
        [
            history("scalings", "clusters-70", 0, [0.5, 0.7, 0.8]),
            history("scalings", "clusters-70", 1, [0.7, 0.7, 0.8]),
            history("scalings", "clusters-70-minmax", 0, [0.6, 0.9, 0.9]),
            history("others", "clusters-70", 5, [0.6, 0.75, 0.9]),
        ]
    )
    published = [{"epoch": e, "accuracy": a} for e, a in ((1, 0.6), (2, 0.75), (3, 0.9), (4, 0.9))]
    table = compare_scalings(rows, scalings="scalings", published=published, choose_at=[1, 2])
    assert table["input_space"].tolist() == ["clusters-70"] * 3 + ["clusters-70-minmax"] * 3
    assert table["difference"].tolist() == pytest.approx([0, -0.05, -0.1, 0, 0.15, 0])
    assert table["decides"].tolist() == [True, True, False] * 2
    assert table["closest"].tolist() == [True] * 3 + [False] * 3
    assert table["seeds"].tolist() == [2] * 3 + [1] * 3
    # 0.75 against 0.7 twice, 0.9 against 0.8 twice, and 0.6 against the mean of 0.5 and 0.7.
    assert table["p_holm"].tolist() == pytest.approx(
        [1.0, 0.0, 0.0, np.nan, np.nan, np.nan], nan_ok=True
    )
    verdicts = ["no clear difference", "differs", "differs", *["not tested"] * 3]
    assert table["verdict"].tolist() == verdicts


def test_a_scaling_has_the_epoch_that_first_reaches_what_was_published():
    rows = pd.concat(
        [
            history("scalings", "clusters-70", 0, [0.5, 0.7, 0.6]),
            history("scalings", "clusters-70", 1, [0.5, 0.5, 0.6]),
        ]
    )
    published = [{"epoch": 3, "accuracy": 0.65}]
    table = compare_scalings(rows, scalings="scalings", published=published, choose_at=[3])
    row = table.iloc[0]
    assert row[["seeds_reached", "first_epoch"]].tolist() == [1, 2]
    assert row["highest"] == pytest.approx(0.65)


@pytest.fixture
def timed():
    return pd.concat(
        [
            history("reference", "pixels", 0, [0.5, 0.7, 0.6, 0.6]),
            history("reference", "pixels", 1, [0.5, 0.6, 0.6, 0.9]),
            history("few", "clusters-70", 0, [0.5, 0.8, 0.9]),
            history("few", "clusters-70", 1, [0.5, 0.6, 0.95]),
        ]
    )


@pytest.fixture
def epochs():
    """Three rounds of the NumPy trainer, one of them disturbed, and another step."""
    rows = [
        ("reference", "pixels", 20.0, 25.0),
        ("few", "clusters-70", 4.0, 5.0),
    ]
    columns = ["experiment", "input_space", "batches_seconds", "epoch_seconds"]
    quiet = pd.DataFrame(rows, columns=columns).assign(step=time_tables.NUMPY_STEP, disturbed=False)
    slow = quiet.assign(batches_seconds=90.0, epoch_seconds=95.0)
    return pd.concat([quiet, quiet, slow.assign(disturbed=True), slow.assign(step=0)])


def test_the_epochs_that_count_are_those_of_the_numpy_trainer():
    assert STEPS.index(ProjectTrainer) == time_tables.NUMPY_STEP


def test_time_ends_with_the_first_epoch_that_reaches_the_target(timed, epochs):
    targets = {"published": [0.65], "configured": [0.6]}
    times = time_tables.build_time_to_accuracy(timed, epochs, "reference", targets)
    assert set(times["target"]) == {0.6, 0.65, 0.8}  # 0.8: mean of the best, 0.7 and 0.9
    assert times["reference_seconds"].tolist() == pytest.approx([80] * len(times))
    few = times[times["experiment"] == "few"].set_index(["seed", "target_kind"])
    first = few.loc[(0, "published")]
    assert first[["epochs", "seconds", "speedup"]].tolist() == pytest.approx([2, 8, 10])
    assert few.loc[(1, "best of the reference"), "seconds"] == pytest.approx(12)
    never = times[(times["experiment"] == "reference") & (times["seed"] == 0)].iloc[-1]
    assert never[["epochs", "seconds", "speedup"]].isna().all()


def test_the_time_counts_with_and_without_clustering_and_evaluation(timed, epochs):
    fits = pd.DataFrame({"k": [70, 70, 40], "seed": [0, 1, 0], "cpu_seconds": [3.0, 4.0, 9.0]})
    targets = {"published": [0.8]}
    times = time_tables.build_time_to_accuracy(timed, epochs, "reference", targets, fits)
    published = times[times["target_kind"] == "published"].set_index(["experiment", "seed"])
    row = published.loc[("few", 0)]
    seconds = row[["seconds", "evaluation_seconds", "kmeans_cpu_seconds"]]
    assert seconds.tolist() == pytest.approx([8, 2, 3])
    assert row["speedup"] == pytest.approx(80 / 8)
    assert row["speedup_with_kmeans"] == pytest.approx(80 / 11)
    assert row["speedup_with_evaluation"] == pytest.approx(100 / 10)
    assert row["speedup_with_both"] == pytest.approx(100 / 13)
    assert published.loc[("reference", 1), "kmeans_cpu_seconds"] == 0
    summary = time_tables.summarize_time_to_accuracy(times)
    few = summary[(summary["experiment"] == "few") & (summary["target_kind"] == "published")]
    assert few["speedup_with_both"].tolist() == pytest.approx([100 / np.sqrt(13 * 19)])


def test_stable_is_a_mean_that_stays_at_the_target():
    n = time_tables.STABLE_EPOCHS
    curve = [0.9] * 10 + [0.99] + [0.9] * 10 + [0.96, 0.94] * (n + 1)
    training = pd.DataFrame({"epoch": np.arange(1, len(curve) + 1), "test_accuracy": curve})
    # Alone, the peak is no mean; every second epoch of the rest is below the target.
    assert 21 < time_tables.find_stable_epoch(training, 0.949) <= 24
    assert np.isnan(time_tables.find_stable_epoch(training, 0.97))
    assert np.isnan(time_tables.find_stable_epoch(training.head(n - 1), 0.0))
    assert time_tables.find_stable_epoch(training, 0.0) == 1


def test_the_summary_says_how_many_seeds_reach_a_target(timed, epochs):
    times = time_tables.build_time_to_accuracy(timed, epochs, "reference", {"published": [0.65]})
    summary = time_tables.summarize_time_to_accuracy(times)
    few = summary[summary["experiment"] == "few"].set_index("target_kind").loc["published"]
    assert (few["seeds_reached"], few["seeds"], few["epochs"]) == (2, 2, 2.5)
    assert few["speedup"] == pytest.approx(np.sqrt(80 / 8 * 80 / 12))
    assert few["ci_low"] < few["speedup"] < few["ci_high"]
    best = summary[(summary["experiment"] == "reference")].set_index("target_kind")
    assert best.loc["best of the reference", "seeds_reached"] == 1
    assert np.isnan(best.loc["best of the reference", "ci_low"])


def test_a_target_that_no_seed_reaches_has_no_time(timed, epochs):
    times = time_tables.build_time_to_accuracy(timed, epochs, "reference", {"published": [0.99]})
    summary = time_tables.summarize_time_to_accuracy(times)
    never = summary[summary["target_kind"] == "published"]
    assert never["seeds_reached"].tolist() == [0, 0]
    assert never["seeds"].tolist() == [2, 2]
    assert never[["epochs", "seconds", "speedup", "ci_low", "ci_high"]].isna().all().all()


def test_accuracy_over_time_adds_up_the_seconds_of_epochs(timed, epochs):
    curves = time_tables.build_accuracy_over_time(
        time_tables.add_epoch_seconds(timed, epochs), accuracy="test_accuracy", seconds="seconds"
    )
    last = curves[curves["experiment"] == "few"].iloc[-1]
    assert last["seconds"] == pytest.approx(3 * 4)
    assert last[["test_accuracy", "lowest", "highest"]].tolist() == pytest.approx(
        [0.925, 0.9, 0.95]
    )
    assert curves["epoch"].tolist() == [1, 2, 3, 1, 2, 3, 4]


def test_accuracy_over_time_of_other_columns_keeps_their_names(timed):
    curves = time_tables.build_accuracy_over_time(
        timed.assign(validation_accuracy=timed["test_accuracy"] - 0.1),
        accuracy="validation_accuracy",
        seconds="cpu_seconds",
    )
    last = curves[curves["experiment"] == "few"].iloc[-1]
    assert last["cpu_seconds"] == pytest.approx(3 * 4)
    assert last[["validation_accuracy", "lowest", "highest"]].tolist() == pytest.approx(
        [0.825, 0.8, 0.85]
    )
