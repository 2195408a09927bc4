"""Intervals, ratios and tests over seeds and rounds."""

from typing import Any

__all__ = [
    "mean_interval",
    "paired_ratio",
    "prediction_interval",
]


def __getattr__(name: str) -> Any:
    """Import a public name when it is first used, so that no stage imports what another needs."""
    match name:
        case "mean_interval":
            from mlplab.stats.intervals import mean_interval

            return mean_interval
        case "paired_ratio":
            from mlplab.stats.ratios import paired_ratio

            return paired_ratio
        case "prediction_interval":
            from mlplab.stats.intervals import prediction_interval

            return prediction_interval
        case _:
            raise AttributeError(f"module {__name__!r} has no attribute {name!r}")
