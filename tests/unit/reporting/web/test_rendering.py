"""Pages are one file: what they show is escaped, and only their own scripts run."""

import base64
import hashlib
import re

import pytest
from jinja2 import UndefinedError

from mlplab.reporting.web.rendering import render_page
from mlplab.reporting.web.tables import Cell, Column, DataTable, Row

EVIL = "</script><script>alert(1)</script>\"'&"


@pytest.fixture
def template(tmp_path):
    path = tmp_path / "page.html.j2"
    path.write_text(
        '{% extends "base.html.j2" %}{% from "tables.html.j2" import data_table %}'
        "{% block title %}{{ name }}{% endblock %}"
        "{% block main %}<h1>{{ name }}</h1>{{ data_table(table) }}{% endblock %}"
    )
    return path


def table(text="70"):
    return DataTable(
        "sizes",
        "Sizes.",
        [Column("K", numeric=True), Column("words")],
        [Row([Cell(text, 70.0), Cell(text, notes=[text])], id=text, filters={"kind": text})],
        {"kind": "Kind"},
    )


def test_whatever_names_hold_is_text(template):
    page = render_page(template, {"name": EVIL, "table": table(EVIL)}, data={"names": [EVIL]})
    assert "alert(1)</script>" not in page
    assert page.count("&lt;script&gt;alert(1)") >= 5
    assert "\\u003cscript>alert(1)" in page


def test_the_policy_allows_the_scripts_of_the_page_and_nothing_else(template):
    page = render_page(template, {"name": "a", "table": table()}, scripts=["let b = 1;"])
    policy = re.search(r'Content-Security-Policy" content="([^"]*)"', page)[1]
    assert policy.startswith("default-src &#39;none&#39;")
    scripts = re.findall(r"<script>(.*?)</script>", page, re.DOTALL)
    assert len(scripts) == 2
    for script in scripts:
        digest = base64.b64encode(hashlib.sha256(script.encode()).digest()).decode()
        assert f"&#39;sha256-{digest}&#39;" in policy.replace("&#43;", "+")


def test_nothing_is_loaded_from_elsewhere(template):
    page = render_page(template, {"name": "a", "table": table()})
    assert re.findall(r"""(?:src|href)=["'](?!#)[^"']*""", page) == []
    assert "url(" not in page


def test_a_script_that_would_end_its_element_is_refused(template):
    with pytest.raises(ValueError, match="</script"):
        render_page(template, {"name": "a", "table": table()}, scripts=["'</script>'"])


def test_a_value_that_is_missing_is_an_error(template):
    with pytest.raises(UndefinedError, match="table"):
        render_page(template, {"name": "a"})


def test_cells_sort_by_number_where_they_have_one():
    keys = [Cell("1.2 s", 1.25).key, Cell("", float("nan")).key, Cell("word").key]
    assert keys == ["1.25", "", "word"]
