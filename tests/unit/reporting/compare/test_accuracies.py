import numpy as np

from mlplab.reporting.compare.accuracies import compare_accuracies
from mlplab.reporting.compare.loading import open_runs
from mlplab.reporting.web.tables import Cell
from tests.unit.reporting.compare.runs import copy_run, edit_table, final, history


def cells(row):
    return [entry.text if isinstance(entry, Cell) else entry for entry in row]


def shift(*differences):
    return lambda rows: rows.assign(test_accuracy=rows["test_accuracy"] + np.array(differences))


def test_differences_are_those_of_the_same_seed(folders):
    edit_table(folders[1], "final_accuracies", shift(0.0100, 0.0102, 0.0104))
    # In another order, so that only seeds can tell which trainings belong together.
    edit_table(folders[1], "final_accuracies", lambda rows: rows.iloc[::-1])
    (grid,) = compare_accuracies(open_runs(folders)).grids
    (row,) = grid.rows
    assert cells(row)[:5] == [
        "article_a, numpy, pixels, batch 500, 3 epochs",
        "3",
        "0",
        "+0.01020",
        "+0.00970 to +0.01070",
    ]
    assert row[-1].order < 0.001


def test_a_difference_that_chance_explains_is_not_notable(folders):
    edit_table(folders[1], "final_accuracies", shift(0.001, 0.0, -0.001))
    section = compare_accuracies(open_runs(folders))
    assert section.grids[0].rows == []
    assert cells(section.grids[0].others[0])[2] == "1"
    assert section.sentences[0].startswith("1 of 3 trainings (33 %) have the same")
    assert section.sentences[1] == "By the test, 0 of 1 settings (0 %) differ."


def test_trainings_with_other_seeds_or_epochs_are_no_pairs(folders):
    edit_table(folders[1], "final_accuracies", lambda rows: rows.assign(seed=[0, 1, 9]))
    assert (
        "2 trainings are in one of the runs only."
        in compare_accuracies(open_runs(folders)).sentences
    )
    edit_table(folders[1], "final_accuracies", lambda rows: rows.assign(epochs=99))
    section = compare_accuracies(open_runs(folders))
    assert section.sentences == ["Not compared."]
    assert section.notices == ["a and b share no training"]


def test_one_seed_gives_a_difference_and_no_test(folders):
    for folder in folders:
        edit_table(folder, "final_accuracies", lambda rows: rows.head(1))
    section = compare_accuracies(open_runs(folders))
    assert "No setting could be tested" in section.sentences[1]
    assert cells(section.grids[0].others[0])[-1] == "–"


def test_curves_that_part_are_told_with_the_epoch(folders):
    def part(rows):
        later = (rows["seed"] == 2) & (rows["epoch"] >= 2)
        return rows.assign(train_accuracy=rows["train_accuracy"].mask(later, 0.5))

    edit_table(folders[1], "training_history", part)
    told = compare_accuracies(open_runs(folders)).sentences[-1]
    assert told == (
        "Accuracies agree in every shared epoch in 2 of 3 trainings (67 %); the others first "
        "differ at epoch 2 (median)."
    )


def test_each_later_run_is_compared_with_the_first(folders):
    third = copy_run(folders[0], "c")
    curves = history(np.random.default_rng(5))
    edit_table(third, "final_accuracies", lambda _: final(curves))
    section = compare_accuracies(open_runs([*folders, third]))
    assert section.sentences[0].startswith("a and b: 3 of 3 trainings")
    assert [grid.caption for grid in section.grids] == [
        "From a to b: test accuracies that differ",
        "From a to c: test accuracies that differ",
    ]
