"""How to cite the workflow, its licence and the articles behind it: what ``CITATION.cff`` says."""

from __future__ import annotations

import os
from collections.abc import Mapping
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import yaml

# Beside the library in a checkout; an installed wheel does not bring it.
_CITATION_FILE = Path(__file__).resolve().parents[3] / "CITATION.cff"


class CitationError(ValueError):
    """``CITATION.cff`` is missing, cannot be read or lacks a key; the message says which."""


@dataclass(frozen=True)
class Reference:
    """A work that the workflow builds on; ``url`` and ``note`` are empty where none is known."""

    title: str
    authors: str
    year: int | None
    url: str
    note: str

    @property
    def text(self) -> str:
        """The reference as a line of a bibliography, without its note."""
        year = "" if self.year is None else f" ({self.year})"
        return " ".join(filter(None, (f"{self.authors}{year}. {self.title}.", self.url)))


@dataclass(frozen=True)
class Citation:
    """What a page prints: how to cite the workflow, its licence by SPDX name, its references."""

    title: str
    authors: tuple[str, ...]
    version: str
    url: str
    message: str
    license: str
    references: tuple[Reference, ...]

    @property
    def text(self) -> str:
        """The workflow as a line of a bibliography."""
        line = f"{', '.join(self.authors)}. {self.title} (version {self.version}). Software."
        return " ".join(filter(None, (line, self.url)))

    @property
    def license_url(self) -> str:
        """The address of the licence's text in the SPDX list."""
        return f"https://spdx.org/licenses/{self.license}"


def read_citation(path: str | os.PathLike[str] | None = None) -> Citation:
    """Read ``CITATION.cff``, by default that of the checkout that this library belongs to.

    Raises
    ------
    CitationError
        The file is missing, is not YAML or lacks a key. The message names file and fault.

    Examples
    --------
    >>> citation = read_citation()
    >>> citation.authors
    ('The mlplab developers',)
    >>> citation.license, citation.license_url
    ('MIT', 'https://spdx.org/licenses/MIT')
    >>> len(citation.references)
    3
    """
    file = _CITATION_FILE if path is None else Path(path)
    try:
        fields = yaml.safe_load(file.read_text(encoding="utf-8"))
    except (OSError, ValueError, yaml.YAMLError) as error:
        raise CitationError(f"{file}: cannot be read: {error}") from error
    try:
        return Citation(
            title=str(fields["title"]),
            authors=_names(fields),
            version=str(fields["version"]),
            url=_address(fields),
            message=str(fields["message"]),
            license=str(fields["license"]),
            references=tuple(
                Reference(
                    title=str(entry["title"]),
                    authors=", ".join(_names(entry)),
                    year=entry.get("year"),
                    url=_address(entry),
                    note=str(entry.get("notes", "")),
                )
                for entry in fields.get("references", [])
            ),
        )
    except KeyError as error:
        raise CitationError(f"{file}: key {error.args[0]!r} is missing; add it") from error
    except (TypeError, AttributeError) as error:
        raise CitationError(
            f"{file}: found other than the keys of the Citation File Format ({error})"
        ) from error


def _names(entry: Mapping[str, Any]) -> tuple[str, ...]:
    """Authors as they are printed: an entity's name, or the names of a person."""
    return tuple(
        author.get("name") or f"{author.get('given-names', '')} {author['family-names']}".strip()
        for author in entry["authors"]
    )


def _address(entry: Mapping[str, Any]) -> str:
    return str(entry.get("url") or entry.get("repository-code") or "")
