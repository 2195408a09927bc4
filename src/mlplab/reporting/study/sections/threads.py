"""What do thread limits do?"""

from __future__ import annotations

import pandas as pd

from mlplab.reporting.study.charts.intervals import draw_rows
from mlplab.reporting.study.charts.parts import Axis, Record, range_words
from mlplab.reporting.study.content import Content, Figure, MissingPartError, Switch
from mlplab.reporting.study.run import Run
from mlplab.reporting.study.words import interval, plain
from mlplab.reporting.styles import FRAMEWORK_STYLES
from mlplab.reporting.words import count, join, percent
from mlplab.stats.ratios import geometric_interval, paired_ratio
from mlplab.stats.rounds import quiet_rounds

ID = "threads"
QUESTION = "What do thread limits do?"
SHORT = "Threads"
TABLES = ("thread_scaling", "deep_model")

_NAMES = {"numpy": "NumPy", "keras": "Keras"}
_SETTINGS = {"environment": "set by environment variables", "api": "set by functions"}
# Work beside the network's own, such as that of Python, may use so much more of a processor.
_KEPT = 1.15
_DEEP = {"numpy": "NumPy", "keras": "Keras", "keras_xla": "Keras with XLA"}


def tell(run: Run) -> Content:
    """The answer from ``thread_scaling.csv``; see :class:`Content`."""
    rows = run.tables.read(
        "thread_scaling", "framework", "setting", "n_threads", "round", "measurement",
        "cpus_used", "seconds_per_epoch", "disturbed", "batch_size",
    )  # fmt: skip
    rows = rows.groupby(["framework", "setting", "n_threads", "round"]).tail(1)
    keras = rows[(rows["framework"] == "keras") & (rows["n_threads"] == 1)]
    if keras.empty:
        raise MissingPartError("tables/thread_scaling.csv has no row of Keras with one thread")
    used = {
        setting: geometric_interval(quiet_rounds(part)["cpus_used"])
        for setting, part in keras.groupby("setting")
    }
    worst = max(used, key=lambda setting: used[setting].mean)
    found = used[worst]
    holds = "obeys" if found.mean <= _KEPT else "exceeds"
    how = {"environment": "environment variables", "api": "functions"}.get(worst, worst)
    records, switches = _records(rows)
    return Content(
        answer=(
            f"Keras {holds} a one-thread limit: it uses {plain(found.mean)} processors"
            f"{interval(found.low, found.high)} when {how} set the limit."
        ),
        meaning=[_numpy(rows), *_gain(rows), *_deep(run)],
        certainty=(
            "Processors used are CPU seconds over wall seconds, a geometric mean over "
            f"{count(int(rows['round'].max()), 'round')}; intervals are Student's t on logarithms. "
            f"Up to {_KEPT} counts as one, since Python itself uses some CPU. "
            "More threads than this machine has could not be tried."
        ),
        figures=[
            Figure(
                "chart-threads",
                _title(records),
                f"Processors used at batch size {rows['batch_size'].iloc[0]:,}, by framework, "
                "limit and the way it is set: environment variables or functions of the "
                "libraries. Bars are 95 % intervals over rounds.",
                draw_rows(records, switches, Axis("processors used", zero=True)),
                switches,
            )
        ],
    )


def _numpy(rows: pd.DataFrame) -> str:
    own = rows[(rows["framework"] == "numpy") & (rows["n_threads"] == 1)]
    if own.empty:
        return ""
    used = geometric_interval(quiet_rounds(own)["cpus_used"])
    return (
        f"NumPy with one thread uses {plain(used.mean)} processors{interval(used.low, used.high)}."
    )


def _gain(rows: pd.DataFrame) -> list[str]:
    """How much faster as many threads as there are make an epoch."""
    most = int(rows["n_threads"].max())
    parts = []
    for framework, name in _NAMES.items():
        own = rows[(rows["framework"] == framework) & (rows["setting"] == "api")]
        one, all_ = (
            own[own["n_threads"] == n].set_index("round")["seconds_per_epoch"] for n in (1, most)
        )
        both = pd.concat([one, all_], axis=1, keys=["one", "all"]).dropna()
        if both.empty:
            continue
        ratio = paired_ratio(both["one"], both["all"])
        parts.append(
            f"{name} is {plain(ratio.ratio)} times as fast{interval(ratio.low, ratio.high)}"
        )
    return (
        [f"With {most} threads in place of one (set by functions), {join(parts)}."] if parts else []
    )


def _deep(run: Run) -> list[str]:
    table = run.tables.find("deep_model", "variant", "test_accuracy", "seconds_per_epoch", "epochs")
    if table is None:
        return []
    # The first epoch is not counted, so a run of one epoch has no seconds.
    rows = table.dropna(subset="seconds_per_epoch").set_index("variant")
    parts = [
        f"{plain(rows.loc[key, 'seconds_per_epoch'], 2)} s in {name} "
        f"({percent(rows.loc[key, 'test_accuracy'])} test accuracy)"
        for key, name in _DEEP.items()
        if key in rows.index
    ]
    if not parts:
        return []
    return [f"An epoch of article B's deep model takes {join(parts)}; one seed each."]


def _records(rows: pd.DataFrame) -> tuple[list[Record], list[Switch]]:
    records: list[Record] = []
    keys = ["framework", "n_threads", "setting"]
    for (framework, n_threads, setting), part in rows.groupby(keys, sort=True):
        quiet = quiet_rounds(part)
        used = geometric_interval(quiet["cpus_used"])
        records.append(
            {
                "label": f"{count(int(n_threads), 'thread')}, {_SETTINGS.get(setting, setting)}",
                "series": _NAMES.get(framework, framework),
                "limit": f"{count(int(n_threads), 'thread')} ({_SETTINGS.get(setting, setting)})",
                "processors used": plain(used.mean),
                "interval": range_words(used.low, used.high),
                "rounds": str(len(quiet)),
                "x": used.mean,
                "low": None if pd.isna(used.low) else used.low,
                "high": None if pd.isna(used.high) else used.high,
            }
        )
    records.sort(key=lambda record: record["label"])
    switches = [
        Switch(name, FRAMEWORK_STYLES[key]["color"], "", shape)
        for (key, name), shape in zip(_NAMES.items(), ("circle", "square"), strict=True)
        if key in set(rows["framework"])
    ]
    return records, switches


def _title(records: list[Record]) -> str:
    top = max(records, key=lambda record: record["x"])
    return f"{top['series']} with {top['limit']} uses the most: {top['processors used']} processors"
