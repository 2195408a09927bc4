"""The typed configuration of a run: a parsed YAML file becomes frozen values, or all its faults.

``python -m mlplab.config my.yaml`` tells what is wrong with a file without running anything.
"""

from __future__ import annotations

import argparse
import sys
from collections.abc import Mapping
from pathlib import Path
from typing import Any

import yaml
from pydantic import ValidationError

from mlplab.config_checks import GRID_EXPERIMENT, find_conflicts, sample_counts
from mlplab.config_faults import ConfigError, describe_faults
from mlplab.config_files import check_config_files
from mlplab.config_types import KEEP_VALID
from mlplab.config_workflow import WorkflowConfig
from mlplab.data.errors import DataError
from mlplab.data.registry import DatasetSpec, load_registry

__all__ = ["GRID_EXPERIMENT", "ConfigError", "WorkflowConfig", "load_config", "sample_counts"]


def load_config(
    mapping: Mapping[str, Any], datasets: Mapping[str, DatasetSpec] | None = None
) -> WorkflowConfig:
    """Turn a parsed YAML file into a frozen, typed configuration.

    Parameters
    ----------
    mapping : the configuration as read
    datasets : the known data sets; with them, sizes are checked against the number of images

    Raises
    ------
    ConfigError
        With one line per fault: key path, what was found, what is allowed.
    """
    if not isinstance(mapping, Mapping):
        raise ConfigError.of(
            [f"the configuration: found {mapping!r:.80}; allowed: keys at the top"]
        )
    faults = []
    try:
        config = WorkflowConfig.model_validate(dict(mapping))
    except ValidationError as error:
        faults = describe_faults(WorkflowConfig, error)
        config = WorkflowConfig.model_validate(dict(mapping), context=KEEP_VALID)
    faults += find_conflicts(config, datasets)
    if faults:
        raise ConfigError.of(faults)
    return config


def main(arguments: list[str] | None = None) -> int:
    """Print what is wrong with files that are laid over each other, if anything is; 1 if so."""
    parser = argparse.ArgumentParser(prog="python -m mlplab.config", description=__doc__)
    parser.add_argument("files", type=Path, nargs="+", help="laid over config/config.yaml")
    files = [Path("config/config.yaml"), *parser.parse_args(arguments).files]
    try:
        check_config_files(files)
        merged: dict[str, Any] = {}
        for file in files:
            merged = _lay_over(merged, yaml.safe_load(file.read_text(encoding="utf-8")))
        load_config(merged, load_registry("config/datasets.yaml"))
    except (ConfigError, DataError) as error:
        print(error, file=sys.stderr)
        return 1
    print("nothing is wrong with the configuration")
    return 0


def _lay_over(below: Any, above: Any) -> Any:
    if not (isinstance(below, Mapping) and isinstance(above, Mapping)):
        return above
    laid = {key: _lay_over(below.get(key), value) for key, value in above.items()}
    return {**below, **laid}


if __name__ == "__main__":
    sys.exit(main())
