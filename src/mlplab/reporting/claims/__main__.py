"""Show the claims of a finished run: ``python -m mlplab.reporting.claims results/default``."""

from __future__ import annotations

import argparse
import json
import sys
from pathlib import Path

import pandas as pd

from mlplab.reporting.claims.evaluation import NOT_APPLICABLE, NOT_REPRODUCED
from mlplab.reporting.claims.rendering import (
    count_verdicts,
    insert_between_markers,
    render_markdown,
    tell_false_verdicts,
)
from mlplab.runtime.console import run_command
from mlplab.runtime.files import read_table, save_text


def main(arguments: list[str] | None = None) -> int:
    """Print the claims that apply, or write all into a file.

    1 if, with ``--strict``, one is not reproduced; 2 if the run or the place for them is not there.
    """
    parser = argparse.ArgumentParser(prog="python -m mlplab.reporting.claims", description=__doc__)
    parser.add_argument("run", type=Path, help="folder of a finished run, such as results/default")
    parser.add_argument(
        "document", type=Path, nargs="?", help="write them between the markers of this file"
    )
    parser.add_argument(
        "--strict", action="store_true", help="end with 1 if a claim is not reproduced"
    )
    options = parser.parse_args(arguments)
    path = options.run / "tables" / "claims.csv"
    try:
        claims = read_table(path)
        if options.document is None:
            applicable = claims[claims["verdict"] != NOT_APPLICABLE]
            if len(applicable):
                print(_describe(applicable))
                print(f"The statements and the rest of the rows: {path.with_suffix('.md')}")
            print(" ".join(filter(None, (count_verdicts(claims), tell_false_verdicts(claims)))))
        else:
            text = options.document.read_text(encoding="utf-8")
            table = f"{_describe_run(options.run)} {render_markdown(claims)}"
            save_text(options.document, insert_between_markers(text, table))
    except (OSError, ValueError) as error:
        print(f"{options.document or path}: {error}; is the run finished?", file=sys.stderr)
        return 2
    failed = claims[(claims["verdict"] == NOT_REPRODUCED) & claims["counted"].astype(bool)]
    if options.strict and len(failed):
        print(f"{len(failed)} not reproduced:\n{_describe(failed)}", file=sys.stderr)
        return 1
    return 0


def _describe(claims: pd.DataFrame) -> str:
    columns = ["id", "published", "bound", "found", "ci_low", "ci_high", "unit", "verdict"]
    return str(claims[columns].to_string(index=False, na_rep="", float_format="{:.5g}".format))


def _describe_run(run: Path) -> str:
    machine = json.loads((run / "machine.json").read_text(encoding="utf-8"))
    return (
        f"Run `{run.resolve().name}` on {machine['processors']} × {machine['processor']}, "
        f"Python {machine['python']}, NumPy {machine['numpy']}."
    )


if __name__ == "__main__":
    run_command(main)
