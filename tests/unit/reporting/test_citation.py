"""How to cite the workflow, as CITATION.cff says."""

import tomllib

import pytest

from mlplab.reporting.citation import CitationError, read_citation
from tests.conftest import ROOT

CFF = """\
cff-version: 1.2.0
message: Cite it.
title: A title
type: software
authors:
  - {given-names: Ada, family-names: Lovelace}
  - {name: The developers}
version: 1.2.0
license: MIT
url: https://example.org/a
"""


def test_a_file_becomes_a_line_of_a_bibliography(tmp_path):
    path = tmp_path / "CITATION.cff"
    path.write_text(CFF)
    citation = read_citation(path)
    assert citation.text == (
        "Ada Lovelace, The developers. A title (version 1.2.0). Software. https://example.org/a"
    )
    assert citation.license_url == "https://spdx.org/licenses/MIT"
    assert citation.references == ()


def test_the_project_cites_the_three_articles():
    references = read_citation().references
    assert [reference.note[:9] for reference in references] == [
        "Article A", "Article B", "Article C"
    ]  # fmt: skip
    assert references[2].text == (
        "The author of the blog (2020). A simple Python program for an ANN to cover the MNIST "
        "dataset – XIV – cluster detection in feature space."
    )


def test_the_licence_is_that_of_the_package_and_of_its_text():
    project = tomllib.loads((ROOT / "pyproject.toml").read_text())["project"]
    citation = read_citation()
    assert citation.license == project["license"]
    assert (ROOT / "LICENSE").read_text().startswith(f"{citation.license} License\n")
    assert list(citation.authors) == [author["name"] for author in project["authors"]]


@pytest.mark.parametrize(
    ("text", "fault"),
    [
        (CFF.replace("title: A title\n", ""), "key 'title' is missing; add it"),
        (CFF.replace("family-names", "family"), "key 'family-names' is missing; add it"),
        (CFF.replace("version: 1.2.0", "version: ["), "cannot be read"),
        ("- a\n", "found other than the keys of the Citation File Format"),
        ("", "found other than the keys of the Citation File Format"),
        (CFF + "references: [x]\n", "found other than the keys of the Citation File Format"),
    ],
)
def test_a_fault_names_the_file(tmp_path, text, fault):
    path = tmp_path / "CITATION.cff"
    path.write_text(text)
    with pytest.raises(CitationError) as caught:
        read_citation(path)
    assert str(caught.value).startswith(str(path))
    assert fault in str(caught.value)


def test_a_missing_file_is_a_fault_too(tmp_path):
    with pytest.raises(CitationError, match="cannot be read"):
        read_citation(tmp_path / "CITATION.cff")
