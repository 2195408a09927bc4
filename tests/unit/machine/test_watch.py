import subprocess
import sys
import time
from types import SimpleNamespace

import numpy as np
import psutil
import pytest

from mlplab.machine import watch as watch_module
from mlplab.machine.watch import QuietWatch, share_of_others


def let_the_machine_use(monkeypatch, seconds):
    """CPU seconds of all processes: none at first, then as many as said."""
    counts = iter([100.0, 100.0 + seconds])
    monkeypatch.setattr(watch_module, "_machine_cpu_seconds", lambda: next(counts))


def test_a_busy_machine_is_noticed(monkeypatch):
    let_the_machine_use(monkeypatch, 1e6)
    with QuietWatch() as watch:
        time.sleep(0.11)
    assert watch.disturbed


def test_the_share_of_others_is_that_of_all_processors(monkeypatch):
    monkeypatch.setattr(watch_module.os, "cpu_count", lambda: 4)
    monkeypatch.setattr(watch_module, "_own_cpu_seconds", lambda: 0.0)
    let_the_machine_use(monkeypatch, 0.2)
    with QuietWatch() as watch:
        time.sleep(0.2)
    assert watch.foreign_share == pytest.approx(0.2 / (4 * watch.elapsed))


def test_a_look_is_long_enough_to_know_the_share_of_others():
    assert share_of_others() >= 0


def test_of_a_time_shorter_than_ticks_can_tell_nothing_is_claimed(monkeypatch):
    let_the_machine_use(monkeypatch, 0.02)
    with QuietWatch() as watch:
        pass
    assert np.isnan(watch.foreign_share)
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
    assert np.isnan(watch.foreign_share)
    assert not watch.disturbed


def test_waiting_and_idle_processors_are_not_busy(monkeypatch):
    times = {"user": 8.0, "nice": 4.0, "system": 2.0, "idle": 500.0, "iowait": 100.0, "steal": 50.0}
    monkeypatch.setattr(psutil, "cpu_times", lambda: SimpleNamespace(**times))
    assert watch_module._machine_cpu_seconds() == 14.0
    monkeypatch.setattr(psutil, "cpu_times", lambda: SimpleNamespace(**times, irq=1.0, softirq=0.5))
    assert watch_module._machine_cpu_seconds() == 15.5
