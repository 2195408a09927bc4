"""The files of a run as entities of its research object."""

from __future__ import annotations

import mimetypes
import os
import stat
from collections.abc import Iterator
from contextlib import suppress
from pathlib import Path
from urllib.parse import quote

from mlplab.reporting.crate.entities import Entity, File, ROCrate, add_entity
from mlplab.reporting.crate.records import RecordedFile, RecordedRun
from mlplab.reporting.crate.sources import SOURCE
from mlplab.runtime.files import TEMPORARY_PREFIX
from mlplab.runtime.sidecars import SIDECAR_SUFFIX

METADATA = "ro-crate-metadata.json"
# About jobs: each a folder in the crate, not a file of its own.
TRACES = {"logs": "logs of the jobs", "job_times": "time and memory of the jobs' processes"}
# Arrays are most of a run's bytes; the workflow makes them again, and the crate has their hashes.
LARGE = ".npy"
# Made from the results whenever somebody asks for them.
_PAGES = {"report.html", "study.html"}

_FORMATS = {
    ".npy": "application/octet-stream",
    ".csv": "text/csv",
    ".tsv": "text/tab-separated-values",
    ".yaml": "application/yaml",
    ".md": "text/markdown",
    ".rst": "text/x-rst",
    ".smk": "text/plain",
    ".lock": "text/plain",
    ".cff": "application/yaml",
    ".toml": "application/toml",
}


class RunFiles:
    """Adds files to a crate, each once, and finds the entity of a recorded one.

    Parameters
    ----------
    crate : the crate that they are added to
    run : its records tell the hash of each file
    with_arrays : whether arrays are part of the crate, or only told of

    Attributes
    ----------
    names_left_out : paths that no address can hold, since they are not UTF-8
    """

    def __init__(self, crate: ROCrate, run: RecordedRun, *, with_arrays: bool) -> None:
        self._crate = crate
        self._with_arrays = with_arrays
        self._records = {job.record for job in run.jobs}
        self._sizes = dict(_find_files(run.folder))
        # Of a file that several jobs name, the content that its own job has written.
        self._hashes = {
            file.path: file.sha256
            for named in ("inputs", "outputs")
            for job in run.jobs
            for file in getattr(job, named)
            if file.inside
        }
        self._entities: dict[RecordedFile, Entity] = {}
        self.names_left_out = [path for path in self._sizes if not _is_text(path)]

    def paths(self) -> list[str]:
        """What the crate holds of the run's folder, itself excluded.

        Of the records one for each job, since a job leaves the same beside each of its results.
        """
        return [
            path
            for path in sorted(set(self._sizes) - set(self.names_left_out))
            if (path in self._records or not path.endswith(SIDECAR_SUFFIX))
            and (self._with_arrays or not path.endswith(LARGE))
        ]

    def add_all(self) -> None:
        """All these files, without those that count as a folder."""
        for path in self.paths():
            if not _is_trace(path):
                self._add_present(path)

    def unrecorded(self) -> list[str]:
        """Results of the run that no record names."""
        return [
            path
            for path in sorted(set(self._sizes) - set(self.names_left_out))
            if path not in self._hashes
            and path not in _PAGES
            and not path.endswith(SIDECAR_SUFFIX)
            and not path.startswith(f"{SOURCE}/")
            and not _is_trace(path)
        ]

    def entity(self, file: RecordedFile) -> Entity:
        """The entity of a recorded file: the file itself, or a word of one that is not here."""
        known = self._entities.get(file)
        if known is None:
            known = self._entities[file] = self._find(file) or self._add_absent(file)
        return known

    def _find(self, file: RecordedFile) -> Entity | None:
        if not file.inside or self._hashes[file.path] != file.sha256:
            return None
        found: Entity | None = self._crate.dereference(quote(file.path))
        return found

    def _add_present(self, path: str) -> None:
        properties = {
            "name": path,
            "contentSize": str(self._sizes[path]),
            "encodingFormat": encoding_format(path),
        }
        if path in self._hashes:
            properties["sha256"] = self._hashes[path]
        self._crate.add(File(self._crate, dest_path=path, properties=properties))

    def _add_absent(self, file: RecordedFile) -> Entity:
        """A file that jobs read or wrote, but that the crate does not hold."""
        if not file.inside:
            why = "it lies outside the run's folder"
        elif self._hashes[file.path] != file.sha256:
            why = "this is an earlier content of the file, which was made again"
        elif file.path in self._sizes:
            why = "arrays are left out of this archive; the workflow makes them again"
        else:
            why = "it was not kept; the workflow makes it again"
        return add_entity(
            self._crate,
            f"#{file.sha256[:16]}/{quote(file.path)}",
            "CreativeWork",
            name=file.path,
            description=f"Not part of this crate: {why}",
            encodingFormat=encoding_format(file.path),
            sha256=file.sha256,
        )


def encoding_format(path: str) -> str:
    """The media type that the end of a file's name tells."""
    suffix = os.path.splitext(path)[1].lower()
    return _FORMATS.get(suffix) or mimetypes.guess_type(path)[0] or "application/octet-stream"


def _find_files(folder: Path) -> Iterator[tuple[str, int]]:
    """Paths in the run's folder and their bytes, without leftovers and the crate itself.

    Links are no part of it: a copied run could name any file of this machine by one.
    """
    for top, folders, names in os.walk(folder):
        folders[:] = [name for name in folders if not name.startswith(TEMPORARY_PREFIX)]
        for name in names:
            path = (Path(top).relative_to(folder) / name).as_posix()
            if name.startswith(TEMPORARY_PREFIX) or path == METADATA:
                continue
            with suppress(FileNotFoundError):  # of a run that goes on meanwhile
                status = os.lstat(os.path.join(top, name))
                if stat.S_ISREG(status.st_mode):
                    yield path, status.st_size


def _is_trace(path: str) -> bool:
    return path.split("/", 1)[0] in TRACES


def _is_text(path: str) -> bool:
    try:
        path.encode()
    except UnicodeEncodeError:
        return False
    return True
