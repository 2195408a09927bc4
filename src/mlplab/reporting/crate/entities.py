"""What all parts of a crate are made of; the library's types come from here."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any
from urllib.parse import quote

from rocrate.model.contextentity import ContextEntity  # type: ignore[import-untyped]
from rocrate.model.entity import Entity  # type: ignore[import-untyped]
from rocrate.model.file import File  # type: ignore[import-untyped]
from rocrate.rocrate import ROCrate  # type: ignore[import-untyped]

__all__ = ["Entity", "File", "ROCrate", "add_entity", "add_software", "unpacked"]


def unpacked(values: Sequence[Any]) -> Any:
    """A single value instead of a list of one, as RO-Crate 1.1 recommends."""
    return values[0] if len(values) == 1 else list(values)


def add_entity(crate: ROCrate, identifier: str, kind: str, **properties: Any) -> Entity:
    """Something that the crate tells of, but that is no file of it."""
    return crate.add(ContextEntity(crate, identifier, properties={"@type": kind, **properties}))


def add_software(crate: ROCrate, name: str, version: str | None) -> Entity:
    """A Python package as an application, once for each version, named by its package URL."""
    address = f"pkg:pypi/{quote(name)}" + (f"@{quote(version)}" if version else "")
    properties = {"softwareVersion": version} if version else {}
    found: Entity | None = crate.dereference(address)
    return found or add_entity(
        crate, address, "SoftwareApplication", name=name, url=address, **properties
    )
