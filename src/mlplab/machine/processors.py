"""The processors that this process may use, and whether there is a GPU."""

import math
import os
import shutil
import subprocess
from collections.abc import Iterator
from contextlib import contextmanager

import psutil

from mlplab.machine.quota import cpu_quota

_LATENCY_REQUEST = "/dev/cpu_dma_latency"


def available_threads() -> int:
    """Number of threads that can run at once in this process: at least 1.

    The processors of the machine, the affinity of the process, its CPU quota
    (:func:`mlplab.machine.quota.cpu_quota`, rounded up) and ``LOKY_MAX_CPU_COUNT`` all count.
    """
    # Importing joblib takes a tenth of a second, which most jobs do not need.
    from joblib import cpu_count

    # joblib reads the quota of the topmost cgroup alone.
    count, quota = int(cpu_count()), cpu_quota()
    return count if math.isinf(quota) else max(1, min(count, math.ceil(quota)))


def machine_processors() -> int:
    """Number of processors of the machine, also of those that this process may not use."""
    return psutil.cpu_count() or 1


@contextmanager
def keep_processors_awake() -> Iterator[bool]:
    """Keep idle processors from sleeping within the block; yield whether Linux granted it.

    A sleeping processor of a virtual machine can take long to wake. That slows down work after a
    pause, and threads that wait for each other. The request (Linux, "PM Quality Of Service
    Interface") needs write access to ``/dev/cpu_dma_latency``, which root has. It ends with the
    process at the latest.
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

    This is cheap, because it does not import TensorFlow. TensorFlow may still lack libraries that
    it needs to use the GPU.
    """
    if os.environ.get("CUDA_VISIBLE_DEVICES") in ("", "-1"):
        return False
    program = shutil.which("nvidia-smi")
    if program is None:
        return False
    listed = subprocess.run([program, "-L"], capture_output=True, text=True, check=False)
    return listed.returncode == 0 and listed.stdout.startswith("GPU ")
