"""`make docs-run` keeps what the documentation shows of a finished run."""

import json

import pandas as pd
import pytest
import yaml

from mlplab.reporting.docs_run.__main__ import main
from tests.unit.reporting.docs_run.conftest import SHOWN


def test_numbers_tables_figures_and_claims_of_the_described_run_are_kept(project):
    assert main(["results/default"]) == 0
    kept = project / "docs" / "run" / "default"
    assert (kept / "numbers.csv").read_text() == "name,text,interval\nkeras-32,3.3,3.1 to 3.6\n"
    rows = pd.read_csv(kept / "keras.csv", dtype=str)
    assert rows.to_dict("list") == {
        "batch size": ["32", "60,000"],
        "Keras over NumPy": ["3.33", "0.90"],
    }
    assert (kept / "figures" / "seconds.png").read_bytes() == b"a picture"
    assert pd.read_csv(kept / "claims.csv")["id"].to_list() == ["A-slower"]


def test_the_run_is_named_with_its_machine_commit_and_date(project):
    main(["results/default"])
    facts = json.loads((project / "docs" / "run" / "default" / "run.json").read_text())
    assert facts["run"] == "default"
    assert facts["commit"] == "0123456"
    assert facts["date"] == "29 November 2026"
    assert (facts["processor"], facts["processors"]) == ("Some CPU", 2)


def test_a_run_whose_jobs_ran_again_later_names_all_commits_in_their_order(project):
    path = project / "results" / "default" / "c.csv.provenance.json"
    again = json.loads(path.read_text()) | {"git": {"commit": "fedcba9876543210", "dirty": False}}
    path.write_text(json.dumps(again))
    main(["results/default"])
    facts = json.loads((project / "docs" / "run" / "default" / "run.json").read_text())
    assert facts["commit"] == "0123456 and fedcba9"


def test_jobs_count_once_and_pauses_between_two_starts_are_no_minutes_of_the_run(project):
    main(["results/default"])
    facts = json.loads((project / "docs" / "run" / "default" / "run.json").read_text())
    assert facts["jobs"] == 3
    assert facts["minutes"] == 21


def test_the_rows_of_the_readme_are_replaced_and_nothing_else(project):
    main(["results/default"])
    once = (project / "README.md").read_text()
    assert once.startswith("# Title\n\n<!-- results: make docs-run -->\n\n| what |")
    assert once.endswith("<!-- end of the results -->\n\nEnd.\n")
    assert "| Keras over NumPy | “slower” (our bound: ≥ 1) | 3.33 (3.10 to 3.60) |" in once
    assert "Run `default` of 29 November 2026, code of 0123456, on 2 cores of an Some" in once
    assert "old" not in once
    main(["results/default"])
    assert (project / "README.md").read_text() == once


def rewrite(project, **changes):
    (project / "docs" / "run" / "shown.yaml").write_text(yaml.safe_dump(SHOWN | changes))


@pytest.mark.parametrize(
    ("named", "more"),
    [
        ({}, set()),
        ({"fashion": {"numbers": ["keras-32"]}}, {"numbers.csv"}),
        ({"fashion": {"tables": ["keras"]}}, {"keras.csv"}),
    ],
)
def test_of_another_run_the_claims_are_kept_and_what_is_named(project, named, more):
    rewrite(project, other_runs=named)
    (project / "results" / "default").rename(project / "results" / "fashion")
    assert main(["results/fashion"]) == 0
    kept = {path.name for path in (project / "docs" / "run" / "fashion").iterdir()}
    assert kept == {"claims.csv", "run.json"} | more
    assert "old" in (project / "README.md").read_text()


@pytest.mark.parametrize(
    ("changes", "said"),
    [
        (
            {"numbers": {"x": {"value": {"table": "ratios", "column": "speed"}}}},
            "x: table ratios has no column speed",
        ),
        (
            {"numbers": {"x": {"value": {"table": "ratios", "column": "ratio"}}}},
            "x: 3 rows, where one was expected",
        ),
        (
            {"tables": {"t": {"table": "ratios", "columns": {"speed": "speed"}}}},
            "table ratios: found no column speed",
        ),
        (
            {"tables": {"t": SHOWN["tables"]["keras"] | {"where": {"variant": "jax"}}}},
            "table ratios: found no row where {'variant': 'jax'}",
        ),
        ({"tables": {"t": {"table": "no", "columns": {"a": "b"}}}}, "no.csv"),
        ({"figures": ["nothing"]}, "nothing.png"),
        ({"readme": {"B-other": "other"}}, "readme: found no claim B-other"),
        ({"other_runs": {"default": {}}}, "other_runs: found default; allowed: runs that are not"),
        ({"other_runs": {"b": {"numbers": ["x"]}}}, "other_runs.b: found x; allowed: names under"),
        ({"colour": "red"}, "shown.yaml: 1 fault(s):\n  - colour:"),
    ],
)
def test_what_a_run_lacks_is_told_and_nothing_ends_in_a_traceback(project, capsys, changes, said):
    rewrite(project, **changes)
    assert main(["results/default"]) == 2
    error = capsys.readouterr().err
    assert error.startswith("results/default: ")
    assert said in error


@pytest.mark.parametrize("readme", ["# No place\n", "<!-- end of the results -->\n"])
def test_a_readme_without_a_place_for_the_rows_is_refused(project, capsys, readme):
    (project / "README.md").write_text(readme)
    assert main(["results/default"]) == 2
    assert "README.md: found no place for the results" in capsys.readouterr().err


def test_a_folder_that_is_no_run_is_refused(project, capsys):
    assert main(["results/nowhere"]) == 2
    assert "found no records of jobs" in capsys.readouterr().err


def test_outside_the_project_the_command_says_what_is_missing(
    project, tmp_path, monkeypatch, capsys
):
    monkeypatch.chdir(tmp_path / "results")
    assert main(["default"]) == 2
    assert "docs/run/shown.yaml: cannot be read" in capsys.readouterr().err
