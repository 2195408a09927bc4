"""The typed configuration of a run."""

from typing import Any

__all__ = [
    "ConfigError",
    "WorkflowConfig",
    "load_config",
]


def __getattr__(name: str) -> Any:
    """Import a public name when it is first used, so that no stage imports what another needs."""
    match name:
        case "load_config":
            from mlplab.config.loading import load_config

            return load_config
        case "ConfigError":
            from mlplab.config.faults import ConfigError

            return ConfigError
        case "WorkflowConfig":
            from mlplab.config.workflow import WorkflowConfig

            return WorkflowConfig
        case _:
            raise AttributeError(f"module {__name__!r} has no attribute {name!r}")
