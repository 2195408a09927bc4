"""Findings are sentences whose numbers stand in tables."""

import numpy as np
import pandas as pd
import pytest
from docutils.core import publish_parts
from mlplab.reporting.findings.chance import Chance
from mlplab.reporting.findings.origin import describe_origin
from mlplab.reporting.findings.rendering import render_findings
from mlplab.reporting.findings.sentences import find

from mlplab.reporting.tables.confusion import build_confusion


def ratios(**changes):
    rows = {
        "batch_size": [500, 60000, 500, 60000],
        "variant": ["keras", "keras", "keras_matched", "keras_matched"],
        "input_space": ["pixels"] * 4,
        "ratio_to_numpy": [2.75, 1.33, 1.9, 1.01],
        "ci_low": [2.61, 1.25, 1.7, 0.97],
        "ci_high": [2.93, 1.41, 2.1, 1.06],
        "verdict": ["slower", "slower", "slower", "no clear difference"],
        "disturbed": [False] * 4,
    }
    return pd.DataFrame(rows | changes)


def compiled_summary(sizes):
    """Compiled code saves 150 µs a batch and half a microsecond a sample."""
    numpy = 300 / np.array(sizes) + 2.0
    return pd.DataFrame(
        {
            "batch_size": [*sizes, *sizes],
            "variant": ["numpy"] * len(sizes) + ["compiled"] * len(sizes),
            "input_space": "pixels",
            "microseconds_per_sample": [*numpy, *(numpy - 150 / np.array(sizes) - 0.5)],
        }
    )


def test_what_compiling_saves_is_told_for_a_batch_and_for_a_sample():
    (sentence,) = find({"batch_size_summary": compiled_summary([30, 100, 1000, 60_000])})
    assert "0.54 times as long at batch size 30 and 0.75 times as long at batch size 60,000" in (
        sentence
    )
    assert "Fitted over 4 batch sizes, it saves 150 µs a batch" in sentence
    assert "and 0.5 µs a sample" in sentence


def test_a_single_batch_size_tells_no_saving():
    (sentence,) = find({"batch_size_summary": compiled_summary([1000])})
    assert sentence.endswith("0.72 times as long at batch size 1,000 as in NumPy.")
    alone = compiled_summary([1000]).iloc[:1]
    assert find({"batch_size_summary": alone}) == []


def deep_model(*variants):
    table = pd.DataFrame(
        {
            "variant": ["numpy", "keras", "keras_xla"],
            "test_accuracy": [0.9712, 0.9699, 0.9701],
            "seconds_per_epoch": [0.512, 1.04, 0.0876],
            "epochs": 30,
        }
    )
    return table[table["variant"].isin(variants)]


def operation_times():
    """Two batch sizes; two functions for one of NumPy's products."""
    rows = [
        (framework, operation, function, layer, size, factor * seconds)
        for framework, factor in (("numpy", 1), ("tensorflow", 3))
        for size, seconds in ((32, 1.0), (10_000, 0.1))
        for operation, function, layer in (
            ("gather", "take", None),
            ("forward", "matmul", "L0"),
            ("forward", "matmul", "L1"),
            ("step_overhead", "step", None),
        )
    ]
    rows.append(("numpy", "forward", "np.matmul", "L1", 32, 0.5))
    columns = ["framework", "operation", "function", "layer", "batch_size", "seconds_per_epoch"]
    return pd.DataFrame(rows, columns=columns)


def final_accuracies(numpy=(0.97, 0.96), keras=(0.88, 0.78)):
    return pd.DataFrame(
        {
            "experiment": ["article_a", "article_a", "batch_sizes", "batch_sizes"],
            "framework": ["numpy", "numpy", "keras", "keras"],
            "input_space": ["pixels"] * 4,
            "batch_size": [500, 500, 100, 2000],
            "seed": [0, 1, 0, 0],
            "epochs": [35, 35, 30, 30],
            "train_accuracy": [0.99, 0.98, 0.9, 0.8],
            "test_accuracy": [*numpy, *keras],
        }
    )


def ladder():
    return pd.DataFrame(
        {
            "step": [0, 0, 5, None],
            "name": ["float64", "float64", "this project's trainer", "Keras"],
            "accuracy": ["full", "batch", "full", "batch"],
            "batch_size": 500,
            "ratio_to_keras": [4.15, 1.5, 0.61, 1.0],
            "ci_low": [3.0, 1.0, 0.5, 1.0],
            "ci_high": [5.0, 2.0, 0.7, 1.0],
            "published_ratio": [5.42, 4.48, None, 1.0],
        }
    )


def times_to_accuracy(**changes):
    rows = {
        "input_space": ["clusters-70", "clusters-70", "pixels"],
        "target": [0.974, 0.978, 0.978],
        "target_kind": ["published", "best of the reference", "best of the reference"],
        "seeds_reached": [3, 1, 3],
        "seeds": [3, 3, 3],
        "epochs": [150, 600, 10],
        "speedup": [13.5, 3.1, 99.0],
        "ci_low": [12.0, 3.0, 90.0],
        "ci_high": [15.0, 3.2, 100.0],
    }
    return pd.DataFrame(rows | changes)


def controls(**changes):
    rows = {
        "input_space": ["clusters-70", "pca-70", "images-70", "projection-70"],
        "seeds": 3,
        "against": [None, "clusters-70", "clusters-70", "clusters-70"],
        "test_accuracy": [0.97, 0.972, 0.96, 0.95],
        "difference": [None, 0.002, -0.01, -0.02],
        "verdict": ["reference", "better", "worse", "worse"],
    }
    return pd.DataFrame(rows | changes)


def confusion():
    """Two seeds on 100 test images of two classes, 30 of the first; in two experiments."""
    one = {"label": [0, 0, 1, 1], "predicted": [0, 1, 0, 1], "images": [50, 10, 20, 120]}
    table = pd.DataFrame({"input_space": "pixels", "l2_factor": 1.0, "seeds": 2, **one})
    return pd.concat([table.assign(experiment=name) for name in ("article_a", "other")])


def search_result(*accuracies):
    return pd.DataFrame({"test_accuracy": accuracies})


@pytest.mark.parametrize(
    ("name", "table"),
    [
        ("batch_size_ratios", ratios().iloc[:0]),
        ("batch_size_ratios", ratios(input_space="clusters-70")),
        ("final_accuracies", final_accuracies().assign(experiment="other")),
        ("optimization_ladder_summary", pd.DataFrame({"step": [0], "accuracy": ["batch"]})),
        ("operation_times", operation_times().query("framework == 'numpy'")),
        ("deep_model", deep_model()),
        ("time_to_accuracy_summary", pd.DataFrame({"input_space": ["pixels"]})),
        ("feature_controls", pd.DataFrame({"difference": [None]})),
        ("search_result", search_result()),
    ],
)
def test_without_rows_of_its_own_nothing_is_found(name, table):
    assert find({}) == find({name: table}) == []


def test_findings_have_an_order_of_their_own():
    tables = {"search_result": search_result(0.9), "batch_size_ratios": ratios()}
    first, second = find(tables)
    assert first.startswith("An epoch of the articles' model")
    assert second.startswith("The setting that the search chose")


@pytest.mark.parametrize(
    ("variants", "told"),
    [
        (
            ("numpy", "keras", "keras_xla"),
            "After 30 epochs, the test accuracy of article B's deep model is 97.12 % in NumPy "
            "(0.51 s an epoch), 96.99 % in Keras (1 s an epoch) and 97.01 % in Keras with XLA "
            "(0.088 s an epoch), with one seed each.",
        ),
        (("keras",), "deep model is 96.99 % in Keras (1 s an epoch), with one seed each."),
    ],
)
def test_the_deep_model_is_told_in_the_variants_that_were_trained(variants, told):
    (sentence,) = find({"deep_model": deep_model(*variants)})
    assert told in sentence


@pytest.mark.parametrize(
    ("accuracies", "told"),
    [
        ((0.981, 0.982, 0.9826), "reaches 98.19 % (98.10 to 98.26) test accuracy (3 seeds)."),
        ((0.981,), "reaches 98.10 % test accuracy (1 seed)."),
    ],
)
def test_the_search_is_told_by_its_final_trainings(accuracies, told):
    (sentence,) = find({"search_result": search_result(*accuracies)})
    assert sentence.endswith(told)


def test_one_batch_size_is_told_once_and_without_the_matched_model_nothing_of_it():
    (sentence,) = find({"batch_size_ratios": ratios().head(1)})
    assert sentence.endswith("epoch in NumPy at batch size 500.")
    assert sentence.count("2.75") == 1


def test_times_are_told_with_their_intervals_and_verdicts():
    (sentence,) = find({"batch_size_ratios": ratios()})
    assert "takes 2.75 (2.61 to 2.93) times as long" in sentence
    assert "at batch size 500 and 1.33 (1.25 to 1.41) times at 60,000" in sentence
    assert "slower at 1 of 2 and no clear difference at 1 of 2 batch sizes" in sentence


def test_the_numbers_follow_the_table():
    (sentence,) = find({"batch_size_ratios": ratios(ratio_to_numpy=[0.5, 0.6, 0.7, 0.8])})
    assert "takes 0.50 (" in sentence
    assert "2.75" not in sentence


def test_ratios_of_disturbed_rounds_come_with_a_warning():
    warning = (
        "In some of these cases most measurements were disturbed: other processes or "
        "the host used the machine, or the cores moved apart."
    )
    quiet, disturbed = (
        find({"batch_size_ratios": ratios(disturbed=[False, False, False, last])})[0]
        for last in (False, True)
    )
    assert warning not in quiet
    assert disturbed == f"{quiet} {warning}"


def test_an_interval_that_is_not_there_is_not_told():
    (sentence,) = find({"batch_size_ratios": ratios(ci_low=float("nan"), ci_high=float("nan"))})
    assert "takes 2.75 times as long" in sentence
    assert "nan" not in sentence


def test_claims_are_counted_by_verdict():
    verdicts = ["reproduced", "reproduced", "not tested", "not reproduced"]
    claims = pd.DataFrame({"verdict": verdicts, "counted": [True, True, True, False]})
    assert find({"claims": claims}) == [
        "Of 3 statements of the articles: 2 reproduced and 1 not tested."
    ]


def test_accuracies_are_means_with_the_range_of_their_seeds():
    final = final_accuracies()
    (sentence,) = find({"final_accuracies": final})
    assert "98.50 % (98.00 to 99.00) training accuracy" in sentence
    assert "after 35 epochs (2 seeds)" in sentence
    assert "reaches 88.00 % test accuracy after 30 epochs at batch size 100" in sentence
    (sentence,) = find({"final_accuracies": final.head(2)})
    assert sentence.endswith("training accuracy after 35 epochs (2 seeds).")


def test_why_is_told_by_what_steps_and_operations_take():
    times = operation_times()
    (sentence,) = find({"operation_times": times})
    assert sentence == (
        "In an epoch at batch size 32, the overhead of all steps is 3 s in Keras and 1 s in NumPy; "
        "the operations, called one by one, take 9 s in TensorFlow and 3 s in NumPy. At batch size "
        "10,000, the overhead is 0.3 s and 0.1 s, and the operations take 0.9 s and 0.3 s."
    )
    lacks_one = times[(times["batch_size"] == 32) | (times["framework"] == "numpy")]
    (sentence,) = find({"operation_times": lacks_one})
    assert sentence.endswith("3 s in NumPy.")


def test_steps_of_the_ladder_are_compared_with_what_was_published():
    (sentence,) = find({"optimization_ladder_summary": ladder()})
    assert (
        "takes 4.15 (3.00 to 5.00) times as long as an epoch of Keras, published 5.42" in sentence
    )
    assert "an epoch of this project's trainer takes 0.61 (0.50 to 0.70) times" in sentence


def test_the_elbow_is_told_as_the_sweep_judges_it():
    choices = pd.DataFrame(
        {
            "criterion": ["elbow", "silhouette peak", "silhouette peak", "chosen"],
            "k": [50, 110, 160, 110],
            "statement": ["no clear elbow: from 40 to 100 in 45 cases", "", "", ""],
        }
    )
    (sentence,) = find({"cluster_choices": choices})
    assert "peaks at K = 110 and K = 160." in sentence
    assert sentence.endswith("no clear elbow: from 40 to 100 in 45 cases.")
    (sentence,) = find({"cluster_choices": choices.iloc[:1]})
    assert "peaks at no K inside the sweep" in sentence
    (sentence,) = find({"cluster_choices": choices.iloc[1:2]})
    assert sentence == "The mean silhouette has peaks at K = 110."


def test_only_targets_that_all_seeds_reach_are_told():
    (sentence,) = find({"time_to_accuracy_summary": times_to_accuracy()})
    assert "distances to 70 cluster centres" in sentence
    assert "97.40 % test accuracy, after 150 epochs on average." in sentence
    assert "training on pixels takes 13.50 (12.00 to 15.00) times as long" in sentence


def test_other_inputs_are_told_by_verdict():
    (sentence,) = find({"feature_controls": controls()})
    assert "against distances to 70 cluster centres, by" in sentence
    assert sentence.endswith(
        "over 3 seeds, corrected for the number of comparisons (Holm), are better: 70 "
        "principal components; worse: distances to 70 training images, 70 random directions."
    )


NOTHING = "learned nothing that shows on test images"
# Of these 100 test images, 70 have one class; the 95 % interval around 0.7 ends at 0.79.
NO_BETTER = (
    "always naming the commonest class reaches 70.00 %, by chance up to 79.00 % of 100 images"
)


def find_with_chance(**tables):
    return find({"confusion": confusion(), **tables})


def test_learning_nothing_is_told_of_accuracies_up_to_the_interval_of_the_commonest_class():
    chance = Chance.of(confusion())
    assert chance.share == 0.7
    assert chance.limit == 0.79
    assert [chance.covers(accuracy) for accuracy in (0.1, 0.79, 0.8)] == [True, True, False]
    assert not Chance.of(confusion().iloc[:0]).covers(0.0)


def test_the_commonest_class_is_that_of_the_test_images_of_a_run(tmp_path):
    y_test = np.repeat([0, 1, 2], [200, 500, 300])
    trainings = [
        {"experiment": name, "space": "pixels-standard", "l2_factor": 1.0, "seed": seed}
        for name, seed in (("article_a", 0), ("article_a", 1), ("other", 0))
    ]
    paths = [str(tmp_path / f"{number}.npy") for number in range(3)]
    for path in paths:
        np.save(path, np.zeros(1000, dtype=int))
    chance = Chance.of(build_confusion(paths, trainings, y_test, np.array([3, 5, 300])))
    assert chance.share == 0.5
    # 0.5 ± 1.96 · √(0.5 · 0.5 / 1000), to the next image.
    assert chance.limit == pytest.approx(0.531, abs=0.0011)


def test_a_network_that_learned_nothing_has_no_result_but_this():
    (sentence,) = find_with_chance(final_accuracies=final_accuracies(keras=(0.7, 0.9)))
    assert sentence.endswith(
        "(2 seeds); its reference model in Keras reaches 70.00 % test accuracy after 30 epochs at "
        f"batch size 100 (seed 0), so it {NOTHING}: {NO_BETTER}."
    )
    (sentence,) = find_with_chance(final_accuracies=final_accuracies(numpy=(0.7, 0.6)))
    assert f"(2 seeds), so it {NOTHING}: {NO_BETTER}; its reference" in sentence
    assert "training methods" not in sentence


def test_seeds_that_learned_nothing_are_counted():
    (sentence,) = find_with_chance(final_accuracies=final_accuracies(numpy=(0.97, 0.7)))
    assert f"(2 seeds), of which 1 {NOTHING}: {NO_BETTER}; its reference" in sentence


def test_networks_that_learned_are_told_as_without_the_chance_level():
    tables = {
        "final_accuracies": final_accuracies(),
        "batch_size_ratios": ratios(),
        "optimization_ladder_summary": ladder(),
        "deep_model": deep_model("numpy", "keras"),
        "time_to_accuracy_summary": times_to_accuracy(),
        "feature_controls": controls(),
        "search_result": search_result(0.98, 0.97),
    }
    sentences = find_with_chance(**tables)
    assert len(sentences) == len(tables)
    assert sentences == find(tables)
    assert "learned nothing" not in " ".join(sentences)


@pytest.mark.parametrize(
    ("accuracies", "who"),
    [
        ({"keras": (0.7, 0.9)}, "article A's reference model in Keras"),
        ({"numpy": (0.7, 0.1)}, "article A's network in NumPy"),
        (
            {"keras": (0.7, 0.9), "numpy": (0.7, 0.1)},
            "article A's network in NumPy and article A's reference model in Keras",
        ),
    ],
)
@pytest.mark.parametrize(
    ("name", "table"), [("batch_size_ratios", ratios()), ("optimization_ladder_summary", ladder())]
)
def test_times_of_networks_that_learned_nothing_are_times_alone(name, table, accuracies, who):
    final = final_accuracies(**accuracies)
    sentence = find_with_chance(final_accuracies=final, **{name: table})[-1]
    assert sentence.endswith(f". These are times alone: in this run, {who} {NOTHING}; {NO_BETTER}.")


def test_variants_of_the_deep_model_that_learned_nothing_are_named():
    table = deep_model("numpy", "keras", "keras_xla").assign(test_accuracy=[0.97, 0.7, 0.6])
    (sentence,) = find_with_chance(deep_model=table)
    assert sentence.endswith(f"each. Keras and Keras with XLA {NOTHING}: {NO_BETTER}.")


def test_input_spaces_on_which_nothing_is_learned_are_named():
    (sentence,) = find_with_chance(feature_controls=controls(test_accuracy=[0.7, 0.9, 0.6, 0.9]))
    spaces = "distances to 70 cluster centres and distances to 70 training images"
    assert sentence.endswith(f". Networks on {spaces} {NOTHING}: {NO_BETTER}.")


def test_a_search_that_learned_nothing_is_told():
    (sentence,) = find_with_chance(search_result=search_result(0.7, 0.6))
    assert sentence.endswith(f"accuracy (2 seeds), so it {NOTHING}: {NO_BETTER}.")


def test_targets_that_no_input_space_reaches_are_told():
    unreached = times_to_accuracy(seeds_reached=[2, 0, 3])
    assert find_with_chance(time_to_accuracy_summary=unreached) == [
        "With distances to cluster centres instead of pixels, no input space reaches a target "
        "accuracy with all seeds."
    ]


def test_targets_within_chance_are_no_result():
    reached = times_to_accuracy(target=[0.75, 0.5, 0.9], target_kind="configured")
    (sentence,) = find_with_chance(time_to_accuracy_summary=reached.assign(seeds_reached=3))
    assert sentence.endswith(
        "with all seeds; targets that a network reaches by chance do not count."
    )


def test_a_reference_that_learned_nothing_is_told_beside_times_to_accuracy():
    low = times_to_accuracy(target=[0.974, 0.71, 0.71])
    (sentence,) = find_with_chance(time_to_accuracy_summary=low)
    assert "97.40 % test accuracy, after 150 epochs on average." in sentence
    told = f" The reference {NOTHING}: its best accuracy is 71.00 %; {NO_BETTER}."
    assert sentence.endswith(told)


@pytest.fixture
def record():
    return {
        "machine": {"processor": "Chip (R) *", "processors": 2, "system": "S", "python": "3.11"},
        "code": {"libraries": {"numpy": "2.4.6"}},
        "blas": [{"user_api": "blas", "internal_api": "openblas", "version": "0.3",
                  "architecture": "Zen"}],
        "git": {"commit": "0123456789abcdef", "dirty": True},
        "started": "2026-01-01T10:00:00+00:00",
        "ended": "2026-01-01T10:05:00+00:00",
    }  # fmt: skip


def test_the_origin_names_all_machines_that_took_part(record):
    other = record | {"machine": record["machine"] | {"processor": "Other"}, "ended": "2026-01-02"}
    origin = describe_origin([record, other, record, None])
    assert origin["processor"].startswith("Chip (R) *, 2")
    assert "; Other, 2" in origin["processor"]
    assert origin["made (UTC)"] == "2026-01-01T10:00:00+00:00 to 2026-01-02"
    assert origin["code"] == "0123456789ab, with changes"
    assert origin["libraries"] == "numpy 2.4.6"
    assert origin["records"] == "1 table without one"


def test_tables_without_records_have_no_origin_but_say_so(record):
    assert describe_origin([None, None]) == {"records": "none of 2 tables has one"}
    outside = record | {"git": {"commit": None, "dirty": False}}
    assert describe_origin([outside])["code"] == "not from a git repository"


def test_findings_and_machine_become_a_page_that_has_every_word(record):
    sentences = ["Keras is 2.75 (2.61 to 2.93) times *slower*.", "`K` = 70 | _x_"]
    text = render_findings(sentences, describe_origin([record]))
    page = publish_parts(text, writer="html", settings_overrides={"halt_level": 2})["html_body"]
    assert "In brackets:" not in render_findings(["Right are 0.98 (one of 3 seeds)."], {})
    for word in (
        "In brackets:",
        "times *slower*.",
        "`K` = 70 | _x_",
        "Chip (R) *, 2",
        "openblas 0.3 (Zen)",
    ):
        assert word in page
