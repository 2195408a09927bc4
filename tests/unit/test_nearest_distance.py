"""The nearest distance of processors, kept from one measurement to the next."""

import json
import os

import pytest

from mlplab import nearest_distance
from mlplab.core_distance import CoreDistance
from mlplab.nearest_distance import keep_nearest, recall_nearest


@pytest.fixture
def kept_in(tmp_path, monkeypatch):
    """The file, with another start of the system named in a file of the test."""
    monkeypatch.setenv("MLPLAB_CACHE_DIR", str(tmp_path))
    boot = tmp_path / "boot_id"
    boot.write_text("first\n")
    monkeypatch.setattr(nearest_distance, "_BOOT", boot)
    return tmp_path / "core-distance.json"


def measured(*distances, processors=(0, 1)):
    """A CoreDistance that has measured these, nearest last or first."""
    distance = CoreDistance(2, patience=0)
    distance.processors = list(processors)
    left = list(distances)
    distance._from_the_first = lambda _: left.pop(0)
    for _ in distances:
        distance.measure()
    return distance


def test_the_nearest_is_kept_for_the_next_measurement_on_the_same_processors(kept_in):
    assert not recall_nearest(measured())
    keep_nearest(measured(300.0, 170.0, 320.0))
    far = measured(330.0)
    assert not far.is_far(330.0)
    assert recall_nearest(far)
    assert far.nearest == 170.0
    assert far.is_far(330.0)
    assert not recall_nearest(measured(processors=[2, 3]))
    (kept_in.parent / "boot_id").write_text("second")
    assert not recall_nearest(measured())


def test_it_is_forgotten_an_hour_after_it_was_found(kept_in):
    keep_nearest(measured(170.0))
    found = kept_in.stat().st_mtime - 3500
    os.utime(kept_in, (found, found))
    distance = measured()
    assert recall_nearest(distance)
    keep_nearest(distance)
    assert kept_in.stat().st_mtime == found
    os.utime(kept_in, (found - 200, found - 200))
    assert not recall_nearest(measured())
    keep_nearest(measured(320.0))
    assert recall_nearest(measured())


def test_a_nearer_one_takes_its_place_and_a_farther_one_does_not(kept_in):
    keep_nearest(measured(330.0))
    keep_nearest(measured(170.0))
    keep_nearest(measured(180.0))
    distance = measured()
    recall_nearest(distance)
    assert distance.nearest == 170.0


def test_nothing_is_kept_of_what_could_not_be_measured(kept_in):
    keep_nearest(measured())
    keep_nearest(measured(float("nan")))
    assert not kept_in.exists()


@pytest.mark.parametrize("text", ["", "[]", "{}", json.dumps({"place": None}), "\x00"])
def test_a_file_that_says_nothing_is_as_none(kept_in, text):
    kept_in.write_text(text)
    assert not recall_nearest(measured())


def test_a_folder_that_cannot_be_written_does_no_harm(kept_in, monkeypatch):
    blocked = kept_in.parent / "file"
    blocked.touch()
    monkeypatch.setenv("MLPLAB_CACHE_DIR", str(blocked))
    keep_nearest(measured(170.0))
    assert not recall_nearest(measured())
