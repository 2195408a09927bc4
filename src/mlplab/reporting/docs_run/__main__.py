"""Keep what the documentation shows of a run.

``python -m mlplab.reporting.docs_run results/default`` writes ``docs/run/default/``, in the
folder of the project, as ``docs/run/shown.yaml`` says, and the rows of the README.
"""

from __future__ import annotations

import argparse
import json
import shutil
import sys
from pathlib import Path

import pandas as pd

from mlplab.reporting.docs_run.facts import find_facts
from mlplab.reporting.docs_run.model import Shown, ShownError, load_shown
from mlplab.reporting.docs_run.numbers import print_numbers, select_rows
from mlplab.reporting.docs_run.readme import render_results, replace_results
from mlplab.runtime.console import run_command
from mlplab.runtime.files import read_table, save_table, save_text

FOLDER = Path("docs/run")


def main(arguments: list[str] | None = None) -> int:
    """Write the folder; 2 if the run lacks something, or outside the folder of the project."""
    parser = argparse.ArgumentParser(
        prog="python -m mlplab.reporting.docs_run", description=__doc__
    )
    parser.add_argument("run", type=Path, help="folder of a finished run, such as results/default")
    run = parser.parse_args(arguments).run
    try:
        shown = load_shown(FOLDER / "shown.yaml")
        facts = find_facts(run)
        claims = read_table(run / "tables" / "claims.csv")
        target = FOLDER / facts["run"]
        _keep(run, target, shown.of(facts["run"]))
        if facts["run"] == shown.run:
            readme = Path("README.md")
            results = render_results(claims, shown.readme, facts)
            save_text(readme, replace_results(readme.read_text(encoding="utf-8"), results))
        save_table(target / "claims.csv", claims)
        save_text(target / "run.json", json.dumps(facts, indent=1) + "\n")
    except (OSError, ShownError) as error:
        print(f"{run}: {error}", file=sys.stderr)
        return 2
    print(target)
    return 0


def _keep(run: Path, target: Path, shown: Shown) -> None:
    """Numbers, tables and figures that the documentation shows of this run."""
    names = {rows.table for rows in shown.tables.values()}
    for number in shown.numbers.values():
        names |= set(number.value.named_columns())
    tables: dict[str, pd.DataFrame] = {
        name: read_table(run / "tables" / f"{name}.csv") for name in sorted(names)
    }
    numbers = print_numbers(shown, tables)
    selected = {name: select_rows(rows, tables) for name, rows in shown.tables.items()}
    if shown.numbers:
        save_table(target / "numbers.csv", numbers)
    for name, rows in selected.items():
        save_table(target / f"{name}.csv", rows)
    if shown.figures:
        (target / "figures").mkdir(parents=True, exist_ok=True)
    for figure in shown.figures:
        shutil.copyfile(run / "figures" / f"{figure}.png", target / "figures" / f"{figure}.png")


if __name__ == "__main__":
    run_command(main)
