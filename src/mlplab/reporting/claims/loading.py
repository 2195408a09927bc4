"""The file of the claims, read and checked."""

from __future__ import annotations

import os
from pathlib import Path
from typing import Any

import yaml
from pydantic import TypeAdapter, ValidationError

from mlplab.reporting.claims.contradictions import find_contradictions
from mlplab.reporting.claims.model import Claim, ClaimError


def load_claims(path: str | os.PathLike[str]) -> list[Claim]:
    """Read the claims of a file.

    Raises
    ------
    ClaimError
        The file cannot be read or has faults, all of which the message lists; a name is used
        twice; a claim restates or stands beside a claim that is not counted; or two claims
        contradict each other.

    Examples
    --------
    >>> load_claims("config/claims.yaml")[0].id
    'A-learning-rate'
    """
    try:
        content = yaml.safe_load(Path(path).read_text(encoding="utf-8"))
        claims = TypeAdapter(list[Claim]).validate_python(content)
    except ValidationError as error:
        faults = "\n".join(f"  - {_describe(fault, content)}" for fault in error.errors())
        raise ClaimError(f"{path}: {error.error_count()} fault(s):\n{faults}") from None
    except (OSError, yaml.YAMLError) as error:
        raise ClaimError(f"{path}: cannot be read ({error})") from None
    ids = [claim.id for claim in claims]
    repeated = sorted({i for i in ids if ids.count(i) > 1})
    if repeated:
        raise ClaimError(f"{path}: found {repeated} more than once; every id must be unique")
    counted = {claim.id for claim in claims if claim.is_counted}
    for key in ("restates", "beside"):
        named = {claim.id: getattr(claim, key) for claim in claims if getattr(claim, key)}
        if lost := sorted(name for name, other in named.items() if other not in counted):
            raise ClaimError(f"{path}: {lost} name under {key} no claim that is counted")
    contradictions = find_contradictions(claims)
    if contradictions:
        pairs = ", ".join(" and ".join(pair) for pair in contradictions)
        raise ClaimError(f"{path}: {pairs} cannot both be reproduced; correct one of them")
    return claims


def _describe(fault: Any, content: Any) -> str:
    number, *keys = fault["loc"] or ("the file",)
    entry = content[number] if isinstance(number, int) else None
    name = entry.get("id", f"entry {number}") if isinstance(entry, dict) else str(number)
    path = ".".join(str(key) for key in keys)
    found = "" if fault["type"] == "missing" else f" (found {fault['input']!r:.60})"
    return f"{name}: {path + ': ' if path else ''}{fault['msg']}{found}"
