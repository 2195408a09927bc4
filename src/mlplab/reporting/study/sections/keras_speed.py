"""Is Keras faster than NumPy, and why?"""

from __future__ import annotations

from collections.abc import Collection, Mapping

import pandas as pd

from mlplab.reporting.study.chance import Learning
from mlplab.reporting.study.charts.batch_sizes import draw_ratios, draw_seconds
from mlplab.reporting.study.content import Content, Figure, Headline, MissingPartError
from mlplab.reporting.study.run import Run
from mlplab.reporting.study.tables import tabulate_batch_sizes
from mlplab.reporting.study.words import interval, name_sizes, plain
from mlplab.reporting.styles import Style
from mlplab.reporting.words import count, join
from mlplab.stats.ratios import paired_ratio
from mlplab.stats.rounds import quiet_rounds

ID = "keras-speed"
QUESTION = "Is Keras faster than NumPy, and why?"
SHORT = "Keras' speed"
TABLES = ("batch_size_ratios", "batch_size_summary", "operation_times", "absent_variants",
          "ladder_batch_sizes")  # fmt: skip

_SUMMARY = ("variant", "input_space", "batch_size", "seconds_per_epoch", "ci_low", "ci_high",
            "rounds")  # fmt: skip
_USUAL_BATCH_SIZE = 500
# The large batch size of article A.
_LARGE_BATCH = 10_000
# What readers may not know of the variants in a legend.
_TERMS = {
    "numpy": "“NumPy” is this project's trainer, without accuracies of the batches or predictions",
    "keras": "“Keras” is the articles' Keras model, trained by its method fit",
    "compiled": "“compiled” is the same network and training as NumPy's, in code that Numba "
    "compiles",
    "keras_tuned": "“Keras, tuned” runs a whole epoch in one call, with XLA where a trial before "
    "the rounds shows that it is faster",
    "keras_matched": "“Keras, matched” computes the mathematics of NumPy's network",
    "products": "“products alone” are the matrix products of an epoch and nothing else",
    "sklearn": "“scikit-learn” is its MLPClassifier",
}
# The last step of each of the articles' programs that is timed at several batch sizes.
_PROGRAMS = {
    2: "The article's own program with both optimisations of part I",
    4: "The program after part III",
}
_WHICH_NUMPY = "“NumPy” is this project's trainer, not the article's program."
# Verdicts of ``batch_size_ratios.csv`` as what Keras does.
_SHOWN = {
    "slower": "is slower",
    "faster": "is faster",
    "no clear difference": "shows no clear difference",
    "not tested": "was not tested",
}
# Batch sizes in more words than these would make the answer too long.
_MOST_PARTS = 3


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
        meaning=[
            f"{_meaning(pixels)} {_WHICH_NUMPY}".strip(),
            _articles_programs(run, keras),
            *_why(run, summary, keras),
            *_warn(run),
        ],
        certainty=_certainty(
            keras, run.tables.find("absent_variants", "variant", "reason"), run.styles
        ),
        figures=figures,
        tables=[] if summary is None else [tabulate_batch_sizes(summary, ratios, run.styles)],
        headline=Headline(
            f"{plain(usual['ratio_to_numpy'])} ×",
            "as long as this project's NumPy trainer for an epoch on pixels at batch size "
            f"{usual['batch_size']:,}{interval(usual['ci_low'], usual['ci_high'])}",
            before="Keras takes",
        ),
    )


def _answer(keras: pd.DataFrame, usual: pd.Series) -> str:
    sizes = keras["batch_size"].tolist()
    faster = keras.loc[keras["verdict"] == "faster", "batch_size"].tolist()
    ends = interval(usual["ci_low"], usual["ci_high"])
    ratio = plain(usual["ratio_to_numpy"])
    if (keras["verdict"] == "slower").all():
        all_sizes = "both" if len(sizes) == 2 else f"all {len(sizes)}"
        where = "at batch size" if len(sizes) == 1 else f"at {all_sizes} batch sizes; at"
        return (
            f"Keras is slower than this project's NumPy {where} {usual['batch_size']:,} by a "
            f"factor of {ratio}{ends}."
        )
    if len(sizes) == 1 and usual["verdict"] != "not tested":
        is_what = "is faster than" if faster else "shows no clear difference from"
        return (
            f"Keras {is_what} this project's NumPy at batch size {usual['batch_size']:,}: it takes "
            f"{ratio} times as long{ends}."
        )
    named = name_sizes(faster, sizes) if faster else ""
    if not faster or len(named.split()) > _MOST_PARTS:
        where = f"at {len(faster) or 'none'} of {count(len(sizes), 'batch size')}"
    else:
        where = f"at batch size{'s' if len(faster) > 1 else ''} {named}"
    return (
        f"Keras beats this project's NumPy {where}; at {usual['batch_size']:,} it takes {ratio} "
        f"times as long{ends}."
    )


def _meaning(pixels: pd.DataFrame) -> str:
    """The tendency over batch sizes, and Keras with the mathematics of NumPy."""
    keras = pixels[pixels["variant"] == "keras"].sort_values("batch_size")
    first, last = keras.iloc[0], keras.iloc[-1]
    text = (
        f"Keras takes {plain(first['ratio_to_numpy'])} times as long as NumPy at batch size "
        f"{first['batch_size']:,} and {plain(last['ratio_to_numpy'])} times at "
        f"{last['batch_size']:,}."
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
        f"{_SHOWN.get(verdict, verdict)} at {name_sizes(rows['batch_size'].tolist(), sizes)}"
        for verdict, rows in matched.groupby("verdict", sort=False)
    ]
    return f"{text} With the same mathematics as NumPy, Keras {join(parts)}.".strip()


def _articles_programs(run: Run, keras: pd.DataFrame) -> str:
    """What the articles' own programs take beside Keras, without full prediction."""
    summary = run.tables.find("optimization_ladder_summary", "step", "accuracy", "batch_size",
                              "ratio_to_keras", "ci_low", "ci_high", "published_ratio")  # fmt: skip
    rounds = run.tables.find("ladder_batch_sizes", "step", "batch_size", "round", "seconds",
                             "disturbed")  # fmt: skip
    programs = {step: _program_ratios(summary, rounds, step) for step in _PROGRAMS}
    told = {step: ratios for step, ratios in programs.items() if ratios}
    if not told:
        return ""
    step, ratios = next(iter(told.items()))
    sizes = sorted(ratios)
    text = (
        f"{_PROGRAMS[step]}, without a prediction for all images, takes "
        f"{join([ratios[size] for size in sizes])}."
    )
    later = [told[other][sizes[-1]] for other in told if other != step and sizes[-1] in told[other]]
    if later and len(sizes) > 1:
        text += f" {_PROGRAMS[max(told)]} takes {later[-1]}."
    if len(sizes) > 1 and (keras["verdict"] == "slower").all():
        text += " This project's trainer works large batches in slices."
    return text + _published(summary)


def _program_ratios(
    summary: pd.DataFrame | None, rounds: pd.DataFrame | None, step: int
) -> dict[int, str]:
    """In words by batch size: the smallest, the usual large one and the largest."""
    found: dict[int, str] = {}
    if summary is not None:
        rows = summary[(summary["step"] == step) & (summary["accuracy"] == "batch")]
        for row in rows.head(1).to_dict("records"):
            found[int(row["batch_size"])] = (
                f"{plain(row['ratio_to_keras'])} times Keras' time at batch size "
                f"{row['batch_size']:,}{interval(row['ci_low'], row['ci_high'])}"
            )
    if rounds is None:
        return found
    own = rounds[rounds["step"] == step]
    pairs = own.merge(
        rounds[rounds["step"].isna()], on=["batch_size", "round"], suffixes=("", "_keras")
    )
    disturbed = pairs["disturbed"].astype(bool) | pairs["disturbed_keras"].astype(bool)
    pairs = pairs.assign(disturbed=disturbed).dropna(subset=["seconds", "seconds_keras"])
    sizes = sorted(set(pairs["batch_size"]) - set(found))
    keras = "" if found else "Keras' time "
    for size in dict.fromkeys([*(s for s in sizes if s == _LARGE_BATCH), *sizes[-1:]]):
        rows = quiet_rounds(pairs[pairs["batch_size"] == size])
        ratio = paired_ratio(rows["seconds"], rows["seconds_keras"])
        found[int(size)] = (
            f"{plain(ratio.ratio)} times {keras}at {size:,}{interval(ratio.low, ratio.high)}"
        )
    return found


def _published(summary: pd.DataFrame | None) -> str:
    """The articles' own ratios to Keras, at their batch size."""
    if summary is None:
        return ""
    published = summary.loc[summary["step"].notna(), "published_ratio"].dropna()
    if published.empty:
        return ""
    lowest, highest = plain(published.min()), plain(published.max())
    return (
        f" The articles print {lowest} to {highest} times Keras' time for their programs at batch "
        f"size {summary['batch_size'].iloc[0]:,}."
    )


def _why(run: Run, summary: pd.DataFrame | None, keras: pd.DataFrame) -> list[str]:
    """The fixed cost of steps in an epoch, at the smallest and the largest batch size."""
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
    text = (
        "Why: each training step has a fixed overhead besides the arithmetic. At batch size "
        f"{found.index[0]:,} this totals {plain(fixed_cost['keras'], 2)} s of Keras' "
        f"{plain(epoch['keras'], 2)} s epoch, and {plain(fixed_cost['numpy'], 2)} s of NumPy's "
        f"{plain(epoch['numpy'], 2)} s. Larger batches need fewer steps."
    )
    return [text + _remainder(found, epochs, keras)]


def _remainder(found: pd.DataFrame, epochs: pd.DataFrame, keras: pd.DataFrame) -> str:
    """What the overhead of steps leaves unexplained at the largest batch sizes."""
    if len(found) < 2:
        return ""
    row = found.iloc[-1]
    fixed_cost, epoch = row["seconds_per_epoch"], row["seconds_per_epoch_in_all"]
    text = (
        f" At {found.index[-1]:,} the overhead is {plain(fixed_cost['keras'], 2)} s of "
        f"{plain(epoch['keras'], 2)} s for Keras and {plain(fixed_cost['numpy'], 2)} s of "
        f"{plain(epoch['numpy'], 2)} s for NumPy."
    )
    last = keras.iloc[-1]
    if last["verdict"] != "slower" or last["batch_size"] < found.index[-1]:
        return text
    text += (
        f" So the {plain(last['ratio_to_numpy'])} times at {last['batch_size']:,} have another "
        "reason, in the arithmetic of an epoch"
    )
    largest = epochs[epochs["batch_size"] == last["batch_size"]]
    seconds = largest.set_index("variant")["seconds_per_epoch"]
    if {"products", "keras", "numpy"} - set(seconds.index):
        return f"{text}; the run does not show which."
    return (
        f"{text}: matrix products alone need {plain(seconds['products'], 2)} s there, NumPy "
        f"{plain(seconds['numpy'], 2)} s in all and Keras {plain(seconds['keras'], 2)} s."
    )


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
            f" At batch size {where} at most one round was undisturbed, so disturbed rounds count "
            "as well; the curves may have a bump there."
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


def _terms(rows: pd.DataFrame, known: Collection[str] = ()) -> str:
    """What the variants are, without those that another figure explains."""
    new = set(rows["variant"]) - set(known)
    found = [text for name, text in _TERMS.items() if name in new]
    return f" {'; '.join(found)}." if found else ""


def _draw(run: Run, pixels: pd.DataFrame) -> list[Figure]:
    spec, switches = draw_ratios(pixels, run.styles)
    keras = pixels[pixels["variant"] == "keras"]
    figures = [
        Figure(
            "chart-ratios",
            _title(keras),
            "Epoch time on pixels relative to that of this project's NumPy trainer, by batch "
            "size. Bars: 95 % intervals across rounds. Above the dashed line, NumPy is faster. "
            f"Both axes are logarithmic.{_terms(pixels)}",
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
                "Epoch time on pixels by batch size: geometric mean over rounds, with 95 % "
                f"intervals. Both axes are logarithmic.{_terms(rows, set(pixels['variant']))}",
                spec,
                switches,
            )
        )
    return figures


def _title(keras: pd.DataFrame) -> str:
    """How the ratio changes with the batch size."""
    lowest, highest = (keras.loc[keras["ratio_to_numpy"].agg(end)] for end in ("idxmin", "idxmax"))
    if len(keras) == 1:
        return f"Keras takes {plain(lowest['ratio_to_numpy'])} times as long as NumPy"
    return (
        f"Keras takes {plain(lowest['ratio_to_numpy'])} (batch size {lowest['batch_size']:,}) to "
        f"{plain(highest['ratio_to_numpy'])} ({highest['batch_size']:,}) times as long as NumPy"
    )
