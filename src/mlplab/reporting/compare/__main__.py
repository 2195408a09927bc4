"""Two or more runs side by side: ``python -m mlplab.reporting.compare results/a results/b``."""

from __future__ import annotations

import argparse
import shutil
import sys
from pathlib import Path

from mlplab.reporting.compare.comparison import compare_runs
from mlplab.reporting.compare.loading import CompareError, open_runs
from mlplab.reporting.compare.page import page_path, write_page
from mlplab.reporting.compare.text import render_text
from mlplab.runtime.console import run_command

# Columns of text: the width of the terminal, within these.
_NARROWEST, _WIDEST = 60, 100


def main(arguments: list[str] | None = None) -> int:
    """Print the comparison and write its page; 2 if the runs cannot be compared, else 0."""
    parser = argparse.ArgumentParser(prog="python -m mlplab.reporting.compare", description=__doc__)
    parser.add_argument(
        "runs", nargs="*", type=Path, metavar="FOLDER", help="such as results/default; two or more"
    )
    parser.add_argument(
        "--page",
        type=Path,
        metavar="FILE",
        help="the page, else compare/<a>-<b>.html beside a",
    )
    options = parser.parse_args(arguments)
    width = min(max(shutil.get_terminal_size().columns, _NARROWEST), _WIDEST)
    try:
        runs = open_runs(options.runs)
        sections = compare_runs(runs)
        page = options.page or page_path(runs)
        write_page(page, runs, sections)
    except CompareError as error:
        print(error, file=sys.stderr)
        return 2
    print(render_text(sections, width))
    print(f"Page: {page}")
    return 0


if __name__ == "__main__":
    run_command(main)
