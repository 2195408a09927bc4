"""The claims of this project against the tables of a finished run."""

import sys

import pandas as pd
import pytest

from mlplab.claims import COLUMNS, load_claims
from tests.workflow.running import run


@pytest.fixture(scope="module")
def claims(tiny_checkout):
    return load_claims(tiny_checkout / "config" / "claims.yaml")


def test_every_table_and_column_that_a_claim_names_is_there(tiny_checkout, claims):
    tables = tiny_checkout / "results" / "tiny" / "tables"
    columns = {path.stem: set(pd.read_csv(path, nrows=0)) for path in tables.glob("*.csv")}
    absent = {
        claim.id: {name: needed - columns.get(name, set()) for name, needed in named.items()}
        for claim in claims
        if claim.value
        for named in [claim.value.named_columns()]
        if any(needed - columns.get(name, set()) for name, needed in named.items())
    }
    assert absent == {}


def test_the_rule_reads_every_table_that_a_claim_names(tiny_checkout, claims):
    record = pd.read_json(
        tiny_checkout / "results" / "tiny" / "tables" / "claims.csv.provenance.json",
        typ="series",
    )
    read = {path.rpartition("/")[2] for path in record["inputs"]}
    named = {name for claim in claims if claim.value for name in claim.value.named_columns()}
    assert {f"{name}.csv" for name in named} <= read


def test_each_claim_has_a_row_and_the_command_shows_them(tiny_checkout, claims):
    results = tiny_checkout / "results" / "tiny"
    table = pd.read_csv(results / "tables" / "claims.csv")
    assert table.columns.tolist() == COLUMNS
    assert table["id"].tolist() == [claim.id for claim in claims]
    assert table["evidence"].notna().all()
    done = run(tiny_checkout, sys.executable, "-m", "mlplab.claims", str(results))
    assert done.returncode == 0, done.stderr
    assert f"{len(claims)} claims: " in done.stdout
    page = (results / "tables" / "claims.html").read_text()
    assert all(f'<tr id="{claim.id}">' in page for claim in claims)
    assert f"{len(claims)} claims: " in (results / "tables" / "claims.md").read_text()
