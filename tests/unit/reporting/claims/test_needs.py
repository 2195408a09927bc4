"""The rule of the claims learns from the claims what it must read."""

import pytest

from mlplab.reporting.claims.loading import load_claims
from mlplab.reporting.claims.needs import find_needs
from tests.conftest import ROOT

CLAIMS = """
- {id: a, requires: {dataset: mnist, train.epochs: 10}, tells: [cluster.fit_on],
   value: {ratio: [{table: one, column: x}, {table: two, column: x}]}}
- {id: b, value: {r_squared: {table: three, x: k, y: seconds}}}
- {id: c, requires: {train.seeds: {includes: [0]}}, value: {table: one, column: table}}
- {id: d, reason: not testable}
- no claim
"""


def test_a_claim_names_its_tables_and_sections(tmp_path):
    path = tmp_path / "claims.yaml"
    path.write_text(CLAIMS)
    assert find_needs(path) == (("one", "three", "two"), ("cluster", "dataset", "train"))


@pytest.fixture(scope="module")
def claims():
    return load_claims(ROOT / "config" / "claims.yaml")


def test_the_own_claims_find_every_table_and_section_that_they_read(claims):
    needs = find_needs(ROOT / "config" / "claims.yaml")
    read = {table for claim in claims if claim.value for table in claim.value.named_columns()}
    paths = {path for claim in claims for path in (*claim.requires, *claim.tells)}
    assert set(needs.tables) == read
    assert set(needs.sections) == {path.partition(".")[0] for path in paths}
