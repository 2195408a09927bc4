"""The line of its result that each figure carries, from the table that it draws."""

import numpy as np
import pandas as pd
import pytest
from matplotlib.figure import Figure

from mlplab.clusters.choice import choose_k
from mlplab.reporting.figures import (
    batch_sizes,
    bridge,
    cluster_cost,
    cluster_sweep,
    clusters,
    comparisons,
    deep_model,
    epoch_parts,
    keras_log,
    operations,
    optimization_ladder,
    over_time,
    search,
    threads,
    training_history,
    training_run,
)
from mlplab.reporting.figures.drawing import add_result

STYLES = {
    name: {"label": label, "color": "#0072B2", "marker": "o", "linestyle": "-"}
    for name, label in (("numpy", "NumPy"), ("keras", "Keras"), ("products", "products alone"))
}


def frame(columns, *rows):
    return pd.DataFrame(rows, columns=columns.split())


def test_the_result_stands_above_the_axes_in_lines_as_wide_as_the_figure():
    figure = Figure(figsize=(4, 3))
    add_result(figure, "Keras takes 3.3 times as long at batch size 32 and reaches 97.3 %.")
    lines = figure.get_suptitle().split("\n")
    assert len(lines) == 2
    assert lines[1].endswith("97.3\N{NO-BREAK SPACE}%.")
    untold = Figure()
    add_result(untold, "")
    assert untold.get_suptitle() == ""


SECONDS = "variant input_space batch_size seconds_per_epoch"


def test_seconds_per_epoch_name_the_fastest_network_at_either_end():
    table = frame(
        SECONDS,
        ("numpy", "pixels", 32, 0.5),
        ("keras", "pixels", 32, 1.5),
        ("products", "pixels", 32, 0.1),
        ("numpy", "pixels", 60_000, 0.4),
        ("keras", "pixels", 60_000, 0.36),
        ("keras", "clusters-70", 500, 0.01),
    )
    assert batch_sizes.tell_seconds_per_epoch(table, STYLES) == (
        "Shortest epochs on pixels: NumPy, 0.50 s at batch size 32; Keras, 0.36 s at batch size "
        "60,000."
    )
    of_numpy = table[table["variant"].isin(["numpy", "products"])]
    assert batch_sizes.tell_seconds_per_epoch(of_numpy, STYLES) == ""


RATIOS = "variant input_space batch_size ratio_to_numpy verdict"


def test_ratios_tell_how_long_keras_takes_at_either_end():
    rows = [
        ("keras", "pixels", 60_000, 0.92, "no clear difference"),
        ("keras", "pixels", 32, 3.28, "slower"),
        ("keras", "pixels", 500, 1.5, "slower"),
        ("sklearn", "pixels", 32, 9.0, "slower"),
    ]
    assert batch_sizes.tell_batch_size_ratios(frame(RATIOS, *rows), STYLES) == (
        "On pixels, Keras takes 3.3 times as long as NumPy at batch size 32; 0.92 times at batch "
        "size 60,000, no clear difference."
    )
    one_round = frame(RATIOS, ("keras", "pixels", 32, 3.28, "not tested"))
    assert batch_sizes.tell_batch_size_ratios(one_round, STYLES) == (
        "On pixels, Keras takes 3.3 times as long as NumPy at batch size 32 (one round)."
    )
    assert batch_sizes.tell_batch_size_ratios(frame(RATIOS, *rows[3:]), STYLES) == ""


BRIDGE = "direction step difference words test_accuracy change"


def test_the_bridge_names_what_makes_keras_worse_on_both_ways():
    mean = ("mean", "the mean over a batch")
    rows = [
        ("forwards", 0, None, None, 0.96, np.nan),
        ("forwards", 1, *mean, 0.84, -0.12),
        ("forwards", 2, "loss", "the loss", 0.83, -0.01),
        ("backwards", 0, None, None, 0.83, np.nan),
        ("backwards", 1, *mean, 0.93, -0.10),
        ("backwards", 2, "loss", "the loss", 0.96, -0.03),
    ]
    table = frame(BRIDGE, *rows)
    table = table.assign(change_ci_high=table["change"] / 2)
    assert bridge.tell_bridge(table) == (
        "Of a gap of 13.0 points to NumPy, the mean over a batch costs Keras 10.0 to 12.0 by "
        "itself."
    )
    better = table.assign(
        test_accuracy=[0.8, 0.9, 0.9, 0.9, 0.9, 0.8],
        change=[np.nan, 0.1, 0.0, np.nan, 0.0, 0.1],
        change_ci_high=0.2,
    )
    assert bridge.tell_bridge(better) == (
        "Keras' reference model reaches 90.0 % test accuracy, NumPy's network 80.0 %."
    )


COST = "setting cpu_seconds relative_inertia"


def test_ways_to_fit_k_means_are_compared_by_their_means():
    cost = frame(COST, ("few", 1.0, 1.02), ("few", 3.0, 1.04), ("many", 100.0, 1.0))
    assert cluster_cost.tell_cluster_cost(cost) == (
        "The ways to fit k-means differ by a factor of 50 in CPU time and by 3.0 % in inertia."
    )
    assert cluster_cost.tell_cluster_cost(cost[:2]) == ""


@pytest.mark.parametrize(
    ("inertias", "told"),
    [
        ([6, 5, 4, 3, 2, 1], "Inertia: no elbow. Silhouette: peaks at K = 40."),
        ([100, 60, 20, 18, 16, 14], "Inertia: elbow at K = 30. Silhouette: peaks at K = 40."),
    ],
)
def test_the_sweep_tells_elbow_peaks_and_choice(inertias, told):
    sweep = pd.DataFrame(
        {
            "k": [10, 20, 30, 40, 50, 60],
            "seed": 0,
            "inertia": inertias,
            "silhouette": [0.3, 0.2, 0.1, 0.2, 0.1, 0.1],
        }
    )
    choices = choose_k(sweep, sensitivities=[1], trim=0)
    chosen = choices["k"].iloc[-1]
    assert cluster_sweep.tell_cluster_sweep(choices) == f"{told} Chosen: K = {chosen}."
    peaks = pd.concat([choices, *[choices[choices["criterion"] == "silhouette peak"]] * 3])
    assert "peaks at 4 values of K" in cluster_sweep.tell_cluster_sweep(peaks)


def test_clusters_tell_their_purity_and_images_between_them():
    table = pd.DataFrame({"size": [30, 10], "class_share": [0.9, 0.5]})
    assert clusters.tell_cluster_centers(table) == (
        "80 % of the images belong to the commonest class of their cluster."
    )
    assert clusters.tell_silhouette_samples(np.array([-0.1, 0.2, 0.3, 0.4, np.nan])) == (
        "25 % of the images are nearer to another cluster than to their own."
    )
    assert clusters.tell_ambiguous_images(pd.DataFrame({"margin": [1e-5, 2.5e-4]})) == (
        "The two nearest centres of 2 images differ by at most 0.025 % in distance."
    )


CONTROLS = "input_space test_accuracy verdict"


def test_controls_name_the_best_and_count_the_verdicts():
    rows = [
        ("clusters-70", 0.966, "reference"),
        ("pca-70-whitened", 0.973, "better"),
        ("pixels", 0.968, "better"),
        ("images-70", 0.966, "no clear difference"),
        ("projection-70", 0.95, "worse"),
    ]
    assert comparisons.tell_feature_controls(frame(CONTROLS, *rows)) == (
        "Best: 70 principal components (whitened), 97.3 %. Against distances to 70 cluster "
        "centres: 2 better, 1 worse, 1 not clearly different."
    )
    one_seed = frame(CONTROLS, *rows[:2]).replace("better", "not tested")
    assert comparisons.tell_feature_controls(one_seed) == (
        "Best: 70 principal components (whitened), 97.3 %."
    )


RULE = "input_space l2_factor validation_accuracy verdict"


def test_the_rule_is_held_against_the_best_factor():
    rows = [
        ("clusters-70", 0.1, 0.9712, "no clear difference"),
        ("clusters-70", 1.0, 0.9711, "reference"),
    ]
    assert comparisons.tell_lambda_rule(frame(RULE, *rows)) == (
        "Highest with 0.1 times the rule's λ₂ (97.12 %); with the rule itself 97.11 % (no clear "
        "difference)."
    )
    assert comparisons.tell_lambda_rule(frame(RULE, *rows[1:])) == (
        "Highest with 1 times the rule's λ₂ (97.11 %)."
    )


TIMES = "input_space target seeds_reached seeds speedup"


def test_time_to_accuracy_is_told_of_the_highest_target_that_most_seeds_reach():
    rows = [
        ("pixels", 0.974, 10, 10, 1.2),
        ("clusters-70-samplestandard", 0.974, 10, 10, 8.2),
        ("clusters-70-samplestandard", 0.978, 4, 10, 3.5),
        ("clusters-40", 0.974, 0, 1, np.nan),
    ]
    assert over_time.tell_time_to_accuracy(frame(TIMES, *rows)) == (
        "With distances to 70 cluster centres, 10 of 10 seeds reach 97.40 % in 1/8.2 of the time "
        "of the training on pixels."
    )
    # An input space that was trained with one seed does not stand for it.
    alone = ("clusters-90", 0.99, 1, 1, 9.0)
    assert "10 of 10" in over_time.tell_time_to_accuracy(frame(TIMES, *rows, alone))
    assert "1 of 1 seed reaches 99.00 %" in over_time.tell_time_to_accuracy(frame(TIMES, alone))
    # Nobody is told "never" where some seeds get there.
    assert "4 of 10 seeds reach 97.80 %" in over_time.tell_time_to_accuracy(frame(TIMES, rows[2]))
    assert over_time.tell_time_to_accuracy(frame(TIMES, rows[3])) == (
        "No training on distances to cluster centres reaches 97.40 % test accuracy."
    )
    assert over_time.tell_time_to_accuracy(frame(TIMES, rows[0])) == ""


def test_controls_over_time_name_the_best_end():
    last = frame(
        "input_space validation_accuracy cpu_seconds", ("pixels", 0.968, 50), ("pca-70", 0.9732, 13)
    )
    assert over_time.tell_controls_over_time(last) == (
        "Highest at the end: 70 principal components, 97.3 % after 13 s of CPU time."
    )


def test_the_deep_model_tells_seconds_and_the_range_of_accuracies():
    rows = pd.DataFrame(
        {"seconds_per_epoch": [0.53, 0.96], "test_accuracy": [0.965, 0.926]},
        index=["numpy", "keras"],
    )
    assert deep_model.tell_deep_model(rows) == (
        "An epoch takes 0.53 s in NumPy and 0.96 s in Keras; test accuracies: 92.6 to 96.5 %."
    )


def test_a_deep_model_of_one_epoch_tells_its_accuracies_alone():
    rows = pd.DataFrame({"seconds_per_epoch": [None], "test_accuracy": [0.5]}, index=["keras"])
    rows["seconds_per_epoch"] = rows["seconds_per_epoch"].astype(float)
    assert deep_model.tell_deep_model(rows) == "Test accuracies: 50.0 %."


def test_parts_of_an_epoch_are_told_of_the_first_and_the_last_step():
    epochs = pd.DataFrame({"step": [0, 3, 6], "prediction_share": [0.18, 0.3, 0.65]})
    assert epoch_parts.tell_epoch_shares(epochs) == (
        "The prediction for all images takes 18 % of an epoch on step 0, 65 % on step 6."
    )


def test_the_way_to_the_input_layer_is_told_beside_the_published_one():
    times = frame(
        "origin step layer ratio_to_L1",
        ("measured", 0, "L0", 5.0),
        ("measured", 0, "L0", 7.0),
        ("measured", 0, "L1", 1.0),
        ("measured", 1, "L0", 9.0),
        ("published", 0, "L0", 6.2),
    )
    assert epoch_parts.tell_backward_times(times) == (
        "On step 0, the way back to the input layer takes 6.0 times as long as that to L1 "
        "(published: 6.2)."
    )
    assert epoch_parts.tell_backward_times(times[2:4].assign(step=0, layer="L1")) == ""


LOG = "measure epoch seeds mean band_low inside published"


def test_published_values_in_the_band_are_counted():
    rows = [
        ("loss", 1, 10, 2.0, 1.9, False, 2.2),
        ("loss", 2, 10, 1.0, 0.9, True, 1.0),
        ("accuracy", 1, 10, 0.5, 0.4, True, 0.55),
        ("accuracy", 2, 10, 0.7, 0.6, True, 0.65),
    ]
    log = frame(LOG, *rows)
    assert keras_log.tell_keras_log(log) == (
        "1 of 2 published losses and 2 of 2 published accuracies lie in the 95 % band of one more "
        "run."
    )
    # The band of two seeds holds nearly everything, so it tells nothing.
    for other in (log.assign(seeds=2), log.assign(seeds=2, published=np.nan)):
        assert keras_log.tell_keras_log(other) == (
            "The accuracy of the batches rises from 50.0 % in epoch 1 to 70.0 % in epoch 2 (mean "
            "of 2 seeds)."
        )


def test_operations_tell_the_overhead_beside_the_work():
    times = frame(
        "framework operation batch_size seconds_per_epoch",
        ("numpy", "forward", 32, 0.2),
        ("numpy", "update", 32, 0.1),
        ("numpy", "step_overhead", 32, 0.05),
        ("tensorflow", "forward", 32, 1.0),
        ("tensorflow", "step_overhead", 32, 2.4),
        ("tensorflow", "step_overhead", 500, 9.9),
    )
    assert operations.tell_operations(times) == (
        "Overhead of an epoch at batch size 32: 0.050 s in NumPy and 2.4 s in TensorFlow; "
        "operations: 0.30 s and 1.0 s."
    )
    assert operations.tell_operations(times[times["operation"] == "forward"]) == ""


def test_the_speed_of_products_is_told_as_a_range():
    products = frame("framework gflops", ("numpy", 6.1), ("numpy", 99.0), ("tensorflow", 7.0))
    assert operations.tell_roofline(products) == (
        "Speed of matrix products: 6.1 to 99 in NumPy and 7.0 to 7.0 in TensorFlow (10⁹ "
        "operations a second)."
    )


LADDER = "step name accuracy seconds ratio_to_keras"


def test_the_ladder_names_the_step_that_brings_most():
    summary = frame(
        LADDER,
        (0, "float64", "full", 4.0, 5.4),
        (0, "float64", "batch", 9.0, 9.0),
        (1, "float32", "full", 1.0, 1.3),
        (2, "no error below L1", "full", 0.7, 0.92),
        (None, "Keras", "batch", 0.75, 1.0),
    ).astype({"step": "Int64"})
    assert optimization_ladder.tell_optimization_ladder(summary) == (
        "The steps take NumPy from 5.4 to 0.92 times Keras' time. Step 1 brings most, a factor of "
        "4.0: float32."
    )
    assert optimization_ladder.tell_optimization_ladder(summary[:2]) == ""


def test_the_search_tells_the_chosen_network_beside_the_published_accuracy():
    summary = pd.Series(
        {
            "input_space": "pca-100",
            "test_accuracy": 0.9828,
            "seeds": 5,
            "published_accuracy": 0.978,
        }
    )
    assert search.tell_search(summary) == (
        "The chosen network reaches 98.3 % test accuracy (mean of 5 seeds) with 100 principal "
        "components; published: 97.8 %."
    )
    summary["published_accuracy"] = np.nan
    assert search.tell_search(summary).endswith("with 100 principal components.")


def test_threads_tell_the_processors_used_with_one_thread():
    turns = frame(
        "framework setting n_threads cpus_used disturbed",
        ("numpy", "environment", 1, 0.98, False),
        ("numpy", "environment", 2, 1.9, False),
        ("keras", "environment", 1, 1.1, False),
        ("keras", "environment", 1, 1.3, False),
        ("keras", "environment", 1, 5.0, True),
        ("keras", "api", 1, 3.0, False),
    )
    assert threads.tell_thread_scaling(turns) == (
        "Processors used with 1 thread allowed by the environment: NumPy 0.98 and Keras 1.2."
    )
    assert threads.tell_thread_scaling(turns[turns["setting"] == "api"]) == ""


def test_the_best_input_space_of_each_framework_is_named():
    chosen = frame(
        "framework input_space epoch test_accuracy",
        ("numpy", "pixels", 1, 0.99),
        ("numpy", "pixels", 35, 0.964),
        ("numpy", "clusters-70", 35, 0.931),
        ("keras", "clusters-70", 35, 0.9),
        ("keras", "pixels", 35, 0.83),
    )
    assert training_history.tell_training_history(chosen) == (
        "Best after 35 epochs: NumPy 96.4 % on pixels, Keras 90.0 % on distances to 70 cluster "
        "centres."
    )


def test_a_run_is_told_by_its_costs_and_accuracies_over_seeds():
    run = frame(
        "seed epoch last_batch_cost test_accuracy train_accuracy",
        (0, 1, 400.0, 0.8, 0.8),
        (1, 1, 420.0, 0.8, 0.8),
        (0, 2, 70.0, 0.96, 0.99),
        (1, 2, 80.0, 0.968, 0.992),
    )
    assert training_run.tell_run_panels(run) == (
        "The cost of the last mini-batch falls from 410 in epoch 1 to 75 in epoch 2 (mean of 2 "
        "seeds)."
    )
    assert training_run.tell_cost_and_accuracy(run) == (
        "After 2 epochs: 96.4 % test accuracy, 99.1 % training accuracy (mean of 2 seeds)."
    )
    assert training_run.tell_run_panels(run[:1]) == ""


def test_the_commonest_mistake_is_that_of_the_largest_share():
    confusion = frame(
        "label predicted images share", (4, 9, 5, 0.05), (7, 2, 6, 0.03), (4, 4, 95, 0.95)
    )
    assert training_run.tell_confusion(confusion) == (
        "Commonest mistake: 5.0 % of the images of class 4 are taken for 9."
    )
    assert training_run.tell_confusion(confusion[2:]) == "No test image is classified wrongly."
