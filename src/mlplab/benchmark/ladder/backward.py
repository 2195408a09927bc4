"""The backward pass layer by layer: milliseconds of a batch, measured and published."""

from __future__ import annotations

import pandas as pd

PUBLISHED_COLUMNS = ["step", "layer", "batch", "seconds", "source"]
COLUMNS = [
    "origin",
    "step",
    "name",
    "layer",
    "round",
    "milliseconds",
    "ratio_to_L1",
    "disturbed",
]


def build_backward_times(ladder: pd.DataFrame, published: pd.DataFrame) -> pd.DataFrame:
    """Times of the way back down to each layer, for the mean batch of a round.

    Parameters
    ----------
    ladder : the rows of :func:`mlplab.benchmark.ladder.measurement.measure_ladder`; those without
        such times are left out
    published : seconds of single batches, ``PUBLISHED_COLUMNS``; ``layer`` as in L0

    Returns
    -------
    DataFrame with the ``COLUMNS``, a row per ``origin`` (``measured`` or ``published``), step,
    round (published: batch) and layer. The ratio is to the time down to L1 of the same round.

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
    return table.sort_values([*keys, "layer"], ignore_index=True)[COLUMNS]
