import numpy as np
import pytest

from mlplab.benchmark.summary import build_batch_size_ratios
from mlplab.reporting.compare.loading import open_runs
from mlplab.reporting.compare.ratio_section import compare_ratios
from mlplab.reporting.compare.ratios import TABLES, pair_ratios
from mlplab.reporting.web.tables import Cell
from tests.unit.reporting.compare.runs import benchmark, copy_run, edit_table

RATIOS, LADDER, TIMES = TABLES


def text(entry):
    return entry.text if isinstance(entry, Cell) else entry


def measure_again(folder, seed=1, **shift):
    frame = build_batch_size_ratios(benchmark(np.random.default_rng(seed), shift))
    edit_table(folder, "batch_size_ratios", lambda _: frame)


def test_a_variant_that_became_slower_differs_in_every_ratio_and_in_its_mean(folders):
    measure_again(folders[1], keras=1.3)
    section = compare_ratios(open_runs(folders), RATIOS)
    by_variant, ratios = section.grids
    variants = {row[0]: [text(entry) for entry in row[1:]] for row in by_variant.rows}
    assert variants["keras"][0] == "0 of 3 (0 %)"
    assert 25 < float(variants["keras"][1].split()[0]) < 35
    assert float(variants["compiled"][-1]) > 0.05
    assert {text(row[0]) for row in ratios.rows} == {
        f"keras, pixels, batch {size}" for size in (32, 500, 10000)
    }
    assert {text(row[0]) for row in ratios.others} == {
        f"compiled, pixels, batch {size}" for size in (32, 500, 10000)
    }


def test_small_changes_are_alike_but_may_differ_by_the_test(folders):
    measure_again(folders[1], keras=1.1)
    pairs = pair_ratios(*open_runs(folders), RATIOS).pairs
    keras = [pair for pair in pairs if pair.key[0] == "keras"]
    assert all(pair.alike and pair.change.p < 0.05 for pair in keras)


@pytest.mark.parametrize(("factor", "alike"), [(1.149, True), (1.151, False), (1 / 1.149, True),
                                               (1 / 1.151, False)])  # fmt: skip
def test_the_limit_is_the_same_in_both_directions(folders, factor, alike):
    columns = ["ratio_to_keras", "ci_low", "ci_high"]
    edit_table(
        folders[1], LADDER.name, lambda rows: rows.assign(**{c: rows[c] * factor for c in columns})
    )
    (pair,) = pair_ratios(*open_runs(folders), LADDER).pairs
    assert pair.alike is alike


def test_runs_of_the_same_code_differ_by_the_test_in_few_cases(folders):
    """Holm: one or more of the six ratios, in at most 5 % of 60 runs; 8 of 60 has p 0.01."""
    false = 0
    for seed in range(60):
        measure_again(folders[1], seed)
        said = compare_ratios(open_runs(folders), RATIOS).sentences[1]
        false += said != "By a test of each, 0 of 6 ratios (0 %) differ."
    assert false < 8


def test_keras_over_itself_is_no_ratio_of_the_ladder(folders):
    (pair,) = pair_ratios(*open_runs(folders), LADDER).pairs
    assert pair.key[0] == "full float64"


def test_ratios_of_one_run_only_are_counted_apart(folders):
    edit_table(folders[1], RATIOS.name, lambda rows: rows.head(4))
    section = compare_ratios(open_runs(folders), RATIOS)
    assert section.sentences[0].startswith("4 of 4 ratios")
    assert section.sentences[-1] == "2 ratios are in one of the runs only."


def test_intervals_of_medians_of_earlier_versions_are_not_tested(folders):
    edit_table(folders[0], RATIOS.name, lambda rows: rows.drop(columns="median_ratio"))
    section = compare_ratios(open_runs(folders), RATIOS)
    assert section.sentences[:2] == [
        "6 of 6 ratios (100 %) are within 15 %; half of the changes are at most 0.0 %, the largest "
        "is 0.0 %.",
        "None of the ratios could be tested.",
    ]
    (notice,) = section.notices
    assert notice.startswith("batch_size_ratios.csv of a comes from an earlier version")


def test_a_single_round_is_not_tested(folders):
    edit_table(
        folders[1], TIMES.name, lambda rows: rows.assign(rounds=1, ci_low=None, ci_high=None)
    )
    section = compare_ratios(open_runs(folders), TIMES)
    assert section.sentences[1] == "None of the times could be tested."


def test_two_runs_have_a_chart_with_every_ratio(folders):
    measure_again(folders[1], keras=1.3)
    dots = compare_ratios(open_runs(folders), RATIOS).dots
    assert [dot.notable for dot in dots if dot.row == "keras"] == [True] * 3
    assert len(dots) == 6
    third = copy_run(folders[0], "c")
    assert compare_ratios(open_runs([*folders, third]), RATIOS).dots == []


def test_of_three_runs_each_two_have_their_share(folders):
    third = copy_run(folders[0], "c")
    measure_again(third, keras=1.3)
    shares = compare_ratios(open_runs([*folders, third]), RATIOS).grids[-1].rows
    assert shares[0] == ("a", "–", "6 of 6 (100 %)", "3 of 6 (50 %)")


@pytest.mark.parametrize("found", [0.0, -1.0, np.inf, 1e300, np.nan])
def test_what_is_no_ratio_is_left_out(folders, found):
    edit_table(folders[1], LADDER.name, lambda rows: rows.assign(ratio_to_keras=found))
    assert pair_ratios(*open_runs(folders), LADDER).pairs == []
