"""The typed configuration of a run: a parsed YAML file becomes frozen values, or all its faults."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

from pydantic import ValidationError

from mlplab.config_checks import GRID_EXPERIMENT, find_conflicts, sample_counts
from mlplab.config_faults import ConfigError, describe_faults
from mlplab.config_types import KEEP_VALID
from mlplab.config_workflow import WorkflowConfig
from mlplab.data.registry import DatasetSpec

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
