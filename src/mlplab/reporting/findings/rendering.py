"""Findings and origin in reStructuredText, for the first page of the report."""

from __future__ import annotations

import re
from collections.abc import Mapping, Sequence

# Characters that reStructuredText reads as markup within a line.
_MARKUP = re.compile(r"([\\*`|_<>])")

_RANGE = re.compile(r"\([\d.,]+ to [\d.,]+\)")
_RANGES = (
    "In brackets: the range over seeds of an accuracy, the 95 % interval of a ratio of times or of "
    "a change."
)


def render_findings(sentences: Sequence[str], origin: Mapping[str, str]) -> str:
    """A numbered list of the sentences, and a table of the origin."""
    numbered = [f"{number}. {_escape(text)}" for number, text in enumerate(sentences, start=1)]
    rows = [f"   * - {_escape(name)}\n     - {_escape(text)}" for name, text in origin.items()]
    return "\n".join(
        [
            "What was found",
            "--------------",
            "",
            *(numbered or ["The tables of this run hold no finding."]),
            "",
            *([_RANGES, ""] if any(map(_RANGE.search, sentences)) else []),
            "On which machine",
            "----------------",
            "",
            ".. list-table::",
            "   :widths: 20 80",
            "",
            *rows,
            "",
        ]
    )


def _escape(text: str) -> str:
    return _MARKUP.sub(r"\\\1", text)
