"""The processors that this process may use, and whether there is a GPU."""

import os
import shutil
import subprocess


def available_threads() -> int:
    """Number of processors that this process may use."""
    return len(os.sched_getaffinity(0)) if hasattr(os, "sched_getaffinity") else os.cpu_count() or 1


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
