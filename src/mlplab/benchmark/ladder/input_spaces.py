"""Seconds of an epoch from pixels beside those from cluster distances, as article C ran it."""

from __future__ import annotations

from collections.abc import Mapping
from functools import partial

import pandas as pd

from mlplab.benchmark.interleaved import Schedule, measure_rounds, refuse_absent
from mlplab.benchmark.ladder.measurement import train_step
from mlplab.benchmark.ladder.step import LadderStep
from mlplab.benchmark.ladder.steps import STEPS, DoublePrecision
from mlplab.benchmark.ladder.trainers import CompiledTrainer, ProjectTrainer
from mlplab.benchmark.measurements import last_measurements
from mlplab.benchmark.problem import Problem
from mlplab.benchmark.runners import Setup, thread_variables
from mlplab.runtime.tables import Table

# Article C's network of that time had none of the steps; our two engines stand beside it.
_STEPS: tuple[type[LadderStep], ...] = (DoublePrecision, ProjectTrainer, CompiledTrainer)

LADDER_INPUT_SPACES = Table(
    "ladder_input_spaces",
    "a row per round, step and input space",
    {
        "step": "number of the step of the ladder: 0 as article C ran it; 5 and 6 this project's "
        "engines",
        "name": "name of the step",
        "experiment": "experiment with such an epoch: `comparison.reference` or "
        "`comparison.against_reference`",
        "input_space": "input space of its trainings",
        "n_features": "number of inputs",
        "batch_size": "samples of a mini-batch",
        "n_threads": "threads that the step may use",
        "round": "number of the round, from 1",
        "epoch_seconds": "wall seconds of an epoch as in article C: shuffle, batches, and a "
        "prediction for all training and test images",
        "batches_seconds": "wall seconds of training all batches",
        "backward_L0_seconds": "within the batches: wall seconds of the backward pass down to the "
        "input layer; step 0 only",
        "foreign_cpu_share": "as in `optimization_ladder.csv`",
        "stolen_cpu_share": "as in `optimization_ladder.csv`",
        "disturbed": "as in `batch_size_benchmark.csv`",
    },
)


def measure_ladder_input_spaces(
    problems: Mapping[tuple[str, str], Problem], schedule: Schedule
) -> pd.DataFrame:
    """Time epochs from several input spaces, each with each step in a process of its own.

    Parameters
    ----------
    problems : what is trained, with samples that are only predicted, by the names of an experiment
        and its input space
    schedule : how often and how long

    Returns
    -------
    DataFrame with the columns of :data:`LADDER_INPUT_SPACES`; without the compiled step where its
    engine does not work.

    Raises
    ------
    RuntimeError
        A step failed; the message names it and the reason.
    """
    setups = [
        Setup(
            "|".join([kind.title, *names]),
            partial(train_step, kind),
            problem,
            thread_variables(problem.n_threads),
        )
        for kind in _STEPS
        for names, problem in problems.items()
    ]
    table, absent = measure_rounds(setups, schedule)
    refuse_absent(
        {name: why for name, why in absent.items() if not name.startswith(CompiledTrainer.title)},
        "epochs from pixels are compared with those from distances",
    )
    table = last_measurements(table, ["variant"])
    labels = table["variant"].str.split("|", expand=True)
    pairs = pd.MultiIndex.from_frame(labels[[1, 2]])
    numbers = {kind.title: STEPS.index(kind) for kind in _STEPS}
    parts = [f"{part}_seconds" for part in ("shuffle", "batches", "prediction", "test_prediction")]
    table = table.assign(
        step=labels[0].map(numbers),
        name=labels[0],
        experiment=labels[1],
        input_space=labels[2],
        n_features=[problems[pair].x.shape[1] for pair in pairs],
        batch_size=[problems[pair].batch_size for pair in pairs],
        epoch_seconds=table[parts].sum(axis=1),
    )
    order = ["round", "step", "experiment", "input_space"]
    return LADDER_INPUT_SPACES.arrange(table).sort_values(order, ignore_index=True)
