"""When is Keras faster than NumPy, and why?"""

from __future__ import annotations

from collections.abc import Mapping

import pandas as pd

from mlplab.reporting.study.chance import Learning
from mlplab.reporting.study.charts.batch_sizes import draw_ratios, draw_seconds
from mlplab.reporting.study.content import Content, Figure, Headline, MissingPartError
from mlplab.reporting.study.run import Run
from mlplab.reporting.study.tables import tabulate_batch_sizes
from mlplab.reporting.study.words import interval, name_sizes, plain
from mlplab.reporting.styles import Style
from mlplab.reporting.words import count, join

ID = "keras-speed"
QUESTION = "When is Keras faster than NumPy, and why?"
SHORT = "Keras' speed"
TABLES = ("batch_size_ratios", "batch_size_summary", "operation_times", "absent_variants")

_SUMMARY = ("variant", "input_space", "batch_size", "seconds_per_epoch", "ci_low", "ci_high",
            "rounds")  # fmt: skip
_USUAL_BATCH_SIZE = 500
# What readers may not know of the variants in a legend.
_TERMS = {
    "numpy": "“NumPy” is this project's trainer, without accuracies of the batches or predictions",
    "compiled": "“compiled” is the same network without Python inside an epoch",
    "keras_tuned": "“Keras, tuned” runs a whole epoch in one call, with XLA where that is faster",
    "keras_matched": "“Keras, matched” computes the mathematics of NumPy's network",
    "products": "“products alone” are the matrix products of an epoch and nothing else",
    "sklearn": "“scikit-learn” is its MLPClassifier",
}
# Batch sizes in more words than these would make the answer too long.
_MOST_PARTS = 5


def tell(run: Run) -> Content:
    """The answer from ``batch_size_ratios.csv``; see :class:`Content`."""
    columns = ["ratio_to_numpy", "ci_low", "ci_high", "verdict", "disturbed", "rounds"]
    ratios = run.tables.read("batch_size_ratios", "batch_size", "variant", "input_space", *columns)
    pixels = ratios[ratios["input_space"] == "pixels"]
    keras = pixels[pixels["variant"] == "keras"].sort_values("batch_size")
    if keras.empty:
        raise MissingPartError("tables/batch_size_ratios.csv has no row of Keras on pixels")
    usual = keras.loc[(keras["batch_size"] - _USUAL_BATCH_SIZE).abs().idxmin()]
    figures = _draw(run, pixels)
    summary = run.tables.find("batch_size_summary", *_SUMMARY)
    return Content(
        answer=_answer(keras, usual),
        meaning=[_meaning(pixels) + _published(run, keras), *_why(run, summary), *_warn(run)],
        certainty=_certainty(
            keras, run.tables.find("absent_variants", "variant", "reason"), run.styles
        ),
        figures=figures,
        tables=[] if summary is None else [tabulate_batch_sizes(summary, ratios, run.styles)],
        headline=Headline(
            f"{plain(usual['ratio_to_numpy'])} ×",
            "as long as NumPy: Keras' time per epoch on pixels "
            f"(batch size {usual['batch_size']:,}){interval(usual['ci_low'], usual['ci_high'])}",
        ),
    )


def _answer(keras: pd.DataFrame, usual: pd.Series) -> str:
    sizes = keras["batch_size"].tolist()
    faster = keras.loc[keras["verdict"] == "faster", "batch_size"].tolist()
    named = name_sizes(faster, sizes) if faster else ""
    if not faster or len(named.split()) > _MOST_PARTS:
        where = f"at {len(faster) or 'none'} of {count(len(sizes), 'batch size')}"
    else:
        where = f"at batch size{'s' if len(faster) > 1 else ''} {named}"
    ends = interval(usual["ci_low"], usual["ci_high"])
    ratio = plain(usual["ratio_to_numpy"])
    return (
        f"Keras is faster {where}; at {usual['batch_size']:,} it takes {ratio} times as long{ends}."
    )


def _meaning(pixels: pd.DataFrame) -> str:
    """The tendency over batch sizes, and Keras with the mathematics of NumPy."""
    keras = pixels[pixels["variant"] == "keras"].sort_values("batch_size")
    first, last = keras.iloc[0], keras.iloc[-1]
    text = (
        f"Keras' time over NumPy's goes from {plain(first['ratio_to_numpy'])} at batch size "
        f"{first['batch_size']:,} to {plain(last['ratio_to_numpy'])} at {last['batch_size']:,}."
        if len(keras) > 1
        else ""
    )
    sizes = sorted(keras["batch_size"])
    faster = keras.loc[keras["verdict"] == "faster", "batch_size"].tolist()
    if faster:
        text = f"{text} It is faster at {name_sizes(faster, sizes)}."
    matched = pixels[pixels["variant"] == "keras_matched"]
    if matched.empty:
        return text.strip()
    sizes = sorted(matched["batch_size"])
    if (matched["verdict"] == "slower").all() and len(sizes) > 1:
        text = f"{text} Even with the same mathematics, Keras is slower at every batch size."
        return text.strip()
    parts = [
        f"{verdict} at {name_sizes(rows['batch_size'].tolist(), sizes)}"
        for verdict, rows in matched.groupby("verdict", sort=False)
    ]
    return f"{text} With the same mathematics as NumPy, Keras is {join(parts)}.".strip()


def _published(run: Run, keras: pd.DataFrame) -> str:
    """That the articles' programs were slower than Keras, where NumPy is faster here."""
    if not (keras["verdict"] == "slower").all() or len(keras) < 2:
        return ""
    steps = run.tables.find("optimization_ladder_summary", "step", "published_ratio", "batch_size")
    ratios = pd.Series(dtype=float) if steps is None else steps[steps["step"].notna()]
    published = ratios["published_ratio"].dropna() if steps is not None else ratios
    if published.empty or published.min() <= 1:
        return ""
    return (
        " NumPy is faster here at every batch size, unlike in the first two parts of article A: "
        f"they print {plain(published.min())} to {plain(published.max())} times Keras' time."
    )


def _why(run: Run, summary: pd.DataFrame | None) -> list[str]:
    """The fixed cost of steps in an epoch, at the smallest batch size."""
    columns = ("framework", "operation", "batch_size", "seconds_per_epoch")
    times = run.tables.find("operation_times", *columns)
    if times is None or summary is None:
        return []
    fixed = times[times["operation"] == "step_overhead"].assign(
        variant=lambda rows: rows["framework"].replace("tensorflow", "keras")
    )
    epochs = summary[summary["input_space"] == "pixels"]
    both = fixed.merge(epochs, on=["variant", "batch_size"], suffixes=("", "_in_all"))
    found = both.pivot_table(
        ["seconds_per_epoch", "seconds_per_epoch_in_all"], "batch_size", "variant"
    ).dropna()
    if found.empty or {"keras", "numpy"} - set(both["variant"]):
        return []
    row = found.iloc[0]
    fixed_cost, epoch = row["seconds_per_epoch"], row["seconds_per_epoch_in_all"]
    return [
        "Why: each training step has a fixed overhead besides the arithmetic. At batch size "
        f"{found.index[0]:,} this totals {plain(fixed_cost['keras'], 2)} s of Keras' "
        f"{plain(epoch['keras'], 2)} s epoch, and {plain(fixed_cost['numpy'], 2)} s of NumPy's "
        f"{plain(epoch['numpy'], 2)} s. Larger batches need fewer steps."
    ]


def _warn(run: Run) -> list[str]:
    learning = Learning.of(run.tables)
    return [learning.warning] if learning.warning else []


def _certainty(
    keras: pd.DataFrame, absent: pd.DataFrame | None, styles: Mapping[str, Style]
) -> str:
    rounds = keras["rounds"].min()
    text = (
        f"Each ratio is a geometric mean over at least {count(int(rounds), 'round')} in which all "
        "variants ran in random order; its 95 % interval is Student's t on logarithms."
    )
    unclear = keras.loc[keras["verdict"] == "no clear difference", "batch_size"].tolist()
    if unclear:
        where = name_sizes(unclear, keras["batch_size"].tolist())
        text += f" At {where} the interval holds 1: no clear difference."
    disturbed = keras.loc[keras["disturbed"].astype(bool), "batch_size"].tolist()
    if disturbed:
        where = name_sizes(disturbed, keras["batch_size"].tolist())
        text += (
            f" At batch size {where}, other processes disturbed all rounds but one at most, so "
            "disturbed ones count as well."
        )
    if absent is not None:
        missing = absent.drop_duplicates("variant")
        text += f" Not measured: {_name_absent(missing, styles)}."
    return text


def _name_absent(missing: pd.DataFrame, styles: Mapping[str, Style]) -> str:
    """Variants that were not measured, with their reason."""
    parts: dict[str, list[str]] = {}
    for row in missing.to_dict("records"):
        reason = str(row["reason"]).rpartition(": ")[2]
        reason = "not installed" if reason.endswith("not installed") else reason
        label = styles.get(row["variant"], {"label": row["variant"]})["label"]
        parts.setdefault(reason, []).append(str(label))
    return join([f"{join(names)} ({reason})" for reason, names in parts.items()])


def _terms(rows: pd.DataFrame) -> str:
    found = [text for name, text in _TERMS.items() if name in set(rows["variant"])]
    return f" {'; '.join(found)}." if found else ""


def _draw(run: Run, pixels: pd.DataFrame) -> list[Figure]:
    spec, switches = draw_ratios(pixels, run.styles)
    keras = pixels[pixels["variant"] == "keras"]
    slower = int((keras["verdict"] == "slower").sum())
    figures = [
        Figure(
            "chart-ratios",
            f"Keras is slower than NumPy at {slower} of {count(len(keras), 'batch size')}",
            "Epoch time on pixels relative to NumPy, by batch size. Bars: 95 % intervals across "
            "rounds. Above the dashed line, NumPy is faster. Both axes are logarithmic."
            f"{_terms(pixels)}",
            spec,
            switches,
        )
    ]
    summary = run.tables.find("batch_size_summary", *_SUMMARY)
    rows = None if summary is None else summary[summary["input_space"] == "pixels"]
    if rows is not None and len(rows):
        spec, switches = draw_seconds(rows, run.styles)
        trained = rows[rows["variant"] != "products"]
        best = trained.loc[trained["seconds_per_epoch"].idxmin()]
        label = run.styles.get(best["variant"], {"label": best["variant"]})["label"]
        figures.append(
            Figure(
                "chart-seconds",
                f"The shortest epoch is that of “{label}” at batch size {best['batch_size']:,}: "
                f"{plain(best['seconds_per_epoch'])} s",
                "Seconds of an epoch on pixels by batch size: geometric mean over rounds, with "
                f"95 % intervals. Both axes are logarithmic.{_terms(rows)}",
                spec,
                switches,
            )
        )
    return figures
