"""The engines of the network: NumPy's functions, or compiled code for whole runs of batches."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass

import numpy as np

from mlplab.numpy_mlp.evaluation import predict_logits
from mlplab.numpy_mlp.parameters import Parameters
from mlplab.numpy_mlp.sparse_rows import Rows
from mlplab.numpy_mlp.trainer import BaseTrainer, Plan, Trainer

ENGINES = ("numpy", "compiled")


class EngineError(ValueError):
    """This machine cannot use the engine; the message says why and what to do."""


@dataclass(frozen=True)
class Engine:
    """The parts that differ between engines.

    Attributes
    ----------
    name : one of ``ENGINES``
    trainer : called as ``trainer(parameters, previous_step, batch_size, plan)``
    predict_logits : see :func:`mlplab.numpy_mlp.evaluation.predict_logits`
    slice_rows : samples that a worker may propagate at once
    uses_blas_threads : whether threads of BLAS may work
    largest_feature_team : workers among which it can divide the features; None for any number
    """

    name: str
    trainer: Callable[[Parameters, Parameters, int, Plan], BaseTrainer]
    predict_logits: Callable[[Parameters, Rows, int], np.ndarray]
    slice_rows: tuple[int, ...]
    uses_blas_threads: bool
    largest_feature_team: int | None


def find_engine(name: str) -> Engine:
    """The engine of a name; compiled code is imported when it is first asked for.

    Raises
    ------
    EngineError
        The compiled engine does not work here.
    """
    if name == "numpy":
        return Engine(
            name,
            Trainer,
            predict_logits,
            slice_rows=(250, 500, 1000),
            uses_blas_threads=True,
            largest_feature_team=2,
        )
    try:
        from numba import config

        if getattr(config, "DISABLE_JIT", 0):
            raise ImportError("the environment sets NUMBA_DISABLE_JIT")
        from mlplab.numpy_mlp.compiled.trainer import CompiledTrainer, predict_compiled
    except (ImportError, OSError) as error:  # OSError: of a library that cannot be loaded
        raise EngineError(
            f'engine="compiled" is not usable here: {error}; install Numba, or use engine="numpy"'
        ) from error
    return Engine(
        name,
        CompiledTrainer,
        predict_compiled,
        # The activations of a slice stay in the cache next to the core.
        slice_rows=(64, 125, 250),
        uses_blas_threads=False,
        largest_feature_team=None,
    )
