"""Sentences made from tables; every number in them stands in a table, or is a sum of some."""

from __future__ import annotations

from collections.abc import Callable, Mapping

import pandas as pd

from mlplab.reporting.tables.operations import select_operations

Tables = Mapping[str, pd.DataFrame]

_USUAL_BATCH_SIZE = 500
_DEEP_MODELS = {"numpy": "NumPy", "keras": "Keras", "keras_xla": "Keras with XLA"}


def find(tables: Tables) -> list[str]:
    """The findings of a run, at most ten sentences.

    Parameters
    ----------
    tables : tables by name, as ``results/README.md`` describes them. A finding whose table is not
        there, or has no row for it, is left out.
    """
    sentences = []
    for needed, tell in _FINDINGS:
        if needed in tables:
            sentence = tell(tables[needed])
            if sentence:
                sentences.append(sentence)
    return sentences


def _tell_claims(claims: pd.DataFrame) -> str:
    counts = claims["verdict"].value_counts()
    parts = [f"{count} {verdict}" for verdict, count in counts.items()]
    return f"Of {len(claims)} statements of the articles: {_join(parts)}."


def _tell_accuracy(final: pd.DataFrame) -> str | None:
    run = final[final["experiment"] == "article_a"]
    if run.empty:
        return None
    text = (
        f"Article A's network in NumPy classifies {_spread(run['train_accuracy'], 4)} of the "
        f"training images and {_spread(run['test_accuracy'], 4)} of the test images rightly after "
        f"{run['epochs'].iloc[0]} epochs ({_count(len(run), 'seed')})"
    )
    keras = final[(final["framework"] == "keras") & (final["input_space"] == "pixels")]
    if keras.empty:
        return f"{text}."
    nearest = keras.loc[(keras["batch_size"] - _USUAL_BATCH_SIZE).abs().idxmin()]
    return (
        f"{text}, its reference model in Keras {nearest['test_accuracy']:.4f} of the test images "
        f"after {nearest['epochs']} at batch size {nearest['batch_size']:,} (seed "
        f"{nearest['seed']}): two ways of training, not two libraries."
    )


def _tell_ratios(ratios: pd.DataFrame) -> str | None:
    keras = ratios[(ratios["input_space"] == "pixels") & (ratios["variant"] == "keras")]
    matched = ratios[(ratios["input_space"] == "pixels") & (ratios["variant"] == "keras_matched")]
    if keras.empty:
        return None
    nearest = keras.loc[(keras["batch_size"] - _USUAL_BATCH_SIZE).abs().idxmin()]
    text = (
        f"An epoch of the articles' model in Keras takes {_interval(nearest, 'ratio_to_numpy')} "
        f"times as long as one of the network in NumPy at batch size {nearest['batch_size']:,}"
    )
    largest = keras.loc[keras["batch_size"].idxmax()]
    if largest["batch_size"] != nearest["batch_size"]:
        text += f" and {_interval(largest, 'ratio_to_numpy')} times at {largest['batch_size']:,}"
    if not matched.empty:
        verdicts = matched["verdict"].value_counts()
        counts = [f"{verdict} at {n} of {len(matched)}" for verdict, n in verdicts.items()]
        text += f"; with the same mathematics as NumPy, Keras is {_join(counts)} batch sizes"
    if keras["disturbed"].any() or matched["disturbed"].any():
        text += (
            ". Most rounds of some of these were disturbed, by other processes or by processors "
            "that were moved apart"
        )
    return f"{text}."


def _tell_ladder(summary: pd.DataFrame) -> str | None:
    steps = summary[summary["step"].notna() & (summary["accuracy"] == "full")]
    if steps.empty:
        return None
    first, last = steps.loc[steps["step"].idxmin()], steps.loc[steps["step"].idxmax()]
    published = (
        f", published {first['published_ratio']:.2f}" if pd.notna(first["published_ratio"]) else ""
    )
    return (
        f"With a prediction for all training images, an epoch of the first network in NumPy takes "
        f"{_interval(first, 'ratio_to_keras')} times as long as Keras' without one{published}, and "
        f"that of {last['name']} {_interval(last, 'ratio_to_keras')} times, at batch size "
        f"{first['batch_size']:,}."
    )


def _tell_operations(times: pd.DataFrame) -> str | None:
    rows = select_operations(times)
    rows = rows.assign(beside=rows["operation"] == "step_overhead")
    seconds = rows.pivot_table("seconds_per_epoch", "batch_size", ["beside", "framework"], "sum")
    wanted = pd.MultiIndex.from_product([[True, False], ["numpy", "tensorflow"]])
    seconds = seconds.reindex(columns=wanted).dropna()
    if seconds.empty:
        return None
    first, last = seconds.iloc[0], seconds.iloc[-1]
    text = (
        f"In an epoch at batch size {seconds.index[0]:,}, what a step costs beside its "
        f"operations adds up to {first[True, 'tensorflow']:.2g} s in Keras and "
        f"{first[True, 'numpy']:.2g} s in NumPy, and the operations, called one by one, to "
        f"{first[False, 'tensorflow']:.2g} s in TensorFlow and {first[False, 'numpy']:.2g} s in "
        "NumPy"
    )
    if len(seconds) > 1:
        text += (
            f"; at {seconds.index[-1]:,} to {last[True, 'tensorflow']:.2g} and "
            f"{last[True, 'numpy']:.2g} s, and to {last[False, 'tensorflow']:.2g} and "
            f"{last[False, 'numpy']:.2g} s"
        )
    return f"{text}."


def _tell_deep_model(table: pd.DataFrame) -> str | None:
    rows = table.set_index("variant")
    parts = [
        f"{rows.loc[variant, 'test_accuracy']:.4f} of the test images in {name} "
        f"({rows.loc[variant, 'seconds_per_epoch']:.2g} s an epoch)"
        for variant, name in _DEEP_MODELS.items()
        if variant in rows.index
    ]
    if not parts:
        return None
    return (
        f"Article B's deep model classifies {_join(parts)} rightly after "
        f"{table['epochs'].iloc[0]} epochs, one seed each."
    )


def _tell_clusters(choices: pd.DataFrame) -> str | None:
    peaks = choices.loc[choices["criterion"] == "silhouette peak", "k"]
    at = _join([f"K = {k:.0f}" for k in peaks]) if len(peaks) else "no K inside the sweep"
    text = f"The mean silhouette has peaks at {at}"
    elbows = choices[choices["criterion"] == "elbow"]
    if elbows.empty:
        return f"{text}."
    return f"{text}; on the elbow of the inertia, {elbows['statement'].iloc[0]}."


def _tell_time_to_accuracy(summary: pd.DataFrame) -> str | None:
    reached = summary[
        summary["input_space"].str.startswith("clusters-")
        & (summary["seeds_reached"] == summary["seeds"])
    ]
    if reached.empty:
        return None
    highest = reached[reached["target"] == reached["target"].max()]
    row = highest.loc[highest["speedup"].idxmax()]
    k = row["input_space"].split("-")[1]
    reach = "reaches" if row["seeds"] == 1 else "reach"
    return (
        f"From distances to {k} cluster centres instead of pixels, "
        f"{row['seeds_reached']} of {_count(row['seeds'], 'seed')} {reach} {row['target']:.4f} of "
        f"the test images, after {row['epochs']:.0f} epochs and {_interval(row, 'speedup')} times "
        "sooner than the whole reference run on pixels ends, clustering not counted."
    )


def _tell_controls(controls: pd.DataFrame) -> str | None:
    # The first input space, which the others are compared with, has no difference.
    others = controls[controls["difference"].notna()]
    if others.empty:
        return None
    parts = [
        f"{verdict}: {', '.join(rows['input_space'])}"
        for verdict, rows in others.groupby("verdict")
    ]
    return (
        f"Other inputs beside {others['against'].iloc[0]}, by paired differences of the test "
        f"accuracy over {_count(others['seeds'].iloc[0], 'seed')}, are {'; '.join(parts)}."
    )


def _tell_search(result: pd.DataFrame) -> str | None:
    if result.empty:
        return None
    return (
        f"The setting that the search chose on validation images classifies "
        f"{_spread(result['test_accuracy'], 4)} of the test images rightly "
        f"({_count(len(result), 'seed')})."
    )


_FINDINGS: tuple[tuple[str, Callable[[pd.DataFrame], str | None]], ...] = (
    ("claims", _tell_claims),
    ("final_accuracies", _tell_accuracy),
    ("batch_size_ratios", _tell_ratios),
    ("operation_times", _tell_operations),
    ("optimization_ladder_summary", _tell_ladder),
    ("deep_model", _tell_deep_model),
    ("cluster_choices", _tell_clusters),
    ("time_to_accuracy_summary", _tell_time_to_accuracy),
    ("feature_controls", _tell_controls),
    ("search_result", _tell_search),
)


def _interval(row: pd.Series, column: str) -> str:
    """A value with its 95 % interval, if there is one: a single seed or round has none."""
    if pd.isna(row["ci_low"]):
        return f"{row[column]:.2f}"
    return f"{row[column]:.2f} ({row['ci_low']:.2f} to {row['ci_high']:.2f})"


def _spread(values: pd.Series, digits: int) -> str:
    """The mean of values of several seeds, and their range."""
    mean = f"{values.mean():.{digits}f}"
    if len(values) == 1:
        return mean
    return f"{mean} ({values.min():.{digits}f} to {values.max():.{digits}f})"


def _count(number: int, noun: str) -> str:
    return f"{number} {noun}" if number == 1 else f"{number} {noun}s"


def _join(parts: list[str]) -> str:
    return " and ".join(filter(None, [", ".join(parts[:-1]), parts[-1]]))
