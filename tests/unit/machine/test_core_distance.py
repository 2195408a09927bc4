"""How far apart processors are: measured on this machine, and what is made of it."""

import os
import subprocess
import sys
from types import SimpleNamespace

import pytest

from mlplab.machine import core_distance
from mlplab.machine.core_distance import CoreDistance, longest

several_processors = pytest.mark.skipif(
    sys.platform != "linux" or len(os.sched_getaffinity(0)) < 2,
    reason="there is no distance on one processor, and none is measured without Linux",
)


@pytest.fixture
def scripted(monkeypatch):
    """A function that gives a CoreDistance which measures the distances it is given.

    To wake another processor takes a second.
    """
    now = [0.0]

    def wake(*_):
        now[0] += 1.0
        return 1.0

    def give(*distances, others=1, patience=0.0):
        left = list(distances)
        monkeypatch.setattr(CoreDistance, "_measure_to", lambda *_: left.pop(0))
        monkeypatch.setattr(CoreDistance, "_wake", wake)
        monkeypatch.setattr(core_distance, "time", SimpleNamespace(perf_counter=lambda: now[0]))
        monkeypatch.setattr(core_distance.os, "sched_getaffinity", lambda _: {0}, raising=False)
        monkeypatch.setattr(core_distance.os, "sched_setaffinity", lambda *_: None, raising=False)
        distance = CoreDistance(1, patience)
        distance.processors = list(range(1 + others))
        return distance

    return give


@several_processors
def test_words_go_to_and_fro_and_the_shortest_time_is_kept():
    allowed = os.sched_getaffinity(0)
    with CoreDistance(2, patience=0) as distance:
        measured = [distance.measure() for _ in range(20)]
    # On a busy machine the other process may not come to answer in time.
    answered = [nanoseconds for nanoseconds in measured if nanoseconds == nanoseconds]
    assert answered
    assert all(10 < nanoseconds < 1e8 for nanoseconds in answered)
    assert distance.nearest == min(answered)
    assert os.sched_getaffinity(0) == allowed


@several_processors
def test_the_process_that_answers_ends_with_the_block():
    with CoreDistance(2, patience=0) as distance:
        process = distance._other
        assert process.poll() is None
    assert process.returncode == 0


@several_processors
def test_a_process_that_has_ended_or_does_not_answer_gives_no_distance(monkeypatch):
    with CoreDistance(2, patience=0) as distance:
        # The other process looks a million times, and finds no question.
        monkeypatch.setattr(core_distance, "_LOOKS", 0)
        silent = distance.measure()
        distance._other.kill()
        distance._other.wait()
        ended = distance.measure()
    assert [silent != silent, ended != ended] == [True, True]
    assert not distance.is_far(silent)


def test_on_one_processor_there_is_no_distance_and_nothing_is_far():
    with CoreDistance(1, patience=0) as distance:
        value = distance.measure()
        assert value != value
        assert not distance.is_far(value)
        distance.find_nearest(60)
        distance.bring_near()


def test_far_is_clearly_farther_than_the_nearest_even_if_that_came_later(scripted):
    distance = scripted(450, 260, 300)
    first = distance.measure()
    assert not distance.is_far(first)
    distance.measure()
    assert distance.is_far(first)
    assert not distance.is_far(distance.measure())
    assert distance.nearest == 260


def test_the_farthest_counts_and_none_if_one_does_not_answer(scripted):
    distance = scripted(250, 400, float("nan"), 400, 250, float("nan"), others=2)
    assert distance.measure() == 400
    assert [value != value for value in (distance.measure(), distance.measure())] == [True, True]
    assert distance.nearest == 400


def test_the_longest_is_that_of_those_that_could_be_measured():
    nothing = float("nan")
    assert [longest(nothing, 3.0), longest(3.0, nothing), longest(3.0, 4.0)] == [3.0, 3.0, 4.0]
    assert longest(nothing, nothing) != longest(nothing, nothing)


def test_far_processors_wake_each_other_until_they_are_near(scripted):
    distance = scripted(260, 500, 500, 250, 240, patience=9.0)
    distance.measure()
    distance.bring_near()
    assert distance.patience == 7.0
    assert distance.came_near == 1
    assert distance.measure() == 240


def test_processors_that_were_near_or_do_not_answer_did_not_come_near(scripted):
    distance = scripted(260, 250, 240, 500, float("nan"), patience=9.0)
    for _ in range(3):
        distance.bring_near()
    assert distance.came_near == 0


def test_patience_is_the_time_that_all_processors_take_and_all_measurements_together(scripted):
    distance = scripted(260, 260, *[500] * 1000, others=2, patience=3.0)
    distance.measure()
    distance.bring_near()
    assert distance.patience == -1.0
    distance.bring_near()
    assert distance.patience == -1.0
    assert distance.is_far(distance.measure())


def test_how_near_they_come_is_looked_for_however_far_they_seem(scripted):
    distance = scripted(500, 500, 480, 250, 500)
    distance.find_nearest(4)
    assert distance.nearest == 250


@several_processors
def test_processors_wake_each_other_as_long_as_the_other_process_lives():
    allowed = os.sched_getaffinity(0)
    with CoreDistance(2, patience=60) as distance:
        alive = distance._from_the_first(distance._wake)
        distance._other.kill()
        distance._other.wait()
        ended = distance._from_the_first(distance._wake)
        distance.bring_near()
        distance.find_nearest(60)
    assert alive >= core_distance._WAKING_SECONDS
    assert ended != ended
    assert distance.patience == 60
    assert os.sched_getaffinity(0) == allowed


def test_the_program_that_answers_needs_no_package():
    command = [sys.executable, "-S", "-E", core_distance.__file__]
    done = subprocess.run(command, capture_output=True, text=True)
    assert "IndexError" in done.stderr  # it came as far as the file it was not given
