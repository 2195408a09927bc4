import os
import subprocess
import sys

import pytest

from mlplab.machine import processors
from mlplab.machine.processors import available_threads


def test_the_system_is_asked_for_no_latency(tmp_path, monkeypatch):
    request = tmp_path / "cpu_dma_latency"
    request.touch()
    monkeypatch.setattr(processors, "_LATENCY_REQUEST", str(request))
    with processors.keep_processors_awake() as awake:
        assert awake is True
        assert request.read_bytes() == b"\0\0\0\0"


def test_without_the_right_to_ask_work_goes_on_and_says_so(tmp_path, monkeypatch):
    monkeypatch.setattr(processors, "_LATENCY_REQUEST", str(tmp_path / "none" / "such"))
    with processors.keep_processors_awake() as awake:
        assert awake is False


@pytest.mark.parametrize(
    ("driver", "visible", "present"),
    [
        ("echo 'GPU 0: Some card (UUID: GPU-1)'", None, True),
        ("echo 'GPU 0: Some card (UUID: GPU-1)'", "0", True),
        ("echo 'GPU 0: Some card (UUID: GPU-1)'", "-1", False),
        ("echo 'GPU 0: Some card (UUID: GPU-1)'", "", False),
        ("echo 'No devices found.'", None, False),
        ("echo 'GPU 0: lost'; exit 9", None, False),
        (None, None, False),
    ],
)
def test_a_gpu_is_there_if_the_driver_lists_it_and_nothing_hides_it(
    tmp_path, monkeypatch, driver, visible, present
):
    if driver:
        program = tmp_path / "nvidia-smi"
        program.write_text(f'#!/bin/sh\n[ "$*" = -L ] || exit 1\n{driver}\n')
        program.chmod(0o755)
    monkeypatch.setenv("PATH", str(tmp_path))
    if visible is None:
        monkeypatch.delenv("CUDA_VISIBLE_DEVICES", raising=False)
    else:
        monkeypatch.setenv("CUDA_VISIBLE_DEVICES", visible)
    assert processors.gpu_present() is present


def test_a_process_may_use_as_many_processors_as_its_limit_allows():
    code = "from mlplab.machine.processors import available_threads; print(available_threads())"
    command = [sys.executable, "-c", code]
    environment = os.environ | {"LOKY_MAX_CPU_COUNT": "1"}
    limited = subprocess.run(command, env=environment, capture_output=True, text=True, check=True)
    assert int(limited.stdout) == 1
    assert available_threads() >= 1


def test_processors_that_the_process_is_kept_from_do_not_count(monkeypatch):
    monkeypatch.setattr(os, "cpu_count", lambda: 8)
    monkeypatch.setattr(os, "sched_getaffinity", lambda _: {3, 5}, raising=False)
    assert available_threads() == 2
