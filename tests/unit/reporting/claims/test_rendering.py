import json

import pandas as pd
import pytest

from mlplab.reporting.claims.__main__ import main
from mlplab.reporting.claims.evaluation import evaluate_claims
from mlplab.reporting.claims.model import Claim
from mlplab.reporting.claims.rendering import (
    describe_found,
    render_markdown,
    tell_false_verdicts,
)
from mlplab.runtime.files import read_table, save_table
from tests.unit.reporting.claims.conftest import ENTRY, claim, statement

PER_SEED = {"column": "seconds", "where": {"epoch": 35}, "per": "seed"}


@pytest.fixture
def table(tables):
    claims = [
        claim(id="good", statement="a | b < c"),
        claim(id="bad", published=5_500, comparison="at least", cause="another machine"),
        claim(id="wide", kind="statistical", published=5.3, value=PER_SEED),
        claim(id="better", published=0.1, better="higher"),
        claim(id="single", value={"where": {"epoch": 35, "seed": 1}}),
        statement(id="words", bound=0.8),
        statement(id="level", bound=0.5, comparison="equal", tolerance=1.0),
        claim(id="again", restates="good"),
        claim(id="ours", beside="good", source="a later part"),
        claim(id="rule", kind="by construction", published=0.5),
        claim(id="other", requires={"epochs": 9}),
        claim(id="elsewhere", requires={"dataset": "other"}),
        Claim.model_validate(
            ENTRY
            | {
                "id": "gpu",
                "kind": "not testable here",
                "reason": "no GPU",
                "value": None,
                "tolerance_reason": "",
            }
        ),
    ]
    return evaluate_claims(claims, tables, {"dataset": "mnist"})


@pytest.fixture
def run(table, tmp_path):
    save_table(tmp_path / "tables" / "claims.csv", table)
    machine = {"processor": "Some CPU", "processors": 2, "python": "3.11", "numpy": "2.4"}
    (tmp_path / "machine.json").write_text(json.dumps(machine))
    return tmp_path


def test_markdown_has_a_row_per_testable_claim_and_reasons_for_the_others(table):
    lines = render_markdown(table).splitlines()
    assert lines[0] == (
        "10 claims: 3 reproduced, 1 better than published, 1 inconclusive, 1 not reproduced, "
        "1 with one run, 1 not tested, 1 not applicable, 1 not testable here. Not counted: 1 "
        "that restate another claim, 1 that repeat one with another program or setting and 1 that "
        "hold by construction."
    )
    assert lines[1] == (
        "6 of these verdicts rest on a 95 % interval each, so less than one on average "
        "may be wrong by chance."
    )
    mean = "0.50 (0.25 to 0.75)"
    assert rf"| good | a \| b < c | 0.5 | {mean} | ✓ reproduced |  |" in lines
    failed = f"| bad | What was said | ≥ 5,500 | {mean} | ✗ not reproduced | another machine |"
    assert failed in lines
    assert f"| again | What was said | 0.5 | {mean} | ✓ reproduced, restates good |  |" in lines
    assert f"| ours | What was said | 0.5 | {mean} | ✓ reproduced, beside good |  |" in lines
    words = "“hardly half” (our bound: ≤ 0.8)"
    assert f"| words | What was said | {words} | {mean} | ✓ reproduced |  |" in lines
    assert "| level | What was said | “hardly half” (our bound: 0.25 to 1) |" in "".join(lines)
    wide = next(line for line in lines if "inconclusive |" in line)
    assert "| 5.33 (-7.17 to 17.84 for one more run) |" in wide
    assert "| single | What was said | 0.5 | 0.6 | 1 one run |  |" in lines
    assert "| other | What was said | 0.5 |  | – not tested |  |" in lines
    assert f"- rule: What was said: published 0.5, found {mean}, reproduced" in lines
    assert lines[-1] == "- gpu: What was said. no GPU"


def test_where_all_can_be_tested_nothing_is_said_of_others(table):
    text = render_markdown(table[~table["id"].isin(["gpu", "rule"])])
    assert "Not testable" not in text
    assert "By construction" not in text
    assert text.endswith("|\n")


def test_runs_of_earlier_versions_have_the_figure_under_another_name(table):
    earlier = table.rename(columns={"found": "reproduced"})
    assert render_markdown(earlier) == render_markdown(table)


def test_a_table_read_from_csv_looks_the_same(table, run):
    again = read_table(run / "tables" / "claims.csv")
    assert render_markdown(again) == render_markdown(table)


def test_the_command_prints_the_claims_and_fails_only_if_strict(run, capsys):
    assert main([str(run)]) == 0
    said = capsys.readouterr()
    assert "10 claims: 3 reproduced" in said.out
    assert said.err == ""
    assert main([str(run), "--strict"]) == 1
    failing = capsys.readouterr().err
    assert failing.startswith("1 not reproduced:")
    assert [line.split()[0] for line in failing.splitlines()[2:]] == ["bad"]


def test_claims_that_do_not_apply_to_the_data_are_counted_only(run, table, capsys):
    save_table(run / "tables" / "claims.csv", table.assign(verdict="not applicable"))
    assert main([str(run)]) == 0
    assert capsys.readouterr().out.startswith("10 claims: 10 not applicable. Not counted: ")


def test_a_strict_run_passes_if_nothing_is_refuted(run, table, capsys):
    save_table(run / "tables" / "claims.csv", table[table["id"] != "bad"])
    assert main([str(run), "--strict"]) == 0


def test_what_is_missing_is_told(tmp_path, capsys):
    assert main([str(tmp_path / "nowhere")]) == 2
    assert "nowhere/tables/claims.csv" in capsys.readouterr().err


def test_more_verdicts_may_be_wrong_at_most():
    table = pd.DataFrame({"counted": [True] * 60, "ci_low": 1.0})
    assert tell_false_verdicts(table).endswith("so at most about 3 may be wrong by chance.")


@pytest.mark.parametrize(
    ("figure", "low", "high", "shown"),
    [
        (2.2935, 1.7323, 3.0365, "2.29 (1.73 to 3.04)"),
        (0.99032, 0.98941, 0.99124, "0.9903 (0.9894 to 0.9912)"),
        (2e-5, -0.0001338, 0.0001738, "0.00002 (-0.00013 to 0.00017)"),
        (-0.003282, -0.006628, 6.399e-05, "-0.0033 (-0.0066 to 0.0001)"),
        (190.8, 92.1, 289.4, "191 (92 to 289)"),
        (-0.0012, -0.0034, -0.00001, "-0.0012 (-0.0034 to 0.0000)"),
        (0.25, 0.25, 0.25, "0.25"),
        (0.1, 0.1 - 1e-17, 0.1 + 1e-17, "0.1"),
        (0.00266, 1.281e-05, 0.005307, "0.0027 (0.0000 to 0.0053)"),
        (0.22, 5e-13, 9.4e10, "0.22 (interval wider than a factor of 100)"),
        (1.5, 1.2, float("inf"), "1.5"),
    ],
)
def test_a_figure_has_the_digits_that_its_interval_bears(figure, low, high, shown):
    nothing = {"finding": "", "prediction_low": float("nan"), "prediction_high": float("nan")}
    row = nothing | {"found": figure, "ci_low": low, "ci_high": high}
    assert describe_found(row) == shown
