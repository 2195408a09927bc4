import pytest

from mlplab.reporting.compare.loading import open_runs
from mlplab.reporting.compare.verdicts import compare_verdicts
from tests.unit.reporting.compare.runs import copy_run, edit_table


def verdicts(*found):
    return lambda claims: claims.assign(verdict=list(found))


def test_a_verdict_that_differs_is_shown_with_both_figures_and_intervals(folders):
    edit_table(folders[1], "claims", verdicts("inconclusive", "inconclusive", "reproduced"))
    section = compare_verdicts(open_runs(folders))
    interval = "0.960 (0.940 to 0.980 for one more run)"
    assert section.grids[0].rows == [
        ("A-accuracy", f"reproduced\n{interval}", f"inconclusive\n{interval}", ""),
        ("C-epochs", "not reproduced\n2 of 3 seeds", "reproduced\n2 of 3 seeds", "not counted"),
    ]
    assert [row[0] for row in section.grids[0].others] == ["A-ratio"]
    assert section.grids[0].others[0][1] == "inconclusive\n1.20 (0.90 to 1.50)"


@pytest.mark.parametrize("old", [0, 1])
def test_the_earlier_name_of_the_figure_is_read(folders, old):
    edit_table(
        folders[old], "claims", lambda claims: claims.rename(columns={"found": "reproduced"})
    )
    edit_table(folders[1], "claims", verdicts("inconclusive", "inconclusive", "not reproduced"))
    ((_, *cells, _),) = compare_verdicts(open_runs(folders)).grids[0].rows
    assert all("0.960 (0.940 to 0.980" in cell for cell in cells)


def test_a_claim_that_is_judged_in_another_way_is_marked(folders):
    edit_table(folders[1], "claims", lambda claims: claims.assign(tolerance=0.2, verdict="one run"))
    rows = compare_verdicts(open_runs(folders)).grids[0].rows
    changed = ["tolerance changed"] * 2 + ["tolerance changed, not counted"]
    assert [row[-1] for row in rows] == changed
    # A factor in place of the difference that tables of earlier versions have.
    factors = {"tolerance": 0.1, "tolerance_factor": 1.25}
    edit_table(folders[1], "claims", lambda claims: claims.assign(**factors))
    rows = compare_verdicts(open_runs(folders)).grids[0].rows
    assert [row[-1] for row in rows] == changed


def test_claims_of_one_run_only_are_counted_apart(folders):
    edit_table(folders[1], "claims", lambda claims: claims.head(2))
    section = compare_verdicts(open_runs(folders))
    assert section.sentences[0].startswith("2 of 2 claims (100 %) have the same verdict")
    assert section.sentences[1] == "1 claim is not in all runs."
    assert section.grids[0].rows == []


def test_of_three_runs_each_two_are_held_against_each_other(folders):
    third = copy_run(folders[0], "c")
    edit_table(third, "claims", verdicts("reproduced", "reproduced", "reproduced"))
    pairs = compare_verdicts(open_runs([*folders, third])).grids[1].rows
    assert pairs[0] == ("a", "–", "3 of 3 (100 %)", "1 of 3 (33 %)")
    assert pairs[2] == ("c", "1 of 3 (33 %)", "1 of 3 (33 %)", "–")


def test_with_one_table_nothing_is_compared_and_the_reason_told(folders):
    (folders[0] / "tables" / "claims.csv").unlink()
    section = compare_verdicts(open_runs(folders))
    assert section.sentences == ["Not compared."]
    assert section.notices == ["a has no claims.csv"]
