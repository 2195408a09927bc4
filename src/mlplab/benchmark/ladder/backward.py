"""Milliseconds of the backward pass layer by layer, measured and published."""

from __future__ import annotations

import pandas as pd

from mlplab.runtime.tables import Table

PUBLISHED_COLUMNS = ["step", "layer", "batch", "seconds", "source"]
BACKWARD_TIMES = Table(
    "backward_times",
    "a row per step, round and layer, and per published time",
    {
        "origin": "`measured`: from `optimization_ladder.csv`; `published`: from "
        "`config/published_backward.csv`",
        "step": "number of the step of the ladder",
        "name": "name of the step",
        "layer": "the layer down to which the pass goes: `L0` is the input layer, `L1` the first "
        "hidden layer, …",
        "round": "number of the round; of a published time, number of the batch",
        "milliseconds": "wall milliseconds of a batch; measured: the mean over the batches of the "
        "epoch",
        "ratio_to_L1": "over the time down to `L1` in the same round or batch",
        "disturbed": "as in `optimization_ladder.csv`; false for published times",
    },
)


def build_backward_times(ladder: pd.DataFrame, published: pd.DataFrame) -> pd.DataFrame:
    """Times of the backward pass down to each layer, for the mean batch of a round.

    Parameters
    ----------
    ladder : rounds of the ladder, :data:`mlplab.benchmark.ladder.summary.LADDER`; rows without
        times of layers do not count
    published : seconds of single batches, with the columns ``PUBLISHED_COLUMNS``; a ``layer`` is
        written as ``L0``

    Returns
    -------
    DataFrame with the columns of :data:`BACKWARD_TIMES`.

    Raises
    ------
    ValueError
        A published row has a step or layer that was not measured.
    """
    layers = {c.split("_")[1]: c for c in ladder if c.startswith("backward_L")}
    rounds = ladder.dropna(subset=list(layers.values()))
    names = rounds.drop_duplicates("step").set_index("step")["name"]
    unknown = published[~published["step"].isin(names.index) | ~published["layer"].isin(layers)]
    if len(unknown):
        raise ValueError(
            f"published backward times: found {unknown[['step', 'layer']].to_dict('records')}; "
            f"allowed: steps {sorted(names.index.astype(int))} and layers {sorted(layers)}"
        )
    measured = [
        rounds[["step", "name", "round", "disturbed"]].assign(
            origin="measured", layer=layer, milliseconds=1e3 * rounds[column] / rounds["batches"]
        )
        for layer, column in layers.items()
    ]
    printed = published.rename(columns={"batch": "round"}).assign(
        origin="published",
        name=published["step"].map(names),
        milliseconds=1e3 * published["seconds"],
        disturbed=False,
    )
    table = pd.concat([*measured, printed], ignore_index=True)
    keys = ["origin", "step", "round"]
    to_l1 = table[table["layer"] == "L1"].set_index(keys)["milliseconds"].rename("to_l1")
    table = table.join(to_l1, on=keys)
    table["ratio_to_L1"] = table["milliseconds"] / table["to_l1"]
    return BACKWARD_TIMES.arrange(table.sort_values([*keys, "layer"], ignore_index=True))
