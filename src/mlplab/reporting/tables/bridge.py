"""What each difference between NumPy's network and Keras' model does to accuracy and time."""

from __future__ import annotations

from collections.abc import Sequence

import pandas as pd

from mlplab.runtime.tables import Table
from mlplab.stats.intervals import accuracy_interval, mean_interval, paired_differences
from mlplab.stats.significance import holm_adjusted, zero_mean_p
from mlplab.training.differences import DIFFERENCES, DifferenceName, Stop, list_stops

BRIDGE = Table(
    "bridge",
    "a row per direction and step between NumPy's network, in Keras, and the articles' reference "
    "model. Step 0 is where a direction begins",
    {
        "direction": "`forwards`, from NumPy's network to Keras' model, or `backwards`",
        "step": "number of differences crossed so far",
        "difference": "the difference that the step crosses, an entry of `bridge.order`; empty at "
        "step 0",
        "words": "the same in words",
        "numpy": "NumPy's way",
        "keras": "Keras' way",
        "epochs": "epochs of a training",
        "seeds": "number of trainings, one per seed",
        "test_accuracy": "mean over seeds after the step",
        "ci_low": "lower end of its 95 % interval over seeds, by Student's t; empty for one seed",
        "ci_high": "upper end of that interval",
        "change": "test accuracy with Keras' way less that with NumPy's, mean over seeds of the "
        "differences of the same seed, all else being as on this way; in either direction, the "
        "changes add up to the whole gap",
        "change_ci_low": "lower end of the 95 % interval of the change",
        "change_ci_high": "upper end of that interval",
        "p": "p of Student's t-test over seeds that the change is 0; empty for one seed",
        "p_holm": "the same, corrected for all steps of the table (Holm)",
        "wall_seconds": "wall seconds of an epoch: median of a training, mean over seeds",
        "cpu_seconds": "CPU seconds of an epoch, in the same way",
    },
    "Trainings run side by side, with one thread each. An epoch is compiled as a whole, which "
    "takes about half the time of Keras' `fit`. A seed gives all networks the same batches, and "
    "those with NumPy's start weights the same weights.",
)


def tabulate_bridge(trainings: pd.DataFrame, order: Sequence[DifferenceName]) -> pd.DataFrame:
    """A row per direction and step, with the change that the step makes.

    Parameters
    ----------
    trainings : rows of :func:`mlplab.training.bridge.train_direction` for all trained stops
    order : in which the differences are crossed, in either direction

    Returns
    -------
    DataFrame with the columns of ``BRIDGE``
    """
    by_name = {
        f"{direction}-{step}": rows
        for (direction, step), rows in trainings.groupby(["direction", "step"])
    }
    # Ends, and what lies on both ways, are trained once.
    trained = {stop.keras: by_name[stop.name] for stop in list_stops(order) if stop.name in by_name}
    rows, before = [], None
    for stop in list_stops(order):
        crossed = order[stop.step - 1] if stop.step else None
        rows.append(_describe(stop, crossed, trained[stop.keras], before))
        before = trained[stop.keras]
    table = pd.DataFrame(rows).reindex(columns=[*BRIDGE.columns])
    return BRIDGE.arrange(table.assign(p_holm=holm_adjusted(table["p"])))


def find_cause(bridge: pd.DataFrame) -> pd.DataFrame | None:
    """The two rows, forwards and backwards, of the difference that makes Keras worse.

    It is the one whose smaller loss of the two is largest: what lowers the accuracy on one way only
    does so together with others that the other way has not yet crossed. None if no difference
    lowers it on both, with its whole interval where there is one.
    """
    steps = bridge[bridge["difference"].notna()]
    highest = steps.assign(highest=steps["change_ci_high"].fillna(steps["change"]))
    changes, ends = (
        highest.pivot(index="difference", columns="direction", values=column).max(axis=1)
        for column in ("change", "highest")
    )
    changes = changes[ends < 0]
    if changes.empty:
        return None
    cause = steps[steps["difference"] == changes.idxmin()]
    return cause.set_index("direction").loc[["forwards", "backwards"]]


def _describe(
    stop: Stop, crossed: DifferenceName | None, rows: pd.DataFrame, before: pd.DataFrame | None
) -> dict[str, object]:
    accuracy = accuracy_interval(rows["test_accuracy"])
    described: dict[str, object] = {
        "direction": stop.direction,
        "step": stop.step,
        "epochs": rows["epochs"].iloc[0],
        "seeds": len(rows),
        "test_accuracy": accuracy.mean,
        "ci_low": accuracy.low,
        "ci_high": accuracy.high,
        "wall_seconds": rows["wall_seconds"].mean(),
        "cpu_seconds": rows["cpu_seconds"].mean(),
    }
    if crossed is None or before is None:
        return described
    here, there = (_by_seed(rows), _by_seed(before))
    pair = (here, there) if stop.direction == "forwards" else (there, here)
    differences = paired_differences(*pair)
    change = mean_interval(differences, least=-1.0, most=1.0)
    difference = DIFFERENCES[crossed]
    return described | {
        "difference": crossed,
        "words": difference.words,
        "numpy": difference.numpy,
        "keras": difference.keras,
        "change": change.mean,
        "change_ci_low": change.low,
        "change_ci_high": change.high,
        "p": zero_mean_p(differences),
    }


def _by_seed(rows: pd.DataFrame) -> dict[int, float]:
    return dict(zip(rows["seed"], rows["test_accuracy"], strict=True))
