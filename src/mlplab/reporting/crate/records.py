"""The jobs of a run, from the records beside its results."""

from __future__ import annotations

import hashlib
import json
import math
import re
from collections import Counter
from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from datetime import UTC, datetime
from pathlib import Path, PurePosixPath
from typing import Any

from mlplab.runtime.sidecars import SIDECAR_SUFFIX, sidecar_path


@dataclass(frozen=True)
class RecordedFile:
    """A file that a job read or wrote, with the SHA-256 of its content at that time.

    ``path`` is relative to the run's folder if ``inside``, else as the job named it.
    """

    path: str
    inside: bool
    sha256: str


@dataclass(frozen=True)
class RecordedJob:
    """A job, as the record beside its results tells.

    ``record`` is the path of the record in the run's folder, empty for one that lies elsewhere;
    ``started`` and ``ended`` are ISO 8601 in UTC, to the second; ``commit`` is None without git.
    """

    identifier: str
    rule: str
    wildcards: Mapping[str, str]
    parameters: Mapping[str, Any]
    script: str | None
    libraries: Mapping[str, str]
    inputs: tuple[RecordedFile, ...]
    outputs: tuple[RecordedFile, ...]
    conditions: str
    started: str
    ended: str
    seconds: float
    cpu_seconds: float | None
    commit: str | None
    dirty: bool
    record: str


@dataclass(frozen=True)
class RecordedRun:
    """The jobs of a run, the earliest first, and what could not be read, a sentence each."""

    folder: Path
    jobs: tuple[RecordedJob, ...]
    notices: tuple[str, ...]

    @property
    def commits(self) -> tuple[str, ...]:
        """The commits that made the run, the one of most jobs first."""
        counted = Counter(job.commit for job in self.jobs if job.commit)
        return tuple(commit for commit, _ in counted.most_common())


def read_run(folder: Path) -> RecordedRun:
    """Read all records under a run's folder, and those of its inputs where they lie nearby.

    A job that wrote several files has left the same record beside each of them; it counts once.
    """
    jobs: dict[str, RecordedJob] = {}
    notices = []
    places = set()
    for path in sorted(folder.rglob(f"*{SIDECAR_SUFFIX}")):
        place = path.relative_to(folder).as_posix()
        try:
            text, record = _load(path)
            prefix = _prefix(record, place.removesuffix(SIDECAR_SUFFIX))
            places.add(prefix)
            jobs.setdefault(text, _parse(text, record, prefix, place))
        except _NotARecordError as error:
            notices.append(f"{place}: {error}; what it would tell is left out")
    for path in _records_of_inputs(folder, places, list(jobs.values())):
        try:
            text, record = _load(path)
            jobs.setdefault(text, _parse(text, record, None, ""))
        except _NotARecordError as error:
            notices.append(f"{path}: {error}; what it would tell is left out")
    ordered = sorted(jobs.values(), key=lambda job: (job.started, job.rule, job.identifier))
    return RecordedRun(folder, tuple(ordered), tuple(notices))


class _NotARecordError(ValueError):
    """A file with the name of a record that is none."""


def _load(path: Path) -> tuple[str, dict[str, Any]]:
    try:
        text = path.read_text(encoding="utf-8")
        record = json.loads(text)
        json.dumps(record, ensure_ascii=False).encode()  # fails where an escape is half a character
    except (OSError, ValueError, RecursionError) as error:
        raise _NotARecordError(f"cannot be read as JSON ({error})") from error
    if not isinstance(record, dict) or not isinstance(record.get("outputs"), dict):
        raise _NotARecordError("found no object with the outputs of a job")
    return text, record


def _prefix(record: Mapping[str, Any], result: str) -> str:
    """What the job's paths have before the place in the run's folder, such as ``results/run/``.

    Runs are copied and renamed, so the folder's own name does not tell.
    """
    for path in record["outputs"]:
        if path == result or path.endswith(f"/{result}"):
            prefix: str = path[: len(path) - len(result)]
            return prefix
    raise _NotARecordError("is the record of another file")


def _parse(text: str, record: Mapping[str, Any], prefix: str | None, place: str) -> RecordedJob:
    try:
        code = record["code"] or {}
        git = record.get("git") or {}
        cpu_seconds = record.get("cpu_seconds")
        return RecordedJob(
            identifier=hashlib.sha256(text.encode()).hexdigest()[:16],
            rule=str(record["rule"]),
            wildcards={str(key): str(value) for key, value in record["wildcards"].items()},
            parameters=dict(record["parameters"]),
            script=code.get("script"),
            libraries={str(name): str(version) for name, version in code["libraries"].items()}
            if code
            else {},
            inputs=_files(record["inputs"], prefix),
            outputs=_files(record["outputs"], prefix),
            conditions=_conditions(record),
            started=_moment(record["started"]),
            ended=_moment(record["ended"]),
            seconds=_finite(record["seconds"]),
            cpu_seconds=None if cpu_seconds is None else _finite(cpu_seconds),
            commit=str(git["commit"]) if git.get("commit") else None,
            dirty=bool(git.get("dirty")),
            record=place,
        )
    except _NotARecordError:
        raise
    except KeyError as error:
        raise _NotARecordError(f"key {error.args[0]!r} is missing") from error
    except (TypeError, ValueError, AttributeError) as error:
        raise _NotARecordError(f"found other than a record of a job ({error})") from error


def _files(hashes: Mapping[str, str], prefix: str | None) -> tuple[RecordedFile, ...]:
    return tuple(_file(path, str(sha256), prefix) for path, sha256 in hashes.items())


def _file(path: str, sha256: str, prefix: str | None) -> RecordedFile:
    if not re.fullmatch("[0-9a-f]{64}", sha256):
        raise _NotARecordError(f"found no SHA-256 of {path}")
    if prefix is not None and path.startswith(prefix):
        place = PurePosixPath(path.removeprefix(prefix))
        if not place.is_absolute() and ".." not in place.parts:
            return RecordedFile(place.as_posix(), True, sha256)
    return RecordedFile(path, False, sha256)


def _finite(value: Any) -> float:
    if not math.isfinite(value):
        raise _NotARecordError(f"found {value} seconds")
    return float(value)


def _moment(text: str) -> str:
    moment = datetime.fromisoformat(text)
    if moment.tzinfo is None:
        raise _NotARecordError(f"found a time without its zone: {text}")
    return moment.astimezone(UTC).isoformat(timespec="seconds")


def _conditions(record: Mapping[str, Any]) -> str:
    """Machine and threads of a job, in words."""
    machine = record.get("machine") or {}
    words = []
    if "processor" in machine:
        words.append(f"{machine.get('processors', '?')} × {machine['processor']}")
    if "system" in machine:
        words.append(str(machine["system"]))
    if "python" in machine:
        words.append(f"Python {machine['python']}")
    for blas in record.get("blas") or []:
        if blas.get("user_api") == "blas":
            words.append(
                f"{blas.get('internal_api')} {blas.get('version')}, threads: "
                f"{blas.get('num_threads')}"
            )
    if record.get("threads") is not None:
        words.append(f"threads of the job: {record['threads']}")
    return "; ".join(dict.fromkeys(words))


def _records_of_inputs(folder: Path, prefixes: set[str], jobs: list[RecordedJob]) -> Iterator[Path]:
    """Records beside files that the run has read from elsewhere in its project's folder."""
    outside = {file.path for job in jobs for file in job.inputs if not file.inside}
    for prefix in sorted(prefixes):
        parts = PurePosixPath(prefix).parts
        place = folder.resolve()
        if parts and place.parts[-len(parts) :] == parts:
            for path in sorted(outside):
                record = sidecar_path(place.parents[len(parts) - 1] / path)
                if record.is_file():
                    yield record
