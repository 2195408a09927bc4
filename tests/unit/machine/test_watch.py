import subprocess
import sys
import time
from types import SimpleNamespace

import numpy as np
import psutil
import pytest

from mlplab.machine import watch as watch_module
from mlplab.machine.watch import QuietWatch, share_of_others


def let_the_machine_use(monkeypatch, seconds, **others):
    """What the system counts grows by so many seconds of users, and of others, within a watch."""
    counts = iter(
        SimpleNamespace(**{name: 100.0 + growth for name, growth in growths.items()})
        for growths in (dict.fromkeys(["user", *others], 0.0), {"user": seconds} | others)
    )
    monkeypatch.setattr(psutil, "cpu_times", lambda: next(counts))


@pytest.fixture
def watch_of_four(monkeypatch):
    """A function that watches 0.2 s on four processors, while this process does nothing."""
    monkeypatch.setattr(watch_module, "machine_processors", lambda: 4)
    monkeypatch.setattr(watch_module, "_own_cpu_seconds", lambda: 0.0)

    def measure(seconds, **others):
        let_the_machine_use(monkeypatch, seconds, **others)
        with QuietWatch() as watch:
            time.sleep(0.2)
        return watch

    return measure


def test_a_busy_machine_is_noticed(monkeypatch):
    let_the_machine_use(monkeypatch, 1e6)
    with QuietWatch() as watch:
        time.sleep(0.11)
    assert watch.disturbed


def test_the_share_of_others_is_that_of_all_processors(watch_of_four):
    watch = watch_of_four(0.2)
    assert watch.foreign_share == pytest.approx(0.2 / (4 * watch.elapsed))


def test_time_that_the_host_takes_disturbs_and_is_told(watch_of_four):
    watch = watch_of_four(0.0, steal=0.3)
    stolen = pytest.approx(0.3 / (4 * watch.elapsed))
    expected = {"foreign_cpu_share": 0.0, "stolen_cpu_share": stolen, "disturbed": True}
    assert watch.columns() == expected


def test_a_host_that_takes_less_than_a_tenth_does_not_disturb(watch_of_four):
    watch = watch_of_four(0.0, steal=0.04)
    assert 0 < watch.stolen_share < 0.06
    assert not watch.disturbed


def test_others_and_the_host_disturb_together(watch_of_four):
    watch = watch_of_four(0.06, steal=0.06)
    assert max(watch.foreign_share, watch.stolen_share) < 0.1
    assert watch.disturbed


def test_a_host_that_counts_backwards_took_nothing(watch_of_four):
    # as after a move to another host
    assert watch_of_four(0.0, steal=-5.0).stolen_share == 0


def test_where_the_host_is_unknown_only_others_disturb(watch_of_four):
    calm, busy = watch_of_four(0.0), watch_of_four(0.3)
    assert np.isnan(calm.columns()["stolen_cpu_share"])
    assert [calm.disturbed, busy.disturbed] == [False, True]


def test_time_of_guests_counts_once_as_that_of_their_users(watch_of_four):
    watch = watch_of_four(0.2, nice=0.1, guest=0.2, guest_nice=0.1)
    assert watch.foreign_share == pytest.approx(0.3 / (4 * watch.elapsed))


@pytest.mark.parametrize(("own", "left"), [(0.1, 0.1), (0.2, 0.0), (0.3, 0.0)])
def test_a_child_that_still_runs_can_be_counted_as_own(watch_of_four, own, left):
    watch = watch_of_four(0.2, steal=0.1)
    watch.count_as_own(own)
    assert watch.foreign_share == pytest.approx(left / (4 * watch.elapsed))
    assert watch.stolen_share == pytest.approx(0.1 / (4 * watch.elapsed))


def test_what_is_unknown_stays_so_if_a_child_is_counted_as_own():
    with QuietWatch() as watch:
        pass
    watch.count_as_own(0.1)
    assert np.isnan(watch.foreign_share)


def test_a_look_is_long_enough_to_know_the_share_of_others():
    assert share_of_others() >= 0


def test_of_a_time_shorter_than_ticks_can_tell_nothing_is_claimed(monkeypatch):
    let_the_machine_use(monkeypatch, 0.02, steal=0.02)
    with QuietWatch() as watch:
        pass
    assert np.isnan([watch.foreign_share, watch.stolen_share]).all()
    assert not watch.disturbed


def test_a_child_that_has_ended_is_no_other_process(monkeypatch):
    let_the_machine_use(monkeypatch, 0.3)
    busy = "import time\nwhile time.process_time() < 0.35: pass"
    with QuietWatch() as watch:
        subprocess.run([sys.executable, "-S", "-c", busy], check=True)
    assert watch.foreign_share == 0


def test_the_own_work_of_this_process_is_not_foreign(monkeypatch):
    let_the_machine_use(monkeypatch, 0.2)
    with QuietWatch() as watch:
        end = time.process_time() + 0.25
        while time.process_time() < end:
            pass
    assert watch.foreign_share == 0


@pytest.mark.parametrize("error", [FileNotFoundError, psutil.AccessDenied])
def test_where_the_system_counts_no_cpu_seconds_nothing_is_claimed(monkeypatch, error):
    def refuse(*_):
        raise error("/proc/stat")

    monkeypatch.setattr(psutil, "cpu_times", refuse)
    with QuietWatch() as watch:
        time.sleep(0.11)
    assert np.isnan([watch.foreign_share, watch.stolen_share]).all()
    assert not watch.disturbed


def test_waiting_and_idle_processors_are_not_busy(monkeypatch):
    times = {"user": 8.0, "nice": 4.0, "system": 2.0, "idle": 500.0, "iowait": 100.0, "steal": 50.0}
    monkeypatch.setattr(psutil, "cpu_times", lambda: SimpleNamespace(**times))
    assert watch_module._machine_times() == (14.0, 50.0)
    monkeypatch.setattr(psutil, "cpu_times", lambda: SimpleNamespace(**times, irq=1.0, softirq=0.5))
    assert watch_module._machine_times() == (15.5, 50.0)
