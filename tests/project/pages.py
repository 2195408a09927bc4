"""The pages of the documentation, and what in them is prose."""

import re
from pathlib import Path

from tests.conftest import ROOT

DOCS = ROOT / "docs"
# Written by programs from what tests hold elsewhere; the changelog tells history.
GENERATED = (DOCS / "generated", DOCS / "auto_gallery", DOCS / "_build", DOCS / "reference" / "api")


def list_pages() -> list[Path]:
    """Every page in Markdown that is written by hand."""
    beside = (
        "README.md",
        "CONTRIBUTING.md",
        "SECURITY.md",
        "config/README.md",
        "results/README.md",
    )
    written = [
        path
        for path in sorted(DOCS.rglob("*.md"))
        if not any(path.is_relative_to(folder) for folder in GENERATED)
    ]
    return [*(ROOT / name for name in beside), *written]


def without_code(text: str) -> str:
    """The text without blocks of code and directives, generated parts and comments.

    The content of a directive with colons stays, but not that of a finding, which has its own date.
    """
    text = re.sub(r"<!-- results: .*?<!-- end of the results -->", "", text, flags=re.DOTALL)
    text = re.sub(r"^:::\{finding\}.*?^:::$", "", text, flags=re.DOTALL | re.MULTILINE)
    text = re.sub(r"^(```+).*?^\1$", "", text, flags=re.DOTALL | re.MULTILINE)
    text = re.sub(r"^:{2,}.*$|^:[\w-]+:.*$|^\([\w-]+\)=$", "", text, flags=re.MULTILINE)
    return re.sub(r"<!--.*?-->", "", text, flags=re.DOTALL)


def prose(text: str) -> str:
    """What a reader reads: without code, and without the names and targets of roles and links."""
    text = without_code(text)
    text = re.sub(r"\{[\w-]+\}`[^`]*`", "…", text)
    text = re.sub(r"``.*?``|`[^`\n]*`", "CODE", text)
    text = re.sub(r"!?\[([^\]]*)\]\([^)]*\)", r"\1", text)
    return text.replace("**", "").replace("*", "")


def paragraphs(text: str) -> list[str]:
    """Paragraphs and items of lists, without headings and tables, each as one line."""
    blocks = re.split(r"\n\s*\n|\n(?=- |\d+\. )", prose(text))
    lines = [re.sub(r"^(- |\d+\. )", "", block.strip()) for block in blocks]
    return [" ".join(line.split()) for line in lines if line and line[0] not in "#|"]


def sentences(text: str) -> list[str]:
    """The sentences of all paragraphs."""
    found = [part for line in paragraphs(text) for part in re.split(r"(?<=[.!?:])\s+(?=\S)", line)]
    return [part for part in found if len(part.split()) > 1]
