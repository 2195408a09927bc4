"""A comparison as a page of one file."""

from __future__ import annotations

from collections.abc import Sequence
from pathlib import Path
from typing import Any

from mlplab.reporting.compare.chart import draw_changes
from mlplab.reporting.compare.loading import CompareError, Run
from mlplab.reporting.compare.sections import Entry, Grid, Section
from mlplab.reporting.web.rendering import render_page
from mlplab.reporting.web.tables import Cell, Column, DataTable, Row
from mlplab.runtime.files import save_text

_FOLDER = Path(__file__).parent
# A file's name has at most 255 bytes.
_LONGEST_NAME = 200


def page_path(runs: Sequence[Run]) -> Path:
    """Where the page lies by itself: ``compare/<a>-<b>.html`` beside the first run's folder."""
    stem = "-".join(run.name.replace("/", "_") for run in runs)
    if len(stem.encode()) > _LONGEST_NAME:
        stem = f"{runs[0].folder.name}-and-{len(runs) - 1}-more"
    return runs[0].folder.parent / "compare" / f"{stem}.html"


def write_page(path: Path, runs: Sequence[Run], sections: Sequence[Section]) -> None:
    """Write the page.

    Raises
    ------
    CompareError
        The file cannot be written, or would lie in the folder of a run.
    """
    if (path.parent / "config.yaml").exists():
        raise CompareError(
            f"{path}: found a run in the folder of the page; allowed: another file, by --page FILE"
        )
    try:
        save_text(path, render(runs, sections))
    except OSError as error:
        raise CompareError(
            f"{path}: cannot be written ({error.strerror}); allowed: another file, by --page FILE"
        ) from error


def render(runs: Sequence[Run], sections: Sequence[Section]) -> str:
    """The HTML of the page."""
    parts = [_part(number, section) for number, section in enumerate(sections, start=1)]
    return render_page(
        _FOLDER / "page.html.j2",
        {"names": [run.name for run in runs], "parts": parts},
        styles=[(_FOLDER / "page.css").read_text(encoding="utf-8")],
    )


def _part(number: int, section: Section) -> dict[str, Any]:
    name = f"part-{number}"
    return {
        "id": name,
        "section": section,
        "chart": draw_changes(section.dots, f"{name}-chart"),
        "grids": [
            {
                "caption": grid.caption,
                "what_others": grid.what_others,
                "shown": _table(
                    f"{name}-table-{index}", f"{section.title}: {grid.caption}", grid, grid.rows
                ),
                "folded": _table(
                    f"{name}-others-{index}",
                    f"{section.title}: others than {grid.caption}",
                    grid,
                    grid.others,
                ),
            }
            for index, grid in enumerate(section.grids, start=1)
        ],
    }


def _table(name: str, caption: str, grid: Grid, rows: Sequence[Sequence[Entry]]) -> DataTable:
    every = [*grid.rows, *grid.others]
    numeric = [all(isinstance(row[i], Cell) for row in every) for i in range(len(grid.heads))]
    columns = [Column(*both) for both in zip(grid.heads, numeric, strict=True)]
    cells = [[e if isinstance(e, Cell) else Cell(e) for e in row] for row in rows]
    return DataTable(name, f"{caption}.", columns, [Row(row) for row in cells])
