"""The log of Keras that article A prints, epoch by epoch, against trainings of several seeds."""

from __future__ import annotations

import numpy as np
import pandas as pd
from scipy import special

from mlplab.runtime.tables import Table
from mlplab.stats.intervals import CONFIDENCE

# Accuracies whose epochs are looked up.
PASSED = (0.5, 0.7)
_MEASURES = ("loss", "accuracy")

KERAS_LOG = Table(
    "keras_log",
    "a row per measure and epoch",
    {
        "measure": "`loss`: mean loss of a training image with the regularisation, in nats; "
        "`accuracy`: on the training images, averaged over the batches",
        "epoch": "number of the epoch, from 1",
        "published": "as article A prints it; empty for other data and for epochs after its last",
        "mean": "mean over seeds",
        "standard_deviation": "standard deviation over seeds; empty for one seed",
        "band_low": "lower end of the band that holds the whole curve of one more run in at least "
        "95 % of cases; empty for one seed",
        "band_high": "upper end of the band",
        "inside": "whether the published value lies in the band; empty without one of the two",
        "seeds": "number of seeds",
    },
    "The band is the interval of one more run in every epoch, by Student's t, with the 5 % divided "
    "among the epochs (Bonferroni), since one curve is compared with all of them.",
)
KERAS_LOG_SUMMARY = Table(
    "keras_log_summary",
    "a row per measure",
    {
        "measure": "as in `keras_log.csv`",
        "epochs": "epochs with a published value and a band",
        "inside": "those of them in which the published value lies in the band",
        "first_outside": "first epoch outside; empty where there is none",
        "last_outside": "last epoch outside; empty where there is none",
        "largest_deviation": "largest distance of a published value from the mean, in standard "
        "deviations of one more run",
        "seeds": "number of seeds",
    },
)
KERAS_LOG_PASSES = Table(
    "keras_log_passes",
    "a row per seed and accuracy",
    {
        "seed": "seed of start weights and batches",
        "accuracy": "accuracy on the training images, averaged over the batches",
        "epoch": "first epoch with at least this accuracy; empty where there is none",
    },
)


def compare_log(history: pd.DataFrame, published: pd.DataFrame, n_samples: int) -> pd.DataFrame:
    """The mean curve of several seeds and its band, beside published values.

    Parameters
    ----------
    history : a row per seed and epoch, with columns of ``training_history.csv``
    published : ``epoch``, ``loss`` and ``accuracy``; without rows there is nothing to compare
    n_samples : training images, over which the cost is divided

    Returns
    -------
    DataFrame with the columns of :data:`KERAS_LOG`.

    Examples
    --------
    >>> history = pd.DataFrame({"epoch": 1, "train_accuracy": [0.1, 0.2, 0.3],
    ...                         "total_cost": [20.0, 21.0, 22.0]})
    >>> published = pd.DataFrame({"epoch": [1], "loss": [9.0], "accuracy": [0.25]})
    >>> compare_log(history, published, 10)["inside"].tolist()  # loss, accuracy
    [False, True]
    """
    columns = {"loss": history["total_cost"] / n_samples, "accuracy": history["train_accuracy"]}
    printed = published.set_index("epoch")
    tables = []
    for measure in _MEASURES:
        curves = history.assign(value=columns[measure]).groupby("epoch")["value"]
        n, deviation = curves.size(), curves.std()
        alpha = (1 - CONFIDENCE) / len(n)
        with np.errstate(invalid="ignore"):
            reach = special.stdtrit(n - 1, 1 - alpha / 2) * deviation * np.sqrt(1 + 1 / n)
        mean = curves.mean()
        value = printed[measure].reindex(mean.index).astype(float)
        inside = value.between(mean - reach, mean + reach).astype(object)
        tables.append(
            pd.DataFrame(
                {
                    "measure": measure,
                    "published": value,
                    "mean": mean,
                    "standard_deviation": deviation,
                    "band_low": mean - reach,
                    "band_high": mean + reach,
                    "inside": inside.where(value.notna() & reach.notna()),
                    "seeds": n,
                }
            ).reset_index()
        )
    return KERAS_LOG.arrange(pd.concat(tables, ignore_index=True))


def summarize_log(log: pd.DataFrame) -> pd.DataFrame:
    """In how many epochs the published curve lies in the band, per measure.

    ``log`` has the columns of :data:`KERAS_LOG`, the result those of :data:`KERAS_LOG_SUMMARY`.
    """
    rows = []
    for measure, curve in log.groupby("measure", sort=False):
        compared = curve.dropna(subset=["inside"])
        outside = compared.loc[~compared["inside"].astype(bool), "epoch"]
        of_one_more = compared["standard_deviation"] * np.sqrt(1 + 1 / compared["seeds"])
        distance = (compared["published"] - compared["mean"]).abs() / of_one_more
        rows.append(
            {
                "measure": measure,
                "epochs": len(compared),
                "inside": len(compared) - len(outside),
                "first_outside": outside.min(),
                "last_outside": outside.max(),
                "largest_deviation": distance.max(),
                "seeds": curve["seeds"].min(),
            }
        )
    table = pd.DataFrame(rows, columns=[*KERAS_LOG_SUMMARY.columns])
    return table.astype({"first_outside": "Int64", "last_outside": "Int64"})


def find_passes(history: pd.DataFrame) -> pd.DataFrame:
    """The epoch in which each seed first has the accuracies :data:`PASSED`.

    ``history`` as for :func:`compare_log`; the columns are those of :data:`KERAS_LOG_PASSES`.
    """
    rows = [
        {
            "seed": seed,
            "accuracy": accuracy,
            "epoch": training.loc[training["train_accuracy"] >= accuracy, "epoch"].min(),
        }
        for seed, training in history.groupby("seed")
        for accuracy in PASSED
    ]
    return pd.DataFrame(rows, columns=[*KERAS_LOG_PASSES.columns]).astype({"epoch": "Int64"})
