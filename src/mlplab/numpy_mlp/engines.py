"""The engines of the network: NumPy's functions, or compiled code for whole runs of batches."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from dataclasses import dataclass

import numpy as np
from numpy.typing import DTypeLike

from mlplab.numpy_mlp.evaluation import predict_logits
from mlplab.numpy_mlp.parameters import Parameters
from mlplab.numpy_mlp.sparse_rows import Rows
from mlplab.numpy_mlp.trainer import BaseTrainer, Plan, Trainer, trainer_bytes

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
    trainer_bytes : see :func:`mlplab.numpy_mlp.trainer.trainer_bytes`
    """

    name: str
    trainer: Callable[[Parameters, Parameters, int, Plan], BaseTrainer]
    predict_logits: Callable[[Parameters, Rows, int], np.ndarray]
    trainer_bytes: Callable[[Sequence[int], int, DTypeLike, Plan], int]


def find_engine(name: str) -> Engine:
    """The engine of a name; compiled code is imported when it is first asked for.

    Raises
    ------
    EngineError
        The compiled engine does not work here.
    """
    if name == "numpy":
        return Engine(name, Trainer, predict_logits, trainer_bytes)
    try:
        from numba import config

        if getattr(config, "DISABLE_JIT", 0):
            raise ImportError("the environment sets NUMBA_DISABLE_JIT")
        from mlplab.numpy_mlp.compiled.memory import compiled_bytes
        from mlplab.numpy_mlp.compiled.trainer import CompiledTrainer, predict_compiled
    except (ImportError, OSError) as error:  # OSError: of a library that cannot be loaded
        raise EngineError(
            f'engine="compiled" is not usable here: {error}; install Numba, or use engine="numpy"'
        ) from error
    return Engine(name, CompiledTrainer, predict_compiled, compiled_bytes)
