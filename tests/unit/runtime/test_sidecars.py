"""Records beside results."""

from pathlib import Path

import pytest

from mlplab.runtime.sidecars import read_sidecar, sidecar_path


def test_a_record_lies_beside_its_result():
    assert sidecar_path("tables/a.csv") == Path("tables/a.csv.provenance.json")


def test_a_record_is_read_as_it_was_written(tmp_path):
    sidecar_path(tmp_path / "a.csv").write_text('{"rule": "tabulate"}')
    assert read_sidecar(tmp_path / "a.csv") == {"rule": "tabulate"}


@pytest.mark.parametrize("content", ["{", b"\xff", None])
def test_a_record_that_cannot_be_read_is_none(tmp_path, content):
    if isinstance(content, str):
        sidecar_path(tmp_path / "a.csv").write_text(content)
    elif content is not None:
        sidecar_path(tmp_path / "a.csv").write_bytes(content)
    assert read_sidecar(tmp_path / "a.csv") is None
