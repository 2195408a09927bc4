"""Other inputs of the same size, trained alike: are the clusters the reason?"""

from __future__ import annotations

import pandas as pd

from mlplab.reporting.study.chance import FAILED, Chance
from mlplab.reporting.study.charts.intervals import draw_rows
from mlplab.reporting.study.charts.parts import Axis, Record, range_words
from mlplab.reporting.study.content import Figure, Switch
from mlplab.reporting.study.run import Run
from mlplab.reporting.study.words import INTERVAL, explain_inputs, plain
from mlplab.reporting.styles import space_color
from mlplab.reporting.words import describe_space, join, percent

COLUMNS = ("input_space", "n_features", "epochs", "seeds", "test_accuracy", "ci_low", "ci_high",
             "against", "difference", "difference_ci_low", "difference_ci_high",
             "verdict")  # fmt: skip
# Times that differ by less than this factor are about the same.
_ALIKE = 1.2
# A label of more words would make the answer too long.
_MOST_WORDS = 3


def name_rival(controls: pd.DataFrame | None) -> str:
    """The best other input of the same size, and whether it does without clusters as well."""
    others = None if controls is None else _same_size(controls)
    if others is None or others.empty or (others["verdict"] == "not tested").all():
        return ""
    good = _as_good(others)
    if good.empty:
        return f"; no other {others['n_features'].iloc[0]} inputs match them"
    best = good.loc[good["test_accuracy"].idxmax()]
    label = describe_space(best["input_space"], with_scaling=False)
    name = label if len(label.split()) <= _MOST_WORDS else "other inputs"
    how = "do better" if best["verdict"] == "better" else "match them"
    return f"; trained alike, {name} {how}"


def tell_verdicts(run: Run, controls: pd.DataFrame) -> str:
    """How the other inputs compare, and what that says of the clusters."""
    others = controls[controls["difference"].notna()]
    if others.empty:
        return ""
    against = describe_space(others["against"].iloc[0])
    parts = [
        f"{verdict.capitalize()}: {join([*map(describe_space, rows['input_space'])])}."
        for verdict, rows in others.groupby("verdict", sort=False)
    ]
    text = (
        f"Are the clusters the reason? In a separate test, all inputs were trained alike for "
        f"{others['epochs'].iloc[0]} epochs, and compared with {against}. {' '.join(parts)}"
    )
    good = _as_good(_same_size(controls))
    if not good.empty and not (good["verdict"] == "better").any():
        text += " So no gain of the clusters over other inputs of that size shows."
    elif not good.empty:
        text += (
            " So the clusters are not the reason: with as many inputs, others do as well or "
            "better without them."
        )
    return text + _as_short(run, controls)


def _as_short(run: Run, controls: pd.DataFrame) -> str:
    """CPU time of these trainings, by input space."""
    curves = run.tables.find("controls_over_time", "input_space", "epoch", "cpu_seconds")
    if curves is None:
        return ""
    last = curves.sort_values("epoch").groupby("input_space")["cpu_seconds"].last()
    of_size = {*_same_size(controls)["input_space"], *controls["against"].dropna()}
    small = sorted(of_size & {*last.index})
    if not small or "pixels" not in last.index:
        return ""
    low, high = plain(last[small].min()), plain(last[small].max())
    return (
        f" They are as fast, too: trainings on each of these small inputs take {low} to {high} s "
        f"of CPU time, those on pixels {plain(last['pixels'])} s."
        if last[small].max() < _ALIKE * last[small].min()
        else f" Their trainings take {low} to {high} s of CPU time, that on pixels "
        f"{plain(last['pixels'])} s."
    )


def reconcile(run: Run, controls: pd.DataFrame) -> list[str]:
    """Why distances are better than pixels in one comparison and not in the other."""
    paired = run.tables.find("reference_paired", *COLUMNS)
    pixels = controls[controls["input_space"] == "pixels"]
    if paired is None or pixels.empty:
        return []
    first = paired[(paired["against"] == "pixels") & (paired["verdict"] == "better")]
    if first.empty or pixels["verdict"].iloc[0] != "better":
        return []
    row, other = first.iloc[0], pixels.iloc[0]
    differ = []
    if row["input_space"] != other["against"]:
        differ.append((describe_space(row["input_space"]), describe_space(other["against"])))
    longest = paired.loc[paired["input_space"].isin(["pixels", row["input_space"]]), "epochs"]
    if longest.min() != other["epochs"]:
        differ.append((f"{_range(longest)} epochs", f"{other['epochs']} epochs"))
    held_back = [
        run.setting("experiments", str(run.setting("comparison", key)), "n_validation") or 0
        for key in ("reference", "controls")
    ]
    if held_back[0] != held_back[1] and all(isinstance(n, int) for n in held_back):
        kept = [f"{n:,} images" if n else "no images" for n in held_back]
        differ.append((f"{kept[0]} held back for validation", f"{kept[1]} held back"))
    if not differ:
        return []
    one, two = (join([pair[side] for pair in differ]) for side in (0, 1))
    return [
        "Distances are better than pixels in the first comparison and worse in the second, which "
        f"is of other trainings. The first has {one}; the second has {two}. This run does not show "
        "which of these decides."
    ]


def _range(numbers: pd.Series) -> str:
    low, high = numbers.min(), numbers.max()
    return f"{low}" if low == high else f"{low} to {high}"


def tell_failures(controls: pd.DataFrame, chance: Chance) -> list[str]:
    """Inputs whose networks guess."""
    failed = controls.loc[controls["test_accuracy"].map(chance.covers), "input_space"]
    if failed.empty:
        return []
    return [f"Networks on {join([*map(describe_space, failed)])} {FAILED}: {chance}."]


def draw_inputs(controls: pd.DataFrame) -> Figure:
    """The test accuracy from each of the inputs."""
    rows = controls.sort_values("test_accuracy", ascending=False)
    records: list[Record] = [
        {
            "label": describe_space(row["input_space"]),
            "series": describe_space(row["input_space"]),
            "inputs": str(row["n_features"]),
            "test accuracy": percent(row["test_accuracy"], 2),
            f"{INTERVAL}, %": range_words(row["ci_low"], row["ci_high"], scale=100, digits=4),
            "seeds": str(row["seeds"]),
            "verdict": row["verdict"],
            "x": 100 * row["test_accuracy"],
            "low": None if pd.isna(row["ci_low"]) else 100 * row["ci_low"],
            "high": None if pd.isna(row["ci_high"]) else 100 * row["ci_high"],
        }
        for row in rows.to_dict("records")
    ]
    switches = [Switch(describe_space(space), space_color(space)) for space in rows["input_space"]]
    best = rows.iloc[0]
    return Figure(
        "chart-controls",
        f"Best after {best['epochs']} epochs: {describe_space(best['input_space'])}, "
        f"{percent(best['test_accuracy'], 2)}",
        f"A separate test from the one above: {best['epochs']} epochs, with the same settings for "
        f"all inputs{_plain_distances(rows)}. Test accuracy, mean over seeds with 95 % intervals."
        f"{explain_inputs(rows['input_space'])} The axis does not begin at 0.",
        draw_rows(records, switches, Axis("test accuracy (%)")),
    )


def _plain_distances(controls: pd.DataFrame) -> str:
    """That images are not standardised first, where no distances here are of such images."""
    spaces = controls["input_space"]
    clusters = spaces[spaces.str.startswith("clusters-")]
    plain_ones = not clusters.empty and not clusters.str.contains("-sample").any()
    return ", and distances whose images are not standardised first" if plain_ones else ""


def _same_size(controls: pd.DataFrame) -> pd.DataFrame:
    size = controls.loc[controls["verdict"] == "reference", "n_features"]
    others = controls[controls["difference"].notna()]
    return others[others["n_features"].isin(size)]


def _as_good(others: pd.DataFrame) -> pd.DataFrame:
    return others[others["verdict"].isin(["better", "no clear difference"])]
