"""Machine, code and time of a run, from the records beside its tables."""

import pytest

from mlplab.reporting.study.origin import describe_origin
from tests.unit.reporting.study import sample_run


@pytest.fixture
def record():
    changed = {"machine": {"processor": "Chip (R) *", "processors": 2, "system": "S"}}
    changed |= {"git": {"commit": "0123456789abcdef", "dirty": True}}
    return sample_run.record() | changed | {"code": {"libraries": {"numpy": "2.4.6"}}}


def test_the_origin_names_all_machines_that_took_part(record):
    other = record | {"machine": record["machine"] | {"processor": "Other"}, "ended": "2026-01-02"}
    origin = describe_origin([record, other, record, None])
    assert origin["processor"].startswith("Chip (R) *, 2")
    assert "; Other, 2" in origin["processor"]
    assert origin["tables made (UTC)"] == "2026-01-01 10:00 to 2026-01-02"
    assert origin["commit"] == "0123456789ab, with changes"
    assert origin["libraries"] == "numpy 2.4.6"
    assert origin["records"] == "1 table without one"


def test_tables_without_records_have_no_origin_but_say_so(record):
    assert describe_origin([None, None]) == {"records": "none of 2 tables has one"}
    outside = record | {"git": {"commit": None, "dirty": False}}
    assert describe_origin([outside])["commit"] == "not from a git repository"


def test_memory_is_told_where_the_records_have_it(record):
    assert "memory" not in describe_origin([record])
    machine = record["machine"] | {"memory_bytes": 24 * 2**30}
    assert describe_origin([record | {"machine": machine}])["memory"] == "24 GiB"


@pytest.mark.parametrize(
    "damage",
    [
        {"machine": None},
        {"blas": None},
        {"code": None},
        {"git": {}},
        {"machine": {"processor": 3, "memory_bytes": "much"}},
        {"blas": [3]},
        {"code": {"libraries": {"numpy": 2}}},
        {"git": {"commit": 3}},
        {"ended": 20270101},
    ],
)
def test_records_of_other_versions_tell_what_they_have(record, damage):
    assert describe_origin([record | damage])["tables made (UTC)"].startswith("2026-01-01 10:00")
