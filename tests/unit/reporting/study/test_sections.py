"""Each question has an answer of one short sentence, with its number and interval."""

import re
from dataclasses import replace

import numpy as np
import pandas as pd
import pytest

from mlplab.reporting.study import assemble
from mlplab.reporting.study.content import Tables
from mlplab.reporting.study.run import Run
from mlplab.reporting.study.sections import (
    best_network,
    clusters,
    distances,
    keras_accuracy,
    keras_speed,
    optimisations,
    published,
    threads,
)
from mlplab.training.differences import DIFFERENCES
from tests.unit.reporting.study.conftest import STYLES
from tests.unit.reporting.study.sample_run import sample_tables

MOST_WORDS = 25


def run_of(**changed):
    """A run with the sample's tables, some of them changed or, for None, left out."""
    tables = {name: t for name, t in (sample_tables() | changed).items() if t is not None}
    return Run("sample", Tables(tables), {"search": {"max_features": 100}}, (), STYLES)


def answer(section, **changed):
    return section.tell(run_of(**changed)).answer


def without_interval(table, *names):
    return table.assign(**dict.fromkeys(names or ("ci_low", "ci_high"), np.nan))


def test_every_question_is_answered_in_few_words(study):
    assert [section.id for section in study.sections] == [m.ID for m in assemble.SECTIONS]
    for section in study.sections:
        assert section.content is not None, section.reason
        sentence = section.content.answer
        assert len(sentence.split()) <= MOST_WORDS, sentence
        assert sentence.endswith(".")
        assert sentence.count(". ") == 0
        assert section.content.certainty
        assert len(" ".join(section.content.meaning)) > 60


def test_answers_tell_their_interval(study):
    answers = {section.id: section.content.answer for section in study.sections}
    for name in ("keras-speed", "optimisations", "threads", "distances", "best-network"):
        assert re.search(r"\(95 % interval [\d.]+ to [\d.]+\)", answers[name]), answers[name]


@pytest.mark.parametrize(
    ("sizes", "words"),
    [
        ([250], "at batch size 250;"),
        ([60000], "at batch size 60,000;"),
        ([10000, 20000, 60000], "at batch sizes 10,000 to 60,000;"),
        ([32, 250, 1000, 2000, 60000], "at 5 of 11 batch sizes;"),
    ],
)
def test_where_keras_is_faster_is_told_by_batch_size(sizes, words):
    ratios = sample_tables()["batch_size_ratios"]
    keras = ratios["batch_size"].isin(sizes).map({True: "faster", False: "slower"})
    sentence = answer(keras_speed, batch_size_ratios=ratios.assign(verdict=keras))
    assert sentence.startswith(
        f"Keras beats this project's NumPy {words} at 500 it takes 2.86 times as long"
    )
    assert len(sentence.split()) <= MOST_WORDS


def test_keras_that_is_slower_at_every_batch_size_is_told_beside_which_numpy():
    ratios = sample_tables()["batch_size_ratios"].assign(verdict="slower")
    sentence = answer(keras_speed, batch_size_ratios=ratios)
    assert sentence.startswith(
        "Keras is slower than this project's NumPy at all 11 batch sizes; at 500 by a factor of "
        "2.86 (95 % interval"
    )
    assert len(sentence.split()) <= MOST_WORDS
    one = ratios[ratios["batch_size"] == 500]
    assert answer(keras_speed, batch_size_ratios=one).startswith(
        "Keras is slower than this project's NumPy at batch size 500 by a factor of 2.86"
    )
    two = ratios[ratios["batch_size"].isin([32, 500])]
    assert "NumPy at both batch sizes; at 500" in answer(keras_speed, batch_size_ratios=two)
    unclear = ratios.assign(verdict="no clear difference")
    assert "at none of 11 batch sizes;" in answer(keras_speed, batch_size_ratios=unclear)


@pytest.mark.parametrize(
    ("verdict", "words"),
    [("faster", "is faster than"), ("no clear difference", "shows no clear difference from")],
)
def test_one_batch_size_is_told_as_the_only_one(verdict, words):
    ratios = sample_tables()["batch_size_ratios"].assign(verdict=verdict)
    sentence = answer(keras_speed, batch_size_ratios=ratios[ratios["batch_size"] == 500])
    assert sentence.startswith(
        f"Keras {words} this project's NumPy at batch size 500: it takes 2.86 times as long"
    )
    assert len(sentence.split()) <= MOST_WORDS


def test_an_interval_that_tells_nothing_is_not_printed():
    ratios = sample_tables()["batch_size_ratios"].assign(ci_low=1e-9, ci_high=1e9)
    sentence = answer(keras_speed, batch_size_ratios=ratios)
    assert sentence.endswith("(interval wider than a factor of 100).")


def test_the_articles_own_programs_are_told_beside_keras_with_their_intervals():
    told = keras_speed.tell(run_of()).meaning[1]
    assert "takes 0.780 times Keras' time at batch size 500 (95 % interval 0.686 to 0.889)" in told
    assert "2.00 times at 10,000 (95 % interval 2.00 to 2.00) and 3.00 times at 60,000" in told
    assert "The program after part III takes 3.00 times at 60,000" in told
    assert "The articles print 1.02 to 5.42 times Keras' time" in told
    neither = run_of(optimization_ladder_summary=None, ladder_batch_sizes=None)
    assert keras_speed.tell(neither).meaning[1] == ""
    rounds_alone = keras_speed.tell(run_of(optimization_ladder_summary=None)).meaning[1]
    assert "takes 2.00 times Keras' time at 10,000" in rounds_alone


def test_more_batch_sizes_than_the_answer_holds_are_named_below_it():
    ratios = sample_tables()["batch_size_ratios"]
    faster = ratios["batch_size"].isin([32, 250, 1000]).map({True: "faster", False: "slower"})
    content = keras_speed.tell(run_of(batch_size_ratios=ratios.assign(verdict=faster)))
    assert "It is faster at 32, 250 and 1,000." in content.meaning[0]


def test_one_round_tells_a_ratio_without_an_interval():
    ratios = without_interval(sample_tables()["batch_size_ratios"]).assign(verdict="not tested")
    sentence = answer(keras_speed, batch_size_ratios=ratios)
    assert sentence.endswith("it takes 2.86 times as long.")


def test_what_a_step_costs_beside_its_arithmetic_is_told():
    why = keras_speed.tell(run_of()).meaning[-1]
    assert "At batch size 32 this totals 3.0 s of Keras' 4.2 s epoch" in why
    assert "and 1.0 s of NumPy's 0.62 s." in why
    assert "At 10,000 the overhead is 0.30 s of" in why
    slower = sample_tables()["batch_size_ratios"].assign(verdict="slower")
    why = keras_speed.tell(run_of(batch_size_ratios=slower)).meaning[-1]
    assert "So the 0.910 times at 60,000 have another reason, in the arithmetic" in why
    assert "matrix products alone need 0.075 s there, NumPy 0.15 s in all and Keras 0.14 s" in why
    for missing in ("batch_size_summary", "operation_times"):
        told = " ".join(keras_speed.tell(run_of(**{missing: None})).meaning)
        assert "Why:" not in told


def test_variants_that_could_not_be_measured_are_named():
    absent = pd.DataFrame({"variant": ["jax", "jax"], "reason": "not installed"})
    certainty = keras_speed.tell(run_of(absent_variants=absent)).certainty
    assert certainty.endswith("Not measured: JAX (not installed).")


def test_times_of_networks_that_learned_nothing_carry_a_warning():
    failed = sample_tables()["final_accuracies"].assign(test_accuracy=0.1)
    for section in (keras_speed, optimisations):
        meaning = section.tell(run_of(final_accuracies=failed)).meaning
        assert "These are times alone" in " ".join(meaning)


def test_the_largest_optimisation_is_found_in_the_rounds():
    rounds = sample_tables()["optimization_ladder"]
    exact = {0: 8.0, 1: 2.0, 2: 1.0, 3: 1.0, 4: 1.0, 5: 0.5, 6: 0.5}
    rounds = rounds.assign(full_accuracy_seconds=rounds["step"].map(exact))
    content = optimisations.tell(run_of(optimization_ladder=rounds))
    assert content.answer == (
        "With a prediction for all images each epoch, “float32” gained most: 4.00 times as fast "
        "(95 % interval 4.00 to 4.00)."
    )
    gains = [row.cells[2].text for row in content.tables[0].rows]
    assert gains == ["4.00", "2.00", "1.00", "1.00", "2.00", "1.00"]
    published = [row.cells[7].text for row in content.tables[0].rows]
    assert published == ["1.75", "1.80", "", "", "", ""]


def test_the_articles_own_best_step_is_told_beside_a_larger_one_of_this_project():
    meaning = " ".join(optimisations.tell(run_of()).meaning)
    assert "Of the articles' own steps, “float32” brought most: 2.5" in meaning
    assert (
        "At the articles' last step (4), leaving out the prediction makes an epoch 3.00 times"
        in meaning
    )
    assert "step 0 takes 6.75 times as long as Keras without it (published 5.42" in meaning


def test_a_gain_whose_interval_overlaps_that_of_the_next_is_not_called_the_largest_alone():
    rounds = sample_tables()["optimization_ladder"]
    noise = rounds["round"].map(lambda number: 1 + 0.2 * (number % 3))
    exact = {0: 8.0, 1: 3.6, 2: 2.1, 3: 1.0, 4: 1.0, 5: 1.0, 6: 1.0}
    seconds = rounds["step"].map(exact) * noise.where(rounds["step"].isin([1, 3]), 1.0)
    told = optimisations.tell(
        run_of(optimization_ladder=rounds.assign(full_accuracy_seconds=seconds))
    )
    assert "Its interval overlaps that of “" in told.meaning[0]
    assert "either may have gained most" in told.meaning[0]
    clear = rounds.assign(full_accuracy_seconds=rounds["step"].map(exact | {1: 2.0}))
    assert "overlaps" not in optimisations.tell(run_of(optimization_ladder=clear)).meaning[0]


def test_columns_of_the_gains_have_names_of_their_own():
    (table,) = optimisations.tell(run_of()).tables
    titles = [column.title for column in table.columns]
    assert len(set(titles)) == len(titles)


def test_a_gain_whose_interval_holds_1_is_not_called_clear():
    ladder = sample_tables()["optimization_ladder"]
    two = ladder[ladder["round"] <= 2].copy()
    columns = ["full_accuracy_seconds", "batch_accuracy_seconds"]
    two.loc[two["round"] == 2, columns] = 1.0
    sentence = answer(optimisations, optimization_ladder=two)
    assert sentence.startswith("With full prediction, no step gained clearly; “")
    assert len(sentence.split()) <= MOST_WORDS
    alone = answer(optimisations, optimization_ladder=two[two["round"] == 1])
    assert alone.startswith("With a prediction for all images each epoch, “")


def test_a_clear_gain_comes_before_a_larger_one_that_is_not():
    ladder = sample_tables()["optimization_ladder"]
    exact = {0: 8.0, 1: 4.0, 2: 4.0, 3: 4.0, 4: 4.0, 5: 4.0, 6: 4.0}
    unclear = ladder.assign(full_accuracy_seconds=ladder["step"].map(exact))
    # Half a gain of 10 and half a loss of 2: 2.2 on average.
    for odd, seconds in enumerate((0.4, 8.0)):
        shaken = (unclear["step"] == 2) & (unclear["round"] % 2 == odd)
        unclear.loc[shaken, "full_accuracy_seconds"] = seconds
    assert "“float32” gained most: 2.00" in answer(optimisations, optimization_ladder=unclear)


def test_another_ratio_to_keras_than_in_the_section_on_speed_is_explained_with_both():
    certainty = optimisations.tell(run_of()).certainty
    assert (
        "takes 0.360 times Keras' time here without full prediction, but 0.350 times" in certainty
    )
    alone = optimisations.tell(run_of(batch_size_ratios=None)).certainty
    assert alone.endswith("Student's t on logarithms.")


def test_disturbed_rounds_of_a_step_do_not_count():
    (first, *_) = optimisations.tell(run_of()).tables[0].rows
    assert first.cells[6].text == "9"


def test_the_largest_optimisation_is_told_of_epochs_without_a_prediction_too():
    rounds = sample_tables()["optimization_ladder"]
    exact = {0: 3.0, 1: 2.0, 2: 1.0, 3: 1.0, 4: 1.0, 5: 1.0, 6: 1.0}
    rounds = rounds.assign(batch_accuracy_seconds=rounds["step"].map(exact))
    content = optimisations.tell(run_of(optimization_ladder=rounds))
    assert (
        "Without full prediction, “shorter backward pass” gained most: 2.00" in content.meaning[0]
    )
    assert [row.cells[4].text for row in content.tables[0].rows][:3] == ["1.50", "2.00", "1.00"]
    earlier = rounds.drop(columns="batch_accuracy_seconds")
    (table,) = optimisations.tell(run_of(optimization_ladder=earlier)).tables
    assert not any("without" in column.title for column in table.columns)


def test_a_deep_model_of_one_epoch_has_no_seconds_to_tell():
    deep = sample_tables()["deep_model"].assign(seconds_per_epoch=float("nan"))
    assert "deep model" in " ".join(threads.tell(run_of()).meaning)
    assert "deep model" not in " ".join(threads.tell(run_of(deep_model=deep)).meaning)


@pytest.mark.parametrize(("used", "verb"), [(1.0, "obeys"), (1.36, "exceeds")])
def test_whether_keras_keeps_to_a_limit_of_threads(used, verb):
    table = sample_tables()["thread_scaling"].assign(cpus_used=used)
    sentence = answer(threads, thread_scaling=table)
    assert sentence.startswith(f"Keras {verb} a one-thread limit, using {used:.2f} processors")
    assert sentence.endswith("; 2 threads make it 1.52 times as fast.")
    assert len(sentence.split()) <= MOST_WORDS


def test_a_framework_that_gains_nothing_from_threads_is_told():
    table = sample_tables()["thread_scaling"]
    same = table["seconds_per_epoch"].where(table["framework"] == "numpy", 0.8)
    told = " ".join(
        threads.tell(run_of(thread_scaling=table.assign(seconds_per_epoch=same))).meaning
    )
    assert "So Keras gains nothing that shows from further processors" in told
    one = table[table["n_threads"] == 1]
    content = threads.tell(run_of(thread_scaling=one))
    assert "threads make it" not in content.answer
    assert "Limits above 1 thread were not tried." in content.certainty


def test_the_chosen_number_of_clusters_and_the_range_of_elbows_are_told():
    choices = sample_tables()["cluster_choices"]
    assert answer(clusters) == (
        "No K stands out: depending on seed and setting, the elbow lies anywhere from 40 to 100; "
        "the automatic rule picks K = 110."
    )
    clear = choices.assign(statement="clear")
    assert answer(clusters, cluster_choices=clear).startswith("The inertia bends at K = 50 ")
    none = choices[choices["criterion"] != "elbow"]
    assert answer(clusters, cluster_choices=none).startswith(
        "The curve of the inertia has no elbow;"
    )


def test_only_targets_that_all_seeds_reach_count():
    assert "reach 97.73 % accuracy 8.60 times sooner" in answer(distances)
    none = sample_tables()["time_to_accuracy_summary"].assign(seeds_reached=3)
    sentence = answer(distances, time_to_accuracy_summary=none)
    assert sentence.startswith(
        "No cluster distances reach a target accuracy with all seeds; trained"
    )


def test_targets_within_chance_do_not_count():
    low = sample_tables()["time_to_accuracy_summary"].assign(target=0.1)
    assert answer(distances, time_to_accuracy_summary=low).startswith("No cluster distances reach")


@pytest.mark.parametrize(
    ("verdict", "words"),
    [
        ("better", "; trained alike, 70 principal components do better."),
        ("no clear difference", "; trained alike, 70 principal components match them."),
        ("worse", "; no other 70 inputs match them."),
    ],
)
def test_whether_it_is_the_clusters_is_told_by_the_best_other_input_of_that_size(verdict, words):
    controls = sample_tables()["feature_controls"]
    verdicts = controls["verdict"].where(controls["verdict"] == "reference", verdict)
    # Pixels are more than 70 inputs: they have no part in this.
    sentence = answer(distances, feature_controls=controls.assign(verdict=verdicts))
    assert sentence.endswith(words)
    assert len(sentence.split()) <= MOST_WORDS


def test_either_half_of_the_distances_may_be_missing():
    content = distances.tell(run_of(feature_controls=None))
    assert content.answer.endswith("(95 % interval 8.00 to 9.20).")
    assert (
        "Left out: other inputs of that size: tables/feature_controls.csv" in (content.notices[0])
    )
    content = distances.tell(run_of(time_to_accuracy_summary=None))
    assert content.answer.startswith("How fast cluster distances learn is not known here; trained")
    assert content.headline is None


def test_the_best_network_is_told_with_the_limit_of_the_configuration():
    assert answer(best_network) == (
        "With at most 100 inputs, the best network found reaches 98.31 % test accuracy "
        "(95 % interval 98.22 to 98.40)."
    )
    unknown = best_network.tell(replace(run_of(), config={}))
    assert unknown.answer.startswith("With few inputs, the best network found reaches 98.31 %")


def test_the_best_other_small_network_stands_beside_it():
    meaning = " ".join(best_network.tell(run_of()).meaning)
    assert "Article C published 97.8 %, less than the whole interval." in meaning
    assert "the best mean is 97.99 %, on distances to" in meaning
    assert "(each image standardised first); it was picked by test accuracy" in meaning


def test_distances_that_are_later_than_pixels_are_not_called_sooner():
    times = sample_tables()["time_to_accuracy_summary"]
    later = times.assign(speedup=0.73, ci_low=0.6, ci_high=0.9)
    sentence = answer(distances, time_to_accuracy_summary=later)
    assert sentence.startswith(
        "Distances need 1.37 times the whole pixel training to reach 97.73 % (95 % interval 1.11 to"
    )
    assert "sooner" not in sentence
    assert len(sentence.split()) <= MOST_WORDS


def test_why_keras_is_less_accurate_is_the_difference_that_costs_most_on_both_ways():
    assert answer(keras_accuracy) == (
        "Because of how L2 enters: it costs 11.0 points of accuracy forwards "
        "(95 % interval 10.0 to 12.0), 11.0 backwards."
    )
    table = sample_tables()["bridge"]
    harmless = table.assign(change=table["change"].abs(), test_accuracy=0.9)
    assert answer(keras_accuracy, bridge=harmless).startswith("It is not: both reach the same")
    better = harmless.assign(test_accuracy=0.8 + 0.01 * harmless["step"])
    assert answer(keras_accuracy, bridge=better).startswith("It is not: the Keras model is ")


@pytest.mark.parametrize("difference", DIFFERENCES.values(), ids=[*DIFFERENCES])
def test_whatever_the_cause_the_answer_stays_short(difference):
    table = sample_tables()["bridge"].replace({"words": {"how L2 enters": difference.words}})
    assert len(answer(keras_accuracy, bridge=table).split()) <= MOST_WORDS


def test_the_score_counts_only_claims_that_count():
    assert answer(published) == (
        "Of 12 claims: 4 reproduced, 1 better than published, 3 not reproduced, 1 inconclusive, "
        "1 with one run, 2 could not be tested here."
    )


def test_the_score_stays_short_with_every_verdict():
    claims = sample_tables()["claims"]
    claims = pd.concat([claims, claims.tail(1).assign(id="X", verdict="not applicable")])
    assert len(answer(published, claims=claims).split()) <= MOST_WORDS


def test_runs_of_earlier_versions_have_the_figure_of_a_claim_under_another_name():
    earlier = sample_tables()["claims"].rename(columns={"found": "reproduced"})
    assert published.tell(run_of(claims=earlier)) == published.tell(run_of())


def test_claims_that_failed_show_their_cause():
    (failed, every) = published.tell(run_of()).tables
    assert [row.cells[3].text for row in failed.rows] == ["unknown"] * 3
    assert len(every.rows) == 13
    (row, *_) = every.rows
    assert any("tables/batch_size_ratios.csv" in note for note in row.cells[1].notes)


def test_figures_of_claims_show_their_unit_and_no_tolerance_that_is_only_a_rounding():
    claims = sample_tables()["claims"].assign(
        kind="machine",
        words=np.nan,
        finding=np.nan,
        published=35.0,
        unit="epochs",
        tolerance=1e-12,
        tolerance_factor=np.nan,
    )
    (_, every) = published.tell(run_of(claims=claims)).tables
    for row in every.rows:
        assert row.cells[2].text.startswith("35 epochs")
        assert not any(
            note.startswith("Tolerance: ") and "±" in note for note in row.cells[1].notes
        )


def test_a_table_of_an_earlier_version_has_no_factors():
    (_, every) = published.tell(
        run_of(claims=sample_tables()["claims"].drop(columns="tolerance_factor"))
    ).tables
    assert {row.cells[3].text for row in every.rows} == {"± 0.1"}


def test_a_run_on_other_data_says_nothing_of_failures():
    claims = sample_tables()["claims"].assign(verdict="not applicable")
    content = published.tell(run_of(claims=claims))
    assert content.answer == "Of 12 claims: 12 not applicable."
    assert content.certainty == "Nothing was tested."
    assert "failed" not in " ".join(content.meaning)


def test_a_table_with_rows_that_are_not_counted_says_why():
    told = " ".join(published.tell(run_of()).meaning)
    assert "also holds 1 row beside the claims that count. These repeat a claim" in told
    assert "The first table names the 3 claims that count and failed" in told
    assert "The cause of 3 is unknown" in told


def test_steps_that_undo_each_other_on_the_way_back_are_explained():
    table = sample_tables()["bridge"]
    back = table["direction"] == "backwards"
    steps = table.index[back & table["change"].notna()]
    changes = pd.Series(0.0, index=steps)
    changes.iloc[:2] = [0.44, -0.43]
    table.loc[steps, "change"] = changes
    told = " ".join(keras_accuracy.tell(run_of(bridge=table)).meaning)
    assert "(another way, +44.0 points)" in told
    assert (
        "(another way, −43.0 points) cancel each other backwards: they only work together" in told
    )


def test_pixels_that_reach_the_target_too_show_the_gain_to_the_same_accuracy():
    times = sample_tables()["time_to_accuracy_summary"]
    target = times["target"].max()
    pixels = (
        times[times["input_space"] != "pixels"]
        .iloc[:1]
        .assign(input_space="pixels", target=target, seeds_reached=1, seconds=50.0)
    )
    times = pd.concat(
        [
            times[times["input_space"] != "pixels"].assign(
                target=target, seconds=10.0, seeds_reached=times["seeds"]
            ),
            pixels,
        ]
    )
    told = " ".join(distances.tell(run_of(time_to_accuracy_summary=times)).meaning)
    assert "after 50.0 s on average, 5.00 times as long as distances" in told
    assert "this is a lower bound, since 9 seeds never reach it" in told


def test_why_distances_are_faster_is_told_and_whether_other_small_inputs_are():
    told = " ".join(distances.tell(run_of()).meaning)
    assert "an epoch takes 0.0400 s on distances and 0.180 s on pixels, 4.50 times as long" in told
    assert (
        "each of these small inputs take 2.60 to 2.60 s of CPU time, those on pixels 15.0" in told
    )
    assert "CPU time" not in " ".join(distances.tell(run_of(controls_over_time=None)).meaning)


def test_inputs_that_only_match_clusters_are_no_proof_that_they_do_nothing():
    controls = sample_tables()["feature_controls"]
    same = controls["verdict"].replace({"better": "no clear difference"})
    told = " ".join(distances.tell(run_of(feature_controls=controls.assign(verdict=same))).meaning)
    assert "So no gain of the clusters over other inputs of that size shows." in told
    assert "So the clusters are not the reason" in " ".join(distances.tell(run_of()).meaning)


def test_two_comparisons_that_disagree_on_pixels_are_reconciled():
    paired = sample_tables()["reference_paired"].assign(epochs=[600, 900])
    run = replace(
        run_of(reference_paired=paired),
        config={
            "comparison": {"reference": "long", "controls": "short"},
            "experiments": {"long": {"n_validation": 0}, "short": {"n_validation": 10_000}},
        },
    )
    told = distances.tell(run).meaning[-1]
    assert (
        "The first has distances to 70 cluster centres (each image standardised first), 600 to 900 "
        "epochs and no images held back for validation; the second has distances to 70 cluster "
        "centres, 100 epochs and 10,000 images held back."
    ) in told
    controls = sample_tables()["feature_controls"]
    agreeing = controls.assign(verdict=controls["verdict"].replace({"better": "worse"}))
    run = run_of(reference_paired=paired, feature_controls=agreeing)
    assert "which is of other trainings" not in " ".join(distances.tell(run).meaning)


def test_a_difference_that_costs_more_one_way_but_gains_the_other_is_no_cause():
    table = sample_tables()["bridge"]
    start = table["words"] == "the start weights"
    table.loc[start & (table["direction"] == "backwards"), "change"] = -0.2
    table.loc[start & (table["direction"] == "forwards"), "change"] = 0.003
    told = " ".join(keras_accuracy.tell(run_of(bridge=table)).meaning)
    assert (
        "Another difference, the start weights, costs 20.0 points backwards, but gains 0.3" in told
    )


def test_claims_show_their_tolerance_and_whether_they_count():
    (_, every) = published.tell(run_of()).tables
    titles = [column.title for column in every.columns]
    assert len(set(titles)) == len(titles)
    tolerances = [row.cells[titles.index("tolerance")].text for row in every.rows]
    assert set(tolerances) == {"± 0.1", "0.8 to 1.25 times"}
    assert every.choices("counted") == ["counted (12)", "not counted (1)"]


def test_names_of_claims_in_a_text_lead_to_their_rows():
    claims = sample_tables()["claims"]
    claims = claims.assign(
        cause=claims["cause"].str.replace("unknown", "as in B-claim-10, not <b>")
    )
    (failed, _) = published.tell(run_of(claims=claims)).tables
    assert failed.rows[0].cells[3].text == (
        'cause as in <a href="#claim-B-claim-10">B-claim-10</a>, not &lt;b&gt;'
    )
