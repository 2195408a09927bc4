"""When is Keras faster than NumPy, and why?"""

from __future__ import annotations

import pandas as pd

from mlplab.reporting.study.chance import Learning
from mlplab.reporting.study.charts.batch_sizes import draw_ratios, draw_seconds
from mlplab.reporting.study.content import Content, Figure, Headline, MissingPartError
from mlplab.reporting.study.run import Run
from mlplab.reporting.study.tables import tabulate_batch_sizes
from mlplab.reporting.study.words import interval, name_sizes, plain
from mlplab.reporting.tables.operations import select_operations
from mlplab.reporting.words import count, join

ID = "keras-speed"
QUESTION = "When is Keras faster than NumPy, and why?"
SHORT = "Keras' speed"
TABLES = ("batch_size_ratios", "batch_size_summary", "operation_times", "absent_variants")

_SUMMARY = ("variant", "input_space", "batch_size", "seconds_per_epoch", "ci_low", "ci_high",
            "rounds")  # fmt: skip
_USUAL_BATCH_SIZE = 500
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
        meaning=[_meaning(pixels), *_why(run), *_warn(run)],
        certainty=_certainty(keras, run.tables.find("absent_variants", "variant", "reason")),
        figures=figures,
        tables=[] if summary is None else [tabulate_batch_sizes(summary, ratios, run.styles)],
        headline=Headline(
            f"{plain(usual['ratio_to_numpy'])} ×",
            f"as long as NumPy takes Keras for an epoch at batch size {usual['batch_size']:,}"
            f"{interval(usual['ci_low'], usual['ci_high'])}",
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
    parts = [
        f"{verdict} at {name_sizes(rows['batch_size'].tolist(), sizes)}"
        for verdict, rows in matched.groupby("verdict", sort=False)
    ]
    return f"{text} With the same mathematics as NumPy, Keras is {join(parts)}.".strip()


def _why(run: Run) -> list[str]:
    """The overhead of steps beside the operations themselves, at the smallest batch size."""
    columns = ("framework", "operation", "function", "batch_size", "seconds_per_epoch")
    times = run.tables.find("operation_times", *columns)
    if times is None:
        return []
    rows = select_operations(times)
    rows = rows.assign(overhead=rows["operation"] == "step_overhead")
    sums = rows.pivot_table("seconds_per_epoch", "batch_size", ["overhead", "framework"], "sum")
    wanted = pd.MultiIndex.from_product([[True, False], ["numpy", "tensorflow"]])
    sums = sums.reindex(columns=wanted).dropna()
    if sums.empty:
        return []
    row = sums.iloc[0]
    return [
        f"Why: each training step has a fixed cost beside its arithmetic. At batch size "
        f"{sums.index[0]:,} it adds {plain(row[True, 'tensorflow'], 2)} s to an epoch of Keras and "
        f"{plain(row[True, 'numpy'], 2)} s to one of NumPy; the arithmetic takes "
        f"{plain(row[False, 'tensorflow'], 2)} s in TensorFlow and "
        f"{plain(row[False, 'numpy'], 2)} s in NumPy."
    ]


def _warn(run: Run) -> list[str]:
    learning = Learning.of(run.tables)
    return [learning.warning] if learning.warning else []


def _certainty(keras: pd.DataFrame, absent: pd.DataFrame | None) -> str:
    rounds = keras["rounds"].min()
    text = (
        f"Each ratio is a geometric mean over at least {count(int(rounds), 'round')} in which all "
        "variants ran in random order; its 95 % interval is Student's t on logarithms."
    )
    unclear = keras.loc[keras["verdict"] == "no clear difference", "batch_size"].tolist()
    if unclear:
        where = name_sizes(unclear, keras["batch_size"].tolist())
        text += f" At {where} the interval holds 1: no clear difference."
    disturbed = keras["disturbed"].astype(bool).sum()
    if disturbed:
        text += (
            f" At {disturbed} of {count(len(keras), 'batch size')} most measurements were "
            f"disturbed by other processes."
        )
    if absent is not None:
        missing = absent.drop_duplicates("variant")
        parts = [f"{row['variant']} ({row['reason']})" for row in missing.to_dict("records")]
        text += f" Not measured: {join(parts)}."
    return text


def _draw(run: Run, pixels: pd.DataFrame) -> list[Figure]:
    spec, switches = draw_ratios(pixels, run.styles)
    keras = pixels[pixels["variant"] == "keras"]
    slower = int((keras["verdict"] == "slower").sum())
    figures = [
        Figure(
            "chart-ratios",
            f"Keras is slower than NumPy at {slower} of {count(len(keras), 'batch size')}",
            "Time of an epoch over that of NumPy on pixels, over the batch size. Bars are 95 % "
            "intervals over rounds. Both axes are logarithmic.",
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
                "Seconds of an epoch on pixels over the batch size: geometric mean over rounds, "
                "with 95 % intervals. Both axes are logarithmic.",
                spec,
                switches,
            )
        )
    return figures
