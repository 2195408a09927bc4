"""The tables of the search, described."""

from __future__ import annotations

from mlplab.runtime.tables import Table

_SETTING = {
    "trial": "number of the setting",
    "input_space": "input space; clusters are those of one start of Lloyd's algorithm",
    "n_features": "number of inputs",
    "learning_rate": "η of the first epoch",
    "learning_rate_end_ratio": "η of the last epoch over that of the first",
    "decrease_const": "the constant c that follows from it and the number of epochs",
    "l2": "λ₂ as the network uses it",
    "l1": "λ₁ as the network uses it",
    "batch_size": "samples of a mini-batch",
    "epochs": "epochs of the training",
}
TRIALS = Table(
    "search_trials",
    "a row per trial and stage of the search",
    {"trial": "number of the setting", "stage": "stage of the search, from 1"}
    | _SETTING
    | {
        "seed": "seed of the input space, start weights and batches",
        "train_accuracy": "accuracy on the training images after the last epoch; empty if the "
        "training diverged",
        "validation_accuracy": "accuracy on the validation images after the last epoch, which "
        "decides; empty if the training diverged",
        "best_epoch": "epoch with the highest validation accuracy; no choice depends on it",
        "seconds": "wall seconds of the training and its accuracies, on one thread beside others",
        "outcome": "`promoted` to the next stage, `dropped`, `diverged` or `chosen`",
    },
    "Settings are drawn at random from `search.space`. Stage 1 trains them all; each later stage "
    "trains the best of the stage before anew, and longer. Trials are compared on the last "
    "`search.n_validation` training images. No trial trains on these or on a test image, and input "
    "spaces are learned without them.",
)
RESULT = Table(
    "search_result",
    "a row per training of the chosen setting",
    _SETTING
    | {
        "seed": "seed of the input space, start weights and batches",
        "validation_accuracy": "that of the chosen trial",
        "train_accuracy": "accuracy on all training images, which these trainings use, after the "
        "last epoch",
        "test_accuracy": "accuracy on the test images after the last epoch",
        "seconds": "wall seconds of the training and its accuracies",
    },
    "Only here does the search read test images.",
)
SUMMARY = Table(
    "search_summary",
    "one row: the chosen setting, over its seeds",
    _SETTING
    | {
        "validation_accuracy": "that of the chosen trial",
        "seeds": "number of trainings, one per seed",
        "test_accuracy": "mean over seeds",
        "ci_low": "lower end of its 95 % interval over seeds, by Student's t; empty for one seed",
        "ci_high": "upper end of that interval",
        "published_accuracy": "`search.published_accuracy`; empty with data other than MNIST",
    },
)
