"""The origin of a result, in a JSON file beside it: code, parameters, inputs and machine."""

from __future__ import annotations

import atexit
import gc
import hashlib
import json
import logging
import os
import subprocess
import time
from collections.abc import Iterable, Iterator, Mapping, Sequence
from contextlib import contextmanager, nullcontext
from datetime import UTC, datetime
from pathlib import Path
from typing import Any, Protocol

from threadpoolctl import threadpool_info

from mlplab.machine.processors import available_threads
from mlplab.machine.record import machine_record
from mlplab.machine.runs import timing_turn
from mlplab.provenance.fingerprint import code_fingerprint, describe_changes
from mlplab.runtime.files import remove_leftovers, save_text
from mlplab.runtime.log import job_log
from mlplab.runtime.sidecars import sidecar_path

# Parameters that only serve to notice changes; the record has them in another form.
_TRACKING_PARAMS = {"code", "named"}

# The default profile has this many slots; a job that takes them all runs alone.
ALL_SLOTS = 64


class CodeChangedError(Exception):
    """The code on disk is not the code that the job was started with."""


class Named(Protocol):
    """Values, some or all of them with names."""

    def items(self) -> Iterable[tuple[str, Any]]:
        """Names and their values."""


class Job(Protocol):
    """What a workflow engine tells a script about its job.

    Its parameter ``code`` is the :func:`mlplab.provenance.fingerprint.code_fingerprint` of the
    script.
    """

    rule: str
    input: Sequence[str]
    output: Sequence[str]
    params: Named
    wildcards: Named
    threads: int
    resources: Mapping[str, Any]
    log: Sequence[str]


@contextmanager
def run_job(job: Job, *, capture_stderr: bool = False) -> Iterator[logging.Logger]:
    """Log a job as :func:`mlplab.runtime.log.job_log` does, and record the origin of its results.

    The record is written beside every output when the block ends, see
    :func:`mlplab.runtime.sidecars.sidecar_path`. If the code differs from the parameter ``code``
    before or after the block, the job fails and writes no record. Without such a parameter, the
    code is neither checked nor recorded.

    A job with all slots is timed: it waits for timed jobs of the user's other runs on this machine,
    see :func:`mlplab.machine.runs.timing_turn`.
    """
    # See "Garbage collection" in docs/explanation/snakemake.md.
    atexit.register(gc.freeze)
    code = dict(job.params.items()).get("code")
    bars = _has_the_terminal(job)
    with job_log(job.log[0], capture_stderr=capture_stderr, bars=bars) as logger:
        _check_code(code, "since the run began")
        for path in job.output:
            sidecar_path(path).unlink(missing_ok=True)
            remove_leftovers(path)
            remove_leftovers(sidecar_path(path))
        inputs = {path: content_hash(path) for path in job.input}
        with timing_turn() if _has_all_slots(job) else nullcontext():
            started, wall, cpu = datetime.now(UTC), time.perf_counter(), time.process_time()
            yield logger
            seconds, cpu_seconds = time.perf_counter() - wall, time.process_time() - cpu
        _check_code(code, "while the job ran")
        record = {
            "rule": job.rule,
            "wildcards": dict(job.wildcards.items()),
            "parameters": recorded_parameters(job.params),
            "threads": job.threads,
            "code": code,
            "inputs": inputs,
            "outputs": {path: content_hash(path) for path in job.output},
            "machine": machine_record(),
            "blas": _blas_record(),
            "git": git_record(),
            "started": started.isoformat(timespec="seconds"),
            "ended": datetime.now(UTC).isoformat(timespec="seconds"),
            "seconds": round(seconds, 3),
            "cpu_seconds": round(cpu_seconds, 3),
        }
        text = json.dumps(record, indent=1, default=str) + "\n"
        for path in job.output:
            save_text(sidecar_path(path), text)


def own_parameters(params: Named) -> dict[str, Any]:
    """Named parameters of the job itself, without those that only serve to notice changes."""
    return {name: value for name, value in params.items() if name not in _TRACKING_PARAMS}


def recorded_parameters(params: Named) -> dict[str, Any]:
    """The parameters of the job itself as a record holds them: converted to JSON and back."""
    parameters: dict[str, Any] = json.loads(json.dumps(own_parameters(params), default=str))
    return parameters


def recorded_hash(record: Mapping[str, Any], result: str | os.PathLike[str]) -> str | None:
    """The recorded hash of a result; found by file name, since folders may be moved."""
    name = Path(result).name
    hashes = (found for path, found in record["outputs"].items() if Path(path).name == name)
    return next(hashes, None)


def content_hash(path: str | os.PathLike[str]) -> str:
    """SHA-256 of a file's content."""
    with open(path, "rb") as file:
        return hashlib.file_digest(file, "sha256").hexdigest()


def _has_the_terminal(job: Job) -> bool:
    """Whether the job runs alone, and so no other job writes to the terminal."""
    return _has_all_slots(job) or job.threads >= available_threads()


def _has_all_slots(job: Job) -> bool:
    """Whether the job is timed, so that no other job of the run may work beside it."""
    return job.resources.get("slot") == ALL_SLOTS


def _check_code(code: dict[str, Any] | None, when: str) -> None:
    if code is None:
        return
    now = code_fingerprint(code["script"], parameters=code["parameters"])
    changes = describe_changes(code, now)
    if changes:
        raise CodeChangedError(
            f"code changed {when}: {'; '.join(changes)}. No result is kept, since it would be "
            "unknown which code made it. Start the run again"
        )


def _blas_record() -> list[dict[str, Any]]:
    """Name, version and threads of the BLAS and OpenMP libraries in this process."""
    keys = ("internal_api", "version", "threading_layer", "architecture", "num_threads")
    return [
        {"user_api": library["user_api"], **{key: library.get(key) for key in keys}}
        for library in threadpool_info()
    ]


def git_record() -> dict[str, Any]:
    """Commit of the working directory, and whether tracked files differ from it."""
    # Only a repository at this folder: it may lie inside another project's, or a hook of another
    # repository may have started this process.
    environment = {name: value for name, value in os.environ.items() if name[:4] != "GIT_"}
    environment["GIT_CEILING_DIRECTORIES"] = str(Path.cwd().parent)
    # The files may be another user's, as where a container has mounted them.
    trusted = ["-c", f"safe.directory={Path.cwd()}"]

    def git(*arguments: str) -> str | None:
        try:
            done = subprocess.run(
                ["git", "--no-optional-locks", *trusted, *arguments],
                capture_output=True,
                text=True,
                env=environment,
                check=True,
            )
        except (OSError, subprocess.CalledProcessError):
            return None
        return done.stdout.strip()

    commit = git("rev-parse", "HEAD")
    changed = git("status", "--porcelain", "--untracked-files=no") if commit else None
    return {"commit": commit, "dirty": None if changed is None else bool(changed)}
