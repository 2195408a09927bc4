"""The claims of this project against the tables of the quick run."""

import json
import sys
from pathlib import Path

import pandas as pd
import pytest

from mlplab.reporting.claims.evaluation import CLAIMS
from mlplab.reporting.claims.expressions import Query
from mlplab.reporting.claims.loading import load_claims
from tests.workflow.running import run


@pytest.fixture(scope="module")
def claims(quick_checkout):
    return load_claims(quick_checkout / "config" / "claims.yaml")


def test_every_table_and_column_that_a_claim_names_is_there(quick_checkout, claims):
    tables = quick_checkout / "results" / "quick" / "tables"
    columns = {path.stem: set(pd.read_csv(path, nrows=0)) for path in tables.glob("*.csv")}
    absent = {
        claim.id: {name: needed - columns.get(name, set()) for name, needed in named.items()}
        for claim in claims
        if claim.value
        for named in [claim.value.named_columns()]
        if any(needed - columns.get(name, set()) for name, needed in named.items())
    }
    assert absent == {}


def test_every_name_that_a_claim_looks_for_is_there(quick_checkout, claims):
    tables = quick_checkout / "results" / "quick" / "tables"
    # Names of input spaces have numbers of clusters in them, which are others in this small run.
    sought = {
        (query.table, column, value)
        for claim in claims
        for query in queries(claim)
        for column, values in query.where.items()
        for value in (values if isinstance(values, tuple) else (values,))
        if (isinstance(value, str) and column != "input_space") or column == "step"
    }
    assert len(sought) > 10
    there = {name: pd.read_csv(tables / f"{name}.csv") for name in {name for name, *_ in sought}}
    assert [(n, c, v) for n, c, v in sorted(sought, key=str) if v not in set(there[n][c])] == []


def queries(claim):
    """The queries of a claim that have conditions of their own."""
    parts = getattr(claim.value, "ratio", None) or getattr(claim.value, "difference", None)
    return parts or ([claim.value] if isinstance(claim.value, Query) else [])


def test_the_rule_reads_every_table_and_section_that_a_claim_names(quick_checkout, claims):
    path = quick_checkout / "results" / "quick" / "tables" / "claims.csv.provenance.json"
    record = json.loads(path.read_text())
    read = {Path(path).stem for path in record["inputs"]}
    assert {name for claim in claims if claim.value for name in claim.value.named_columns()} <= read
    sections = {path.partition(".")[0] for claim in claims for path in claim.requires}
    assert sections == set(record["parameters"]["config"])


def test_each_claim_has_a_row_and_the_command_shows_them(quick_checkout, claims):
    results = quick_checkout / "results" / "quick"
    table = pd.read_csv(results / "tables" / "claims.csv")
    assert table.columns.tolist() == [*CLAIMS.columns]
    assert table["id"].tolist() == [claim.id for claim in claims]
    assert table["evidence"].notna().all()
    done = run(quick_checkout, sys.executable, "-m", "mlplab.reporting.claims", str(results))
    assert done.returncode == 0, done.stderr
    counted = sum(claim.is_counted for claim in claims)
    assert f"{counted} claims: " in done.stdout
    page = (results / "study.html").read_text()
    assert all(f'<tr id="claim-{claim.id}"' in page for claim in claims)
    assert f"{counted} claims: " in (results / "tables" / "claims.md").read_text()
