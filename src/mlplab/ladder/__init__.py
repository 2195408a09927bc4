"""The articles' way from a slow network to a fast one, step by step, and how long each takes."""

from mlplab.ladder.measurement import measure_ladder
from mlplab.ladder.steps import STEPS

__all__ = ["STEPS", "measure_ladder"]
