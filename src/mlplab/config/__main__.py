"""Check configuration files: ``python -m mlplab.config my.yaml``."""

from __future__ import annotations

import argparse
import sys
from collections.abc import Mapping
from functools import reduce
from pathlib import Path
from typing import Any

from mlplab.config.faults import ConfigError
from mlplab.config.files import check_config_files, read_config_file
from mlplab.config.loading import load_config
from mlplab.data.errors import DataError
from mlplab.data.registry import load_registry
from mlplab.runtime.console import run_command


def main(arguments: list[str] | None = None) -> int:
    """Lay files over each other and print their faults; return 1 if there are any."""
    parser = argparse.ArgumentParser(prog="python -m mlplab.config", description=__doc__)
    parser.add_argument("files", type=Path, nargs="+", help="laid over config/config.yaml")
    files = [Path("config/config.yaml"), *parser.parse_args(arguments).files]
    try:
        check_config_files(files)
        below, *above = map(read_config_file, files)
        # As Snakemake does: the files given are laid over each other first.
        merged = _lay_over(below, reduce(_lay_over, above))
        load_config(merged, load_registry("config/datasets.yaml"), files)
    except (ConfigError, DataError) as error:
        print(error, file=sys.stderr)
        return 1
    print("The configuration is valid.")
    return 0


def _lay_over(below: Any, above: Any) -> Any:
    if not (isinstance(below, Mapping) and isinstance(above, Mapping)):
        return above
    laid = {key: _lay_over(below.get(key), value) for key, value in above.items()}
    return {**below, **laid}


if __name__ == "__main__":
    run_command(main)
