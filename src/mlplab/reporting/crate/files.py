"""The files of a run as entities of its research object."""

from __future__ import annotations

import mimetypes
import os
from collections.abc import Iterator
from pathlib import Path
from urllib.parse import quote

from rocrate.model.contextentity import ContextEntity
from rocrate.model.entity import Entity
from rocrate.model.file import File
from rocrate.rocrate import ROCrate

from mlplab.reporting.crate.records import RecordedFile, RecordedRun
from mlplab.reporting.crate.sources import SOURCE
from mlplab.runtime.files import TEMPORARY_PREFIX
from mlplab.runtime.sidecars import SIDECAR_SUFFIX

METADATA = "ro-crate-metadata.json"
# About jobs: each a folder in the crate, not a file of its own.
TRACES = {"logs": "logs of the jobs", "job_times": "time and memory of the jobs' processes"}
# Arrays are most of a run's bytes; the workflow makes them again, and the crate has their hashes.
LARGE = ".npy"

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
    """

    def __init__(self, crate: ROCrate, run: RecordedRun, *, with_arrays: bool) -> None:
        self._crate = crate
        self._with_arrays = with_arrays
        self._folder = run.folder
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
        self.names_left_out: list[str] = []

    def add_all(self, records: set[str]) -> None:
        """Every file of the run's folder; of the records, one for each job."""
        for path in sorted(self._sizes):
            if path.endswith(SIDECAR_SUFFIX) and path not in records:
                continue
            if path.encode(errors="surrogateescape") != path.encode(errors="replace"):
                self.names_left_out.append(path)  # no address can hold it
            elif self._with_arrays or not path.endswith(LARGE):
                self._add_present(path)

    def entity(self, file: RecordedFile) -> Entity:
        """The entity of a recorded file: the file itself, or a word of one that is not here."""
        known = self._entities.get(file)
        if known is None:
            known = self._entities[file] = self._find(file) or self._add_absent(file)
        return known

    def results(self) -> list[str]:
        """Paths of the run's files that are neither records nor the workflow's own."""
        return [
            path
            for path in sorted(self._sizes)
            if not path.endswith(SIDECAR_SUFFIX) and not path.startswith(f"{SOURCE}/")
        ]

    def _find(self, file: RecordedFile) -> Entity | None:
        if not file.inside or self._hashes.get(file.path) != file.sha256:
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
        self._crate.add(
            File(self._crate, self._folder / path, dest_path=path, properties=properties)
        )

    def _add_absent(self, file: RecordedFile) -> Entity:
        """A file that jobs read or wrote, but that the crate does not hold."""
        if not file.inside:
            why = "read from outside the run's folder"
        elif self._hashes.get(file.path) != file.sha256:
            why = "an earlier content of this file, which was made again"
        elif file.path in self._sizes:
            why = "left out of this archive; the workflow makes it again"
        else:
            why = "not kept; the workflow makes it again"
        address = quote(file.path.encode(errors="surrogateescape"))
        return self._crate.add(
            ContextEntity(
                self._crate,
                f"#{file.sha256[:16]}/{address}",
                properties={
                    "@type": "CreativeWork",
                    "name": file.path.encode(errors="replace").decode(),
                    "description": f"Not part of this crate: {why}",
                    "encodingFormat": encoding_format(file.path),
                    "sha256": file.sha256,
                },
            )
        )


def encoding_format(path: str) -> str:
    """The media type that the end of a file's name tells."""
    suffix = os.path.splitext(path)[1].lower()
    return _FORMATS.get(suffix) or mimetypes.guess_type(path)[0] or "application/octet-stream"


def _find_files(folder: Path) -> Iterator[tuple[str, int]]:
    """Paths in the run's folder and their bytes, without traces, leftovers and the crate itself."""
    for top, folders, names in os.walk(folder):
        inside = Path(top).relative_to(folder)
        folders[:] = [name for name in folders if not name.startswith(TEMPORARY_PREFIX)]
        if inside == Path():
            folders[:] = [name for name in folders if name not in TRACES]
        for name in names:
            path = (inside / name).as_posix()
            if name.startswith(TEMPORARY_PREFIX) or path == METADATA:
                continue
            yield path, os.lstat(os.path.join(top, name)).st_size
