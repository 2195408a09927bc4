"""The typed configuration of a run: a parsed YAML file becomes frozen values, or all its faults.

``python -m mlplab.config my.yaml`` checks a file without running anything.
"""

from __future__ import annotations

import os
from collections.abc import Iterable, Mapping
from typing import Any

from pydantic import ValidationError
from pydantic_core import ErrorDetails

from mlplab.config.checks import advise_smaller_file, find_conflicts, find_data_faults
from mlplab.config.experiments import INHERITED, fill_experiments
from mlplab.config.faults import ConfigError, describe_faults
from mlplab.config.fields import KEEP_VALID
from mlplab.config.files import read_config_file
from mlplab.config.names import find_unknown_removals, list_entries, remove_entries
from mlplab.config.workflow import WorkflowConfig
from mlplab.data.registry import DatasetSpec


def load_config(
    mapping: Mapping[str, Any],
    datasets: Mapping[str, DatasetSpec] | None = None,
    files: Iterable[str | os.PathLike[str]] = (),
) -> WorkflowConfig:
    """Turn a parsed YAML file into a frozen, typed configuration.

    Parameters
    ----------
    mapping : the complete configuration as read; experiments may leave out the keys that
        ``experiment_defaults`` has. Null in place of an experiment, a network or a setting of
        ``cost_quality`` removes it
    datasets : the known data sets; if given, sizes are checked against the number of images
    files : the files that ``mapping`` was read from; if given, one of them must have each entry
        that is removed

    Raises
    ------
    ConfigError
        With one line per fault: key path, what was found, what is allowed.

    Examples
    --------
    >>> import yaml
    >>> from pathlib import Path
    >>> config = load_config(yaml.safe_load(Path("config/config.yaml").read_text()))
    >>> config.run, config.train.epochs
    ('default', 35)
    """
    if not isinstance(mapping, Mapping):
        raise ConfigError.of(
            [f"the configuration: found {mapping!r:.80}; allowed: keys at the top"]
        )
    faults: list[str] = []
    advice: list[str] = []
    kept, removed = remove_entries(mapping)
    filled = fill_experiments(kept)
    try:
        config = WorkflowConfig.model_validate(filled)
    except ValidationError as error:
        own = [fault for fault in error.errors(include_url=False) if _is_own(fault, kept)]
        faults = describe_faults(WorkflowConfig, own)
        config = WorkflowConfig.model_validate(filled, context=KEEP_VALID)
    faults += find_conflicts(config, removed)
    if datasets is not None:
        too_large = list(find_data_faults(config, datasets))
        faults += too_large
        advice += advise_smaller_file(config, datasets, too_large)
    if any(removed.values()) and (contents := [read_config_file(file) for file in files]):
        faults += find_unknown_removals(removed, list_entries(contents))
    if faults:
        raise ConfigError.of(faults, advice)
    return config


def _is_own(fault: ErrorDetails, mapping: Mapping[str, Any]) -> bool:
    """Whether a fault stands where it was found, and not in ``experiment_defaults``."""
    match fault["loc"]:
        case ("experiments", name, key, *_) if key in INHERITED:
            # Pydantic writes names that are no texts as texts.
            entries = {str(own): entry for own, entry in mapping["experiments"].items()}
            return key in entries.get(str(name), INHERITED)
    return True
