"""Make the study page of a run: ``python -m mlplab.reporting.study results/default``."""

from __future__ import annotations

import argparse
import sys
from pathlib import Path

from mlplab.benchmark.registry import VARIANTS
from mlplab.reporting.study.assemble import make_study, render_study
from mlplab.reporting.study.run import RunError
from mlplab.runtime.console import run_command
from mlplab.runtime.files import save_text


def main(arguments: list[str] | None = None) -> int:
    """Write ``study.html`` into the run's folder; 2 if there is no run or no place for it."""
    parser = argparse.ArgumentParser(prog="python -m mlplab.reporting.study", description=__doc__)
    parser.add_argument("run", type=Path, help="folder of a run, such as results/default")
    options = parser.parse_args(arguments)
    page = options.run / "study.html"
    try:
        study = make_study(
            options.run, {name: variant._asdict() for name, variant in VARIANTS.items()}
        )
        save_text(page, render_study(study))
    except (RunError, OSError) as error:
        print(error, file=sys.stderr)
        return 2
    left_out = [section.question for section in study.sections if section.content is None]
    print(page)
    for question in left_out:
        print(f"without an answer: {question}", file=sys.stderr)
    return 0


if __name__ == "__main__":
    run_command(main)
