"""Why results are stale, told from the records beside them."""

import json
from pathlib import Path

import pytest

from mlplab.provenance.records import content_hash
from mlplab.provenance.staleness import PlannedJob, explain, find_reasons
from mlplab.runtime.sidecars import sidecar_path

CODE = {"modules": {"mlplab.features.scaling": "a"}, "libraries": {"numpy": "2.4.6"}}


@pytest.fixture
def scaled(tmp_path, monkeypatch):
    """A finished job's result, its record and its input."""
    monkeypatch.chdir(tmp_path)
    Path("images").write_text("pixels")
    Path("scaled").write_text("numbers")
    record = {
        "rule": "scale",
        "code": CODE,
        "parameters": {"method": "unit", "parts": {"n_train": None, "n_test": 3}},
        "inputs": {"images": content_hash("images")},
        "outputs": {"scaled": content_hash("scaled")},
    }
    sidecar_path("scaled").write_text(json.dumps(record))


def planned(**changes):
    facts = {
        "rule": "scale",
        "inputs": ["images"],
        "outputs": ["scaled"],
        "params": {"method": "unit", "parts": {"n_train": None, "n_test": 3}, "code": CODE},
        "runs": False,
    }
    return PlannedJob(**(facts | changes))


def with_params(**changes):
    return planned(params=planned().params | changes)


def test_code_is_compared_only_where_both_sides_have_it(scaled):
    params = {name: value for name, value in planned().params.items() if name != "code"}
    assert find_reasons(planned(params=params)) == []
    record = json.loads(sidecar_path("scaled").read_text())
    sidecar_path("scaled").write_text(json.dumps(record | {"code": None}))
    assert find_reasons(planned()) == ["its code was not recorded"]
    assert find_reasons(planned(params=params)) == []


def test_nothing_changed_nothing_to_tell(scaled):
    assert find_reasons(planned()) == []
    assert list(explain([planned()])) == ["Nothing is stale."]


@pytest.mark.parametrize(
    ("job", "reason"),
    [
        (
            with_params(
                code={"modules": {"mlplab.features.scaling": "b"}, "libraries": CODE["libraries"]}
            ),
            "module mlplab.features.scaling changed",
        ),
        (
            with_params(code={"modules": CODE["modules"], "libraries": {"numpy": "2.5"}}),
            "library numpy changed from 2.4.6 to 2.5",
        ),
        (with_params(method="minmax"), "parameter method was 'unit', is 'minmax'"),
        (
            with_params(parts={"n_train": 3, "n_test": 3}),
            "parameter parts.n_train was None, is 3",
        ),
        (with_params(seed=1), "parameter seed is new: 1"),
        (
            planned(params={"method": "unit", "code": CODE}),
            "parameter parts is no longer used",
        ),
        (planned(inputs=["images", "labels"]), "input labels is new"),
        (planned(inputs=[]), "input images is no longer used"),
        (planned(outputs=["scaled", "other"]), "file other is missing"),
    ],
)
def test_module_library_parameter_or_file_is_named(scaled, job, reason):
    assert find_reasons(job) == [reason]


def test_changed_and_missing_inputs_are_named(scaled):
    Path("images").write_text("other pixels")
    assert find_reasons(planned()) == ["input images changed"]
    Path("images").unlink()
    assert find_reasons(planned()) == ["input images is missing"]


def test_a_result_without_a_record_is_named(scaled):
    sidecar_path("scaled").unlink()
    assert find_reasons(planned()) == ["file scaled has no record of its origin"]


def test_jobs_with_the_same_reasons_are_told_together(scaled):
    edited = with_params(method="minmax").params
    jobs = [
        planned(params=edited, runs=True),
        planned(params=edited, runs=True),
        planned(rule="train", runs=True, after=["scale", "scale"]),
        planned(rule="forced", runs=True, engine_reason="Forced execution"),
    ]
    assert list(explain(jobs)) == [
        "scale, 2 jobs:",
        "  parameter method was 'unit', is 'minmax'",
        "train, 1 job:",
        "  runs after scale",
        "forced, 1 job:",
        "  Forced execution",
    ]


def test_what_the_engine_would_not_notice_is_told_too(scaled):
    assert list(explain([with_params(method="minmax")])) == [
        "scale, which does not run again by itself; force it with --forcerun:",
        "  parameter method was 'unit', is 'minmax'",
    ]
