"""What do thread limits do?"""

from __future__ import annotations

from collections.abc import Mapping

import pandas as pd

from mlplab.reporting.folders import part_of
from mlplab.reporting.study.charts.intervals import draw_rows
from mlplab.reporting.study.charts.parts import Axis, Record, range_words
from mlplab.reporting.study.content import Content, Figure, MissingPartError, Switch
from mlplab.reporting.study.run import Run
from mlplab.reporting.study.words import INTERVAL, interval, plain
from mlplab.reporting.styles import FRAMEWORK_STYLES
from mlplab.reporting.words import count, join, percent
from mlplab.stats.intervals import Interval
from mlplab.stats.ratios import RatioInterval, geometric_interval, paired_ratio
from mlplab.stats.rounds import quiet_rounds

ID = "threads"
QUESTION = "What do thread limits do?"
SHORT = "Threads"
TABLES = ("thread_scaling", "deep_model")

_NAMES = {"numpy": "NumPy", "keras": "Keras"}
_SETTINGS = {"environment": "set by environment variables", "api": "set by functions"}
_WAYS = {"environment": "environment variables", "api": "functions"}
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
    how = _WAYS.get(worst, worst)
    gains = _gains(rows)
    records, switches = _records(rows)
    return Content(
        answer=(
            f"Keras {holds} a one-thread limit, using {plain(found.mean)} processors"
            f"{interval(found.low, found.high)}{_of_more(gains, rows)}."
        ),
        meaning=[
            f"The answer is of limits set by {how}.{_other_ways(used, worst)} Article B says that "
            "such limits do not work in TensorFlow 2.0.",
            f"{_numpy(rows)} {_gain(gains, rows)}".strip(),
            *_deep(run),
        ],
        certainty=(
            "Processors used are CPU seconds over wall seconds, a geometric mean over "
            f"{count(int(rows['round'].max()), 'round')}; intervals are Student's t on logarithms. "
            f"Up to {_KEPT} counts as one in every run, since Python itself uses some CPU; the "
            f"claim has a bound of its own. {_most_threads(run, rows)}"
        ),
        figures=[
            Figure(
                "chart-threads",
                _title(rows),
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


def _other_ways(used: Mapping[str, Interval], worst: str) -> str:
    parts = [
        f" Set by {_WAYS.get(setting, setting)}, Keras uses {plain(found.mean)} processors."
        for setting, found in used.items()
        if setting != worst
    ]
    return "".join(parts)


def _gains(rows: pd.DataFrame) -> dict[str, RatioInterval]:
    """How much faster as many threads as there are make an epoch, by framework."""
    most = int(rows["n_threads"].max())
    found = {}
    for framework in _NAMES if most > 1 else ():
        own = rows[(rows["framework"] == framework) & (rows["setting"] == "api")]
        one, all_ = (
            own[own["n_threads"] == n].set_index("round")["seconds_per_epoch"] for n in (1, most)
        )
        both = pd.concat([one, all_], axis=1, keys=["one", "all"]).dropna()
        if not both.empty:
            found[framework] = paired_ratio(both["one"], both["all"])
    return found


def _of_more(gains: Mapping[str, RatioInterval], rows: pd.DataFrame) -> str:
    """What more threads bring Keras, as the end of the answer."""
    if "keras" not in gains:
        return ""
    most = int(rows["n_threads"].max())
    return f"; {most} threads make it {plain(gains['keras'].ratio)} times as fast"


def _gain(gains: Mapping[str, RatioInterval], rows: pd.DataFrame) -> str:
    parts = [
        f"{_NAMES[framework]} is {plain(ratio.ratio)} times as fast"
        f"{interval(ratio.low, ratio.high)}"
        for framework, ratio in gains.items()
    ]
    if not parts:
        return ""
    most = int(rows["n_threads"].max())
    text = f"With {most} threads in place of one (set by functions), {join(parts)}."
    keras = gains.get("keras")
    if keras is not None and keras.low <= 1 <= keras.high:
        text += " So Keras gains nothing that shows from further processors on this network."
    return text


def _most_threads(run: Run, rows: pd.DataFrame) -> str:
    """How far this run went."""
    most = int(rows["n_threads"].max())
    found = [
        part_of(record, "machine").get("processors") for record in run.records if record is not None
    ]
    if found and all(processors == most for processors in found):
        return (
            f"Limits above {count(most, 'thread')} were not tried: the machine has "
            f"{count(most, 'processor')}."
        )
    return f"Limits above {count(most, 'thread')} were not tried."


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
    epochs = int(rows["epochs"].iloc[0])
    return [
        "Article B also trains a deep model, compiled with XLA or not. Here an epoch of it "
        f"takes {join(parts)}; one seed each, accuracies after {count(epochs, 'epoch')}. They say "
        "nothing about the frameworks: NumPy trains by gradient descent, Keras by RMSprop. Article "
        "B prints no accuracy to compare with."
    ]


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
                INTERVAL: range_words(used.low, used.high),
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


def _title(rows: pd.DataFrame) -> str:
    most = int(rows["n_threads"].max())
    used = rows[rows["n_threads"] == most].groupby("framework")["cpus_used"].mean()
    parts = [
        f"{_NAMES.get(framework, framework)} uses {plain(mean)} processors"
        for framework, mean in used.items()
    ]
    return f"With {count(most, 'thread')}, {join(parts)} on average"
