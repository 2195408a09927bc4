"""Write the research object of a run: ``python -m mlplab.reporting.crate results/default``."""

from __future__ import annotations

import argparse
import sys
from pathlib import Path
from zipfile import ZIP_DEFLATED, ZipFile

from mlplab.reporting.citation import CitationError, read_citation
from mlplab.reporting.crate.build import build_crate
from mlplab.reporting.crate.files import METADATA, TRACES
from mlplab.reporting.crate.records import read_run
from mlplab.reporting.crate.sources import SOURCE, SourceError, copy_sources
from mlplab.runtime.console import run_command
from mlplab.runtime.files import atomic_path, save_text


def main(arguments: list[str] | None = None) -> int:
    """Write the crate and print what it cannot tell; 2 if there is no run or no workflow."""
    parser = argparse.ArgumentParser(prog="python -m mlplab.reporting.crate", description=__doc__)
    parser.add_argument("run", type=Path, help="folder of a run, such as results/default")
    parser.add_argument(
        "--agent", help='who started the run: "Name" or "Name <https://orcid.org/…>"'
    )
    parser.add_argument(
        "--zip",
        action="store_true",
        help="also write <run>.crate.zip beside the folder, without the arrays",
    )
    options = parser.parse_args(arguments)
    folder: Path = options.run
    try:
        _write(folder, options.agent, options.zip)
    except (OSError, SourceError, CitationError, NoRecordsError) as error:
        print(error, file=sys.stderr)
        return 2
    return 0


class NoRecordsError(ValueError):
    """The folder holds no record that can be read."""


def _write(folder: Path, agent: str | None, zipped: bool) -> None:
    run = read_run(folder)
    if not run.jobs:
        raise NoRecordsError(
            "\n".join(
                [
                    f"{folder}: found no record of a job; allowed: the folder of a run, such as "
                    "results/default, with the .provenance.json files beside its results",
                    *run.notices,
                ]
            )
        )
    notices = copy_sources(run, Path.cwd())
    try:
        citation = read_citation()
    except CitationError:  # of an installed library; the run has a file of its own
        citation = read_citation(folder / SOURCE / "CITATION.cff")
    made = build_crate(run, citation, agent=agent)
    save_text(folder / METADATA, made.metadata())
    for notice in (*notices, *made.notices):
        print(f"Notice: {notice}", file=sys.stderr)
    print(f"{folder / METADATA}: {len(run.jobs)} jobs. The folder is the crate.")
    if zipped:
        target = folder.resolve().with_name(f"{folder.resolve().name}.crate.zip")
        small = build_crate(run, citation, agent=agent, with_arrays=False)
        with (
            atomic_path(target) as temporary,
            ZipFile(temporary, "w", ZIP_DEFLATED, strict_timestamps=False) as archive,
        ):
            archive.writestr(METADATA, small.metadata())
            for trace in TRACES:
                if (folder / trace).is_dir():
                    archive.mkdir(trace)
            for path in small.paths:
                archive.write(folder / path, path)
        print(f"{target}: the crate without its arrays, {target.stat().st_size / 1e6:.1f} MB")


if __name__ == "__main__":
    run_command(main)
