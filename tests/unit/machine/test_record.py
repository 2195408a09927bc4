import os
import platform
from pathlib import Path

import pytest

from mlplab.machine.record import machine_record


@pytest.fixture
def cpuinfo(monkeypatch):
    """A function that lets ``/proc`` hold something else, or, for None, nothing."""

    def hold(text):
        def read(path, *_, **__):
            if text is None:
                raise FileNotFoundError(path)
            return text

        monkeypatch.setattr(Path, "read_text", read)

    return hold


def test_the_machine_is_named():
    assert machine_record()["processors"] >= 1
    assert machine_record()["processor"]
    assert machine_record()["memory_bytes"] > 2**20


def test_a_system_that_does_not_tell_its_memory_is_recorded_without(monkeypatch):
    monkeypatch.setattr(os, "sysconf", lambda name: int(name))
    assert "memory_bytes" not in machine_record()


@pytest.mark.parametrize(
    ("text", "name"),
    [
        ("processor\t: 0\nmodel name\t: Some CPU: fast\nmodel name\t: Other", "Some CPU: fast"),
        ("processor\t: 0\nFeatures\t: fp", "some-machine"),
        (None, "some-machine"),
    ],
)
def test_a_processor_without_a_name_is_told_by_its_kind(cpuinfo, monkeypatch, text, name):
    monkeypatch.setattr(platform, "processor", lambda: "")
    monkeypatch.setattr(platform, "machine", lambda: "some-machine")
    cpuinfo(text)
    assert machine_record()["processor"] == name
