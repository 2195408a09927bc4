"""The processors that this process may use, and whether there is a GPU."""

import os
import shutil
import subprocess
from collections.abc import Iterator
from contextlib import contextmanager

_LATENCY_REQUEST = "/dev/cpu_dma_latency"


def available_threads() -> int:
    """Number of processors that this process may use."""
    return len(os.sched_getaffinity(0)) if hasattr(os, "sched_getaffinity") else os.cpu_count() or 1


@contextmanager
def keep_processors_awake() -> Iterator[bool]:
    """Ask Linux not to let idle processors sleep meanwhile, and yield whether it agreed.

    A sleeping processor of a virtual machine may take long to wake, so that work after a pause, or
    of threads that wait for each other, takes longer than elsewhere. The request (Linux, "PM
    Quality Of Service Interface") ends with the process; it needs the right to write to
    ``/dev/cpu_dma_latency``, which root has.
    """
    try:
        request = os.open(_LATENCY_REQUEST, os.O_WRONLY)
    except OSError:
        yield False
        return
    try:
        os.write(request, bytes(4))  # at most 0 microseconds, a 32-bit number
        yield True
    finally:
        os.close(request)


def gpu_present() -> bool:
    """Whether NVIDIA's driver lists a GPU that ``CUDA_VISIBLE_DEVICES`` does not hide.

    It is cheap, because it asks the driver and not TensorFlow, which may still lack what it needs.
    """
    if os.environ.get("CUDA_VISIBLE_DEVICES") in ("", "-1"):
        return False
    program = shutil.which("nvidia-smi")
    if program is None:
        return False
    listed = subprocess.run([program, "-L"], capture_output=True, text=True, check=False)
    return listed.returncode == 0 and listed.stdout.startswith("GPU ")
