"""The search draws what is declared, promotes the best, and never looks at the test part."""

import matplotlib.pyplot as plt
import numpy as np
import pandas as pd
import pytest
from sklearn.datasets import load_digits

from mlplab.config.faults import ConfigError
from mlplab.config.loading import load_config
from mlplab.config.search import find_search_size_conflicts
from mlplab.reporting.figures.search import plot_search
from mlplab.training.samples import Samples
from mlplab.training.search.draws import SearchSpace, draw_settings, find_decrease_const
from mlplab.training.search.inputs import make_search_features
from mlplab.training.search.ranking import choose_setting, rank_trials, tabulate_trials
from mlplab.training.search.results import summarize_search
from mlplab.training.search.trials import SearchNetwork, run_trial, split_samples, train_final
from tests.unit.config.test_loading import DATASETS, changed

SPACE = SearchSpace(
    input_spaces=["pca-8", "pca-8-whitened"],
    learning_rate=[0.001, 0.1],
    learning_rate_end_ratio=[0.1, 0.1],
    l2=[0.01, 1.0],
    l1=[0.001, 0.01],
    batch_sizes=[50, 100],
)


@pytest.fixture(scope="module")
def digits():
    x, y = load_digits(return_X_y=True)
    return x.astype(np.float32) / 16, y.astype(np.uint8)


def stage_of(accuracies, stage=1):
    return pd.DataFrame(
        {"trial": range(len(accuracies)), "stage": stage, "validation_accuracy": accuracies}
    )


def try_setting(digits, learning_rate, epochs=10):
    x, y = digits
    fit, validation = make_search_features("pca-16-halfwhitened", x[:1200], x[1200:1600], seed=0)
    setting = {
        "trial": 3,
        "input_space": "pca-16-halfwhitened",
        "learning_rate": learning_rate,
        "learning_rate_end_ratio": 0.1,
        "l2": 0.001,
        "l1": 0.0001,
        "batch_size": 50,
    }
    return run_trial(
        split_samples(fit, validation, y[:1600]),
        setting,
        SearchNetwork((16,)),
        stage=1,
        epochs=epochs,
        seed=0,
    )


def test_draws_are_those_of_the_seed_and_more_trials_only_add_to_them():
    few, many = draw_settings(5, SPACE, seed=1), draw_settings(40, SPACE, seed=1)
    pd.testing.assert_frame_equal(few, many.head(5))
    assert not few.drop(columns="trial").equals(
        draw_settings(5, SPACE, seed=2).drop(columns="trial")
    )


def test_draws_fill_the_declared_space_evenly():
    drawn = draw_settings(2000, SPACE, seed=0)
    assert set(drawn["input_space"]) == {"pca-8", "pca-8-whitened"}
    assert set(drawn["batch_size"]) == {50, 100}
    assert np.allclose(drawn["learning_rate_end_ratio"], 0.1)
    for name, low, high in (("learning_rate", 0.001, 0.1), ("l2", 0.01, 1.0)):
        assert drawn[name].between(low, high).all()
        # the median of a log-uniform number is the geometric mean of its limits
        assert np.log10(drawn[name].median() / np.sqrt(low * high)) == pytest.approx(0, abs=0.1)


@pytest.mark.parametrize(("end", "epochs"), [(0.02, 2), (0.02, 300), (0.5, 60), (0.999, 10)])
def test_the_learning_rate_ends_where_it_should(end, epochs):
    constant = find_decrease_const(end, epochs)
    assert 1 / np.prod(1 + constant * np.arange(epochs)) == pytest.approx(end, rel=1e-6)


def test_no_decrease_is_needed_for_one_epoch_or_a_steady_learning_rate():
    assert find_decrease_const(0.1, 1) == find_decrease_const(1.0, 50) == 0.0


def test_ties_go_to_the_earlier_trial_and_diverged_ones_come_last():
    ranked = rank_trials(stage_of([0.9, np.nan, 0.95, 0.95]).sample(frac=1, random_state=0))
    assert ranked["trial"].tolist() == [2, 3, 0, 1]
    assert choose_setting(ranked)["trial"] == 2


def test_there_is_no_choice_where_all_diverged():
    with pytest.raises(ValueError, match="all diverged; search smaller values"):
        choose_setting(stage_of([np.nan, np.nan]))


def test_every_trial_has_an_outcome():
    first = stage_of([0.9, np.nan, 0.95, 0.8])
    second = stage_of([0.93, 0.96], stage=2).assign(trial=[2, 0])
    table = tabulate_trials(pd.concat([second, first]))
    assert list(zip(table["stage"], table["trial"], table["outcome"], strict=True)) == [
        (1, 2, "promoted"),
        (1, 0, "promoted"),
        (1, 3, "dropped"),
        (1, 1, "diverged"),
        (2, 0, "chosen"),
        (2, 2, "dropped"),
    ]


def test_a_trial_is_a_row_with_its_setting_and_accuracy(digits):
    row = try_setting(digits, 0.02, epochs=30).iloc[0]
    assert row[["trial", "stage", "epochs", "n_features"]].tolist() == [3, 1, 30, 16]
    assert row["validation_accuracy"] > 0.85
    assert 1 <= row["best_epoch"] <= 30
    assert row["decrease_const"] == find_decrease_const(0.1, 30)


def test_a_diverging_trial_is_a_row_without_accuracy(digits):
    row = try_setting(digits, 1e6).iloc[0]
    assert np.isnan(row["validation_accuracy"])
    assert pd.isna(row["best_epoch"])
    assert row["learning_rate"] == 1e6


def test_features_are_learned_from_the_fit_part_alone(digits):
    x, _ = digits
    for space in ("clusters-12", "clusters-12-whitened", "pca-12-halfwhitened", "images-12"):
        fit, other = make_search_features(space, x[:1000], x[1000:1200], seed=4)
        again, _ = make_search_features(space, x[:1000], x[1000:1100] * 7, seed=4)
        assert np.array_equal(fit, again)
        assert (fit.shape, other.shape) == ((1000, 12), (200, 12))


def test_the_test_images_have_no_influence_on_the_final_network(digits):
    x, y = digits
    setting = try_setting(digits, 0.02).iloc[0]

    def final(x_test, y_test):
        samples = Samples(x[:1200], y[:1200], x_test, y_test)
        return train_final(samples, setting, SearchNetwork((16,)), seed=1).iloc[0]

    one, other = final(x[1200:], y[1200:]), final(x[1200:] * 0, (y[1200:] + 1) % 10)
    assert one["train_accuracy"] == other["train_accuracy"]
    assert one["test_accuracy"] > 0.5 > other["test_accuracy"]
    assert (one["seed"], one["epochs"]) == (1, 10)


def test_the_summary_is_the_mean_with_students_interval():
    result = pd.DataFrame(
        {"trial": 3, "seed": range(4), "test_accuracy": [0.980, 0.982, 0.981, 0.983]}
    ).assign(train_accuracy=1.0, seconds=2.0)
    row = summarize_search(result, 0.978).iloc[0]
    # 3.182 is the 0.975 quantile of Student's t with three degrees of freedom
    half = 3.182 * np.std(result["test_accuracy"], ddof=1) / 2
    assert row["test_accuracy"] == pytest.approx(0.9815)
    assert row["ci_low"] == pytest.approx(0.9815 - half, abs=1e-6)
    assert row["ci_high"] == pytest.approx(0.9815 + half, abs=1e-6)
    assert (row["seeds"], row["published_accuracy"]) == (4, 0.978)
    single = summarize_search(result.head(1), None).iloc[0]
    assert single[["ci_low", "ci_high", "published_accuracy"]].isna().all()


def test_the_figure_marks_the_chosen_trial_and_counts_the_diverged(digits):
    trials = pd.concat(
        [try_setting(digits, rate).assign(trial=i) for i, rate in enumerate((0.02, 1e6))]
    )
    table = tabulate_trials(trials)
    final = pd.DataFrame({"trial": [0], "seed": [0], "test_accuracy": [0.97]}).assign(
        input_space="pca-16-halfwhitened", train_accuracy=1.0, seconds=2.0
    )
    figure = plot_search(table, final, summarize_search(final, None))
    left = figure.axes[0]
    assert "1 diverged" in left.get_title(loc="left")
    assert any("ringed: chosen after" in text.get_text() for text in left.texts)
    words = [text.get_text() for text in figure.legends[0].get_texts()]
    assert words == ["16 principal components (half whitened)"]
    plt.close(figure)


def test_the_figure_shows_the_mean_of_the_seeds_beside_the_published_accuracy(digits):
    trials = try_setting(digits, 0.02).assign(trial=0)
    final = pd.DataFrame({"trial": 0, "seed": [0, 1, 2], "test_accuracy": [0.97, 0.98, 0.985]})
    final = final.assign(input_space="pca-16-halfwhitened", train_accuracy=1.0, seconds=2.0)
    summary = summarize_search(final, 0.978)
    figure = plot_search(tabulate_trials(trials), final, summary)
    right = figure.axes[1]
    assert [text.get_text() for text in right.texts] == ["0.9783", "published 0.978"]
    assert right.lines[0].get_ydata().tolist() == [0.97, 0.98, 0.985]
    assert [0.978, 0.978] in [list(line.get_ydata()) for line in right.lines]
    (interval,) = [bars.get_segments()[0].tolist() for bars in right.collections]
    row = summary.iloc[0]
    assert interval == [pytest.approx([0.5, row["ci_low"]]), pytest.approx([0.5, row["ci_high"]])]
    plt.close(figure)


@pytest.mark.parametrize(
    ("key", "value", "fault"),
    [
        ("search.space.input_spaces", ["pca-101"], "search.space.input_spaces: found 'pca-101'"),
        ("search.space.input_spaces", ["pixels"], "search.space.input_spaces: found 'pixels'"),
        ("search.space.learning_rate", [0.1, 0.01], "the smaller first"),
        (
            "search.space.learning_rate_end_ratio",
            [0.1, 2],
            "search.space.learning_rate_end_ratio[1]: found 2",
        ),
        ("search.n_validation", 59950, "search.n_validation: found 59950"),
        ("search.space.batch_sizes", [50001], "search.space.batch_sizes: found 50001"),
        (
            "search.stages",
            [{"trials": 2, "epochs": 1}, {"trials": 3, "epochs": 1}],
            "search.stages: found 3 trials after 2",
        ),
    ],
)  # fmt: skip
def test_a_search_that_cannot_be_is_refused(key, value, fault):
    with pytest.raises(ConfigError) as refused:
        load_config(changed(key, value), DATASETS)
    assert fault in str(refused.value)


def test_there_are_no_more_components_than_pixels():
    spaces = ["pca-90", "pca-30-whitened", "clusters-90"]
    search = load_config(changed("search.space.input_spaces", spaces)).search
    (fault,) = find_search_size_conflicts(search, 60_000, 5 * 7)
    assert fault.startswith("search.space.input_spaces: found 'pca-90'; allowed: at most 35 comp")
    assert not list(find_search_size_conflicts(search, 60_000, 90))
