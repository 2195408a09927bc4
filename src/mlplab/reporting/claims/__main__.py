"""Show the claims of a finished run: ``python -m mlplab.reporting.claims results/default``."""

from __future__ import annotations

import argparse
import sys
from pathlib import Path

import pandas as pd

from mlplab.reporting.claims.evaluation import CLAIMS, NOT_APPLICABLE, NOT_REPRODUCED
from mlplab.reporting.claims.rendering import (
    count_verdicts,
    tell_false_verdicts,
)
from mlplab.runtime.console import run_command
from mlplab.runtime.files import read_table


def main(arguments: list[str] | None = None) -> int:
    """Print the claims that apply.

    1 if, with ``--strict``, one is not reproduced; 2 if the run is not there.
    """
    parser = argparse.ArgumentParser(prog="python -m mlplab.reporting.claims", description=__doc__)
    parser.add_argument("run", type=Path, help="folder of a finished run, such as results/default")
    parser.add_argument(
        "--strict", action="store_true", help="end with 1 if a claim is not reproduced"
    )
    options = parser.parse_args(arguments)
    path = options.run / "tables" / "claims.csv"
    try:
        claims = read_table(path)
    except (OSError, ValueError) as error:
        print(f"{path}: {error}; is the run finished?", file=sys.stderr)
        return 2
    if missing := [name for name in CLAIMS.columns if name not in claims]:
        print(
            f"{path}: found no column {', '.join(missing)}, so another version made it; allowed: a "
            "run of this version; delete the table and make the run again",
            file=sys.stderr,
        )
        return 2
    applicable = claims[claims["verdict"] != NOT_APPLICABLE]
    if len(applicable):
        print(_describe(applicable))
        print(f"The statements and the rest of the rows: {path.with_suffix('.md')}")
    print(" ".join(filter(None, (count_verdicts(claims), tell_false_verdicts(claims)))))
    failed = claims[(claims["verdict"] == NOT_REPRODUCED) & claims["counted"].astype(bool)]
    if options.strict and len(failed):
        print(f"{len(failed)} not reproduced:\n{_describe(failed)}", file=sys.stderr)
        return 1
    return 0


def _describe(claims: pd.DataFrame) -> str:
    columns = ["id", "published", "bound", "found", "ci_low", "ci_high", "unit", "verdict"]
    return str(claims[columns].to_string(index=False, na_rep="", float_format="{:.5g}".format))


if __name__ == "__main__":
    run_command(main)
