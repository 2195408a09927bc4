"""Tables of all trainings: every epoch, and the last."""

from __future__ import annotations

from collections.abc import Sequence
from pathlib import Path

import pandas as pd

from mlplab.runtime.files import read_tables
from mlplab.runtime.tables import Table

# The columns that identify a training.
TRAINING_KEYS = [
    "experiment",
    "framework",
    "input_space",
    "n_features",
    "batch_size",
    "l2_factor",
    "seed",
]
_TRAINING = {
    "experiment": "`batch_sizes`: the trainings of the section `train`, on every input space with "
    "every batch size; else the name of an entry of `experiments`, such as `article_a`, or of "
    "`keras_experiments`",
    "framework": "`numpy`, or `keras` (the reference model of the articles)",
    "input_space": "`pixels`, `clusters-<K>` or another input space, named as under `data/`",
    "n_features": "number of inputs",
    "batch_size": "samples of a mini-batch",
    "seed": "seed of start weights and batches, and of input spaces that depend on chance",
    "l2_factor": "factor on λ₂, see `experiments.<name>.l2_factors`; 1 elsewhere",
}
HISTORY = Table(
    "training_history",
    "a row per epoch of every training",
    _TRAINING
    | {
        "epoch": "number of the epoch, from 1",
        "train_accuracy": "accuracy on the training images: for `numpy` after the epoch, for "
        "`keras` averaged over its batches, as Keras reports it",
        "validation_accuracy": "accuracy on the last `n_validation` training images, which the "
        "training does not use; empty without them",
        "test_accuracy": "accuracy on the test images after the epoch; with "
        "`test_every_epoch: false`, after the last epoch only",
        "total_cost": "cost of the training images, a sum that includes the regularisation. The "
        "cost functions of the frameworks differ; for `keras`, the reported mean loss times the "
        "number of images",
        "regularization_share": "share of the regularisation in the total cost, 0 to 1",
        "last_batch_cost": "cost of the last mini-batch before its update; `numpy` only",
        "last_batch_regularization_share": "share of the regularisation in that cost; `numpy` only",
        "last_batch_error": "mean absolute error of the outputs for the last mini-batch; `numpy` "
        "only",
        "learning_rate": "η during the epoch",
        "mean_abs_weight_L<layer>": "mean absolute weight above layer 0, 1, …",
        "wall_seconds": "wall seconds of the training part of the epoch, without evaluation",
        "cpu_seconds": "CPU seconds of the same part",
        "evaluation_cpu_seconds": "CPU seconds of all that is measured after it, such as the test "
        "accuracy; `numpy` only",
        "engine": "`numpy` or `compiled`, see `experiments.<name>.engine`; `keras` for Keras",
        "n_threads": "threads that the training may use",
        "foreign_cpu_share": "share of the machine's CPU time that other processes used during "
        "the training; empty if unknown",
        "stolen_cpu_share": "share that the host of a virtual machine took; empty if unknown",
        "disturbed": "whether others and the host took more than a tenth of the machine",
    },
    "With `measure_every`, training accuracies, costs, `last_batch_error` and mean weights are "
    "measured after every so many epochs and after the last, and are empty between. Trainings that "
    "are not `exclusive` have one thread each and run side by side.",
)
FINAL_ACCURACIES = Table(
    "final_accuracies",
    "a row per training",
    dict.fromkeys(TRAINING_KEYS, "as in `training_history.csv`")
    | {
        "epochs": "number of epochs",
        "train_accuracy": "accuracy on the training images after the last epoch",
        "validation_accuracy": "accuracy on the validation images after the last epoch",
        "test_accuracy": "accuracy on the test images after the last epoch",
        "training_seconds": "sum of `wall_seconds` over the epochs",
    },
)


def build_training_history(paths: Sequence[str | Path]) -> pd.DataFrame:
    """A row per epoch of every training, with the columns of ``HISTORY``."""
    history = read_tables(paths).sort_index(axis="columns")  # the weights in order of their layers
    ordered = HISTORY.arrange(history)
    return ordered.sort_values([*TRAINING_KEYS, "epoch"], ignore_index=True)


def build_final_accuracies(history: pd.DataFrame) -> pd.DataFrame:
    """The last epoch of every training: accuracies, and seconds of training in all."""
    history = history.sort_values([*TRAINING_KEYS, "epoch"])
    trainings = history.groupby(TRAINING_KEYS, as_index=False)
    accuracies = ["train_accuracy", "validation_accuracy", "test_accuracy"]
    last = trainings.nth(-1)[[*TRAINING_KEYS, "epoch", *accuracies]]
    table = last.merge(trainings["wall_seconds"].sum(), on=TRAINING_KEYS)
    return FINAL_ACCURACIES.arrange(
        table.rename(columns={"epoch": "epochs", "wall_seconds": "training_seconds"})
    )
