"""The nearest distance of processors, kept from one measurement to the next."""

import json
import os
import sys

import pytest

from mlplab.machine import nearest_distance
from mlplab.machine.core_distance import CoreDistance
from mlplab.machine.nearest_distance import (
    keep_nearest,
    patience_of,
    recall_nearest,
    watched_distance,
)


@pytest.fixture
def kept_in(tmp_path, monkeypatch):
    """The file, with another start of the system named in a file of the test."""
    monkeypatch.setenv("MLPLAB_CACHE_DIR", str(tmp_path))
    boot = tmp_path / "boot_id"
    boot.write_text("first\n")
    monkeypatch.setattr(nearest_distance, "_BOOT", boot)
    return tmp_path / "core-distance-2.json"


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


def test_one_dated_in_the_future_is_not_recalled(kept_in):
    keep_nearest(measured(170.0))
    later = kept_in.stat().st_mtime + 24 * 3600
    os.utime(kept_in, (later, later))
    assert not recall_nearest(measured())


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


class _Moving(CoreDistance):
    """Processors that come near while it is searched how near they come."""

    def __init__(self, n, patience):
        super().__init__(1, patience)
        self.processors = [0, 1]

    def __enter__(self):
        return self

    def __exit__(self, *_):
        pass

    def find_nearest(self, seconds):
        self.nearest = 170.0


def test_what_is_learned_is_kept_at_once_and_what_is_nearer_in_the_end(kept_in, monkeypatch):
    monkeypatch.setattr(nearest_distance, "CoreDistance", _Moving)
    monkeypatch.setattr(nearest_distance, "_LOOKS", 3)
    monkeypatch.setattr(nearest_distance, "share_of_others", lambda: 0.0)
    with watched_distance(2, patience=3.0) as distance:
        assert distance.patience == 3.0
        # Processes that are started meanwhile recall it.
        assert json.loads(kept_in.read_text())["nanoseconds"] == 170.0
        distance.nearest = 160.0
    assert json.loads(kept_in.read_text())["nanoseconds"] == 160.0


def test_on_a_busy_machine_nothing_is_searched_nor_waited_for(kept_in, monkeypatch):
    monkeypatch.setattr(nearest_distance, "CoreDistance", _Moving)
    shares = [0.5, 0.11, float("nan"), 0.0]
    monkeypatch.setattr(nearest_distance, "_LOOKS", 3)
    monkeypatch.setattr(nearest_distance, "share_of_others", lambda: shares.pop(0))
    with watched_distance(2, patience=3.0) as distance:
        assert distance.patience == 0.0
    assert shares == [0.0]
    assert not kept_in.exists()


def test_patience_in_vain_is_shorter_the_next_time_until_cores_come_together(kept_in, monkeypatch):
    monkeypatch.setattr(nearest_distance, "CoreDistance", _Moving)
    monkeypatch.setattr(nearest_distance, "_LOOKS", 1)
    monkeypatch.setattr(nearest_distance, "share_of_others", lambda: 0.0)

    def measure(left, came_near=0):
        with watched_distance(2, patience=3.0) as distance:
            given, distance.patience = distance.patience, left
            distance.came_near = came_near
        return given

    assert measure(left=-0.1) == 3.0
    assert measure(left=0.0) == pytest.approx(0.3)
    assert measure(left=0.2) == pytest.approx(0.3)
    assert measure(left=0.0, came_near=1) == 3.0
    assert measure(left=0.0) == 3.0
    in_vain = kept_in.with_name("core-distance-in-vain-2.json")
    (kept_in.parent / "boot_id").write_text("second")
    assert measure(left=0.0) == 3.0
    hour_ago = in_vain.stat().st_mtime - 3700
    os.utime(in_vain, (hour_ago, hour_ago))
    assert measure(left=3.0) == 3.0
    assert not in_vain.exists()


def test_without_a_process_that_answers_nothing_is_far(kept_in, monkeypatch):
    monkeypatch.setattr(sys, "executable", "/no/such/python")
    with watched_distance(2, patience=3.0) as distance:
        assert not distance.is_far(distance.measure())
    assert [file.name for file in kept_in.parent.iterdir()] == ["boot_id"]


def test_patience_grows_with_the_rounds_and_two_have_none():
    assert [patience_of(rounds) for rounds in (1, 2, 3, 10)] == [0.0, 0.0, 36.0, 120.0]
