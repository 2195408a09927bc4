"""Tables describe their own columns, and the page of tables shows all of them."""

import pytest

from mlplab.reporting import tables_page
from mlplab.runtime.tables import Table
from tests.conftest import ROOT

TABLES = tables_page.find_tables()


def test_the_page_is_that_of_the_tables():
    page = (ROOT / tables_page.PAGE).read_text(encoding="utf-8")
    assert page == tables_page.render_page(TABLES), "write it with `make schema`"


def test_every_column_has_a_meaning():
    columns = [(t.name, name, meaning) for t in TABLES for name, meaning in t.columns.items()]
    assert len(TABLES) >= 23
    assert [entry for entry in columns if not entry[2].strip()] == []
    assert [table.name for table in TABLES if not table.rows] == []


def test_a_table_is_a_section_with_a_row_per_column():
    table = Table("sizes", "a row per cluster", {"size": "images | samples"}, "A note.")
    page = tables_page.render_page([table])
    section = page[page.index("## ") :]
    assert section.splitlines() == [
        "## `sizes.csv`",
        "",
        "A row per cluster.",
        "",
        "| column | meaning |",
        "|---|---|",
        "| `size` | images \\| samples |",
        "",
        "A note.",
    ]


def test_two_tables_of_one_name_are_refused(monkeypatch):
    from mlplab.clusters import choice

    monkeypatch.setattr(choice, "CHOICES", Table("cluster_sweep", "a row", {"k": "number"}))
    with pytest.raises(ValueError, match="table cluster_sweep: found two"):
        tables_page.find_tables(["clusters"])


def test_the_page_is_written_in_the_project_only(tmp_path, monkeypatch, capsys):
    monkeypatch.chdir(tmp_path)
    assert tables_page.main() == 2
    assert (
        "docs/generated/tables.md: found no folder docs/generated here" in capsys.readouterr().err
    )
    page = tmp_path / tables_page.PAGE
    page.parent.mkdir(parents=True)
    assert tables_page.main() == 0
    assert page.read_text() == tables_page.render_page(TABLES)
