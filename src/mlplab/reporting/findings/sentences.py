"""Findings as sentences. Every number in them is in a table or is a sum of such numbers."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from dataclasses import dataclass

import numpy as np
import pandas as pd

from mlplab.reporting.findings.bridge import tell_bridge
from mlplab.reporting.findings.chance import FAILED, Chance
from mlplab.reporting.tables.operations import select_operations
from mlplab.reporting.words import count, describe_space, join, percent

Tables = Mapping[str, pd.DataFrame]

_USUAL_BATCH_SIZE = 500
_DEEP_MODELS = {"numpy": "NumPy", "keras": "Keras", "keras_xla": "Keras with XLA"}


def find(tables: Tables) -> list[str]:
    """The findings of a run, at most twelve.

    Parameters
    ----------
    tables : tables by name, as ``docs/generated/tables.md`` describes them. A finding without its
        table, or without a row there, is left out. ``confusion`` tells which networks learned
        nothing, and ``final_accuracies`` whether those did whose times are compared.
    """
    chance = Chance.of(tables.get("confusion", pd.DataFrame()))
    learning = _Learning(chance, _find_unlearned(tables.get("final_accuracies"), chance))
    sentences = []
    for needed, tell in _FINDINGS:
        if needed in tables:
            sentence = tell(tables[needed], learning)
            if sentence:
                sentences.append(sentence)
    return sentences


@dataclass(frozen=True)
class _Learning:
    """The accuracy of learning nothing, and which networks of articles A and B got no further."""

    chance: Chance
    unlearned: tuple[str, ...] = ()

    def warn_of_times(self) -> str:
        """What a sentence on times of these networks ends with."""
        if not self.unlearned:
            return ""
        return (
            f" These are times alone: in this run, {join([*self.unlearned])} {FAILED}; "
            f"{self.chance}."
        )


def _find_unlearned(final: pd.DataFrame | None, chance: Chance) -> tuple[str, ...]:
    """Words for the networks on pixels that learned nothing with any seed."""
    if final is None:
        return ()
    networks = {
        "article A's network in NumPy": _select_article_a(final),
        "article A's reference model in Keras": _select_keras(final),
    }
    return tuple(
        words
        for words, rows in networks.items()
        if not rows.empty and rows["test_accuracy"].map(chance.covers).all()
    )


def _select_article_a(final: pd.DataFrame) -> pd.DataFrame:
    return final[final["experiment"] == "article_a"]


def _select_keras(final: pd.DataFrame) -> pd.DataFrame:
    """The training of Keras on pixels whose batch size is nearest to the usual one."""
    keras = final[
        (final["experiment"] == "batch_sizes")
        & (final["framework"] == "keras")
        & (final["input_space"] == "pixels")
    ]
    distances = (keras["batch_size"] - _USUAL_BATCH_SIZE).abs().sort_values(kind="stable")
    return keras.loc[distances.index[:1]]


def _tell_claims(claims: pd.DataFrame, _: _Learning) -> str:
    counted = claims[claims["counted"].astype(bool)]
    counts = counted["verdict"].value_counts()
    parts = [f"{count} {verdict}" for verdict, count in counts.items()]
    return f"Of {len(counted)} statements of the articles: {join(parts)}."


def _tell_accuracy(final: pd.DataFrame, learning: _Learning) -> str | None:
    run, keras = _select_article_a(final), _select_keras(final)
    if run.empty:
        return None
    text = (
        f"Article A's network in NumPy reaches {_spread(run['test_accuracy'])} test accuracy and "
        f"{_spread(run['train_accuracy'])} training accuracy after {run['epochs'].iloc[0]} epochs "
        f"({count(len(run), 'seed')})"
    )
    text += _tell_failures(run["test_accuracy"], learning.chance)
    if keras.empty:
        return f"{text}."
    nearest = keras.iloc[0]
    text += (
        f"; its reference model in Keras reaches {_percent(nearest['test_accuracy'])} test "
        f"accuracy after {nearest['epochs']} epochs at batch size {nearest['batch_size']:,} (seed "
        f"{nearest['seed']}){_tell_failures(keras['test_accuracy'], learning.chance)}."
    )
    if learning.unlearned:
        return text
    return f"{text} The difference is one of training methods, not of libraries."


def _tell_bridge(bridge: pd.DataFrame, learning: _Learning) -> str | None:
    # Where the better end learned nothing, no difference shows.
    return None if learning.chance.covers(bridge["test_accuracy"].iloc[0]) else tell_bridge(bridge)


def _tell_ratios(ratios: pd.DataFrame, learning: _Learning) -> str | None:
    keras = ratios[(ratios["input_space"] == "pixels") & (ratios["variant"] == "keras")]
    matched = ratios[(ratios["input_space"] == "pixels") & (ratios["variant"] == "keras_matched")]
    if keras.empty:
        return None
    nearest = keras.loc[(keras["batch_size"] - _USUAL_BATCH_SIZE).abs().idxmin()]
    text = (
        f"An epoch of the articles' model in Keras takes {_interval(nearest, 'ratio_to_numpy')} "
        f"times as long as an epoch in NumPy at batch size {nearest['batch_size']:,}"
    )
    largest = keras.loc[keras["batch_size"].idxmax()]
    if largest["batch_size"] != nearest["batch_size"]:
        text += f" and {_interval(largest, 'ratio_to_numpy')} times at {largest['batch_size']:,}"
    if not matched.empty:
        verdicts = matched["verdict"].value_counts()
        counts = [f"{verdict} at {n} of {len(matched)}" for verdict, n in verdicts.items()]
        text += f"; with the same mathematics as NumPy, Keras is {join(counts)} batch sizes"
    if keras["disturbed"].any() or matched["disturbed"].any():
        text += (
            ". In some of these cases most measurements were disturbed: other processes or the "
            "host used the machine, or the cores moved apart"
        )
    return f"{text}.{learning.warn_of_times()}"


def _tell_compiled(summary: pd.DataFrame, _: _Learning) -> str | None:
    rows = summary[summary["input_space"] == "pixels"]
    both = rows.pivot_table("microseconds_per_sample", "batch_size", "variant")
    both = both.reindex(columns=["compiled", "numpy"]).dropna()
    if both.empty:
        return None
    times = [
        f"{row['compiled'] / row['numpy']:.2f} times as long at batch size {size:,}"
        for size, row in both.iloc[[0, -1]].drop_duplicates().iterrows()
    ]
    text = (
        "The same network in compiled code, without Python inside an epoch, takes "
        f"{join(times)} as in NumPy"
    )
    if len(both) < 3:
        return f"{text}."
    # The saving of a sample is a share of the saving of its batch, and one of its own.
    saved = both["numpy"] - both["compiled"]
    each_batch, each_sample = np.polyfit(1 / both.index.to_numpy(), saved, 1)
    return (
        f"{text}. Fitted over {len(both)} batch sizes, it saves {each_batch:.0f} µs a batch (calls "
        f"of Python, and hand-overs between threads) and {each_sample:.2g} µs a sample (one pass "
        "over activations where NumPy has several, and products that copy no operands)."
    )


def _tell_ladder(summary: pd.DataFrame, learning: _Learning) -> str | None:
    steps = summary[summary["step"].notna() & (summary["accuracy"] == "full")]
    if steps.empty:
        return None
    first, last = steps.loc[steps["step"].idxmin()], steps.loc[steps["step"].idxmax()]
    published = (
        f", published {first['published_ratio']:.2f}" if pd.notna(first["published_ratio"]) else ""
    )
    return (
        f"At batch size {first['batch_size']:,}, an epoch of the first network in NumPy takes "
        f"{_interval(first, 'ratio_to_keras')} times as long as an epoch of Keras{published}; an "
        f"epoch of {last['name']} takes {_interval(last, 'ratio_to_keras')} times as long. The "
        "epochs in NumPy include a prediction for all training images, those of Keras do not."
        f"{learning.warn_of_times()}"
    )


def _tell_operations(times: pd.DataFrame, _: _Learning) -> str | None:
    rows = select_operations(times)
    rows = rows.assign(beside=rows["operation"] == "step_overhead")
    seconds = rows.pivot_table("seconds_per_epoch", "batch_size", ["beside", "framework"], "sum")
    wanted = pd.MultiIndex.from_product([[True, False], ["numpy", "tensorflow"]])
    seconds = seconds.reindex(columns=wanted).dropna()
    if seconds.empty:
        return None
    first, last = seconds.iloc[0], seconds.iloc[-1]
    text = (
        f"In an epoch at batch size {seconds.index[0]:,}, the overhead of all steps is "
        f"{first[True, 'tensorflow']:.2g} s in Keras and {first[True, 'numpy']:.2g} s in NumPy; "
        f"the operations, called one by one, take {first[False, 'tensorflow']:.2g} s in TensorFlow "
        f"and {first[False, 'numpy']:.2g} s in NumPy"
    )
    if len(seconds) > 1:
        text += (
            f". At batch size {seconds.index[-1]:,}, the overhead is "
            f"{last[True, 'tensorflow']:.2g} s and {last[True, 'numpy']:.2g} s, and the operations "
            f"take {last[False, 'tensorflow']:.2g} s and {last[False, 'numpy']:.2g} s"
        )
    return f"{text}."


def _tell_deep_model(table: pd.DataFrame, learning: _Learning) -> str | None:
    rows = table.set_index("variant")
    parts = [
        f"{_percent(rows.loc[variant, 'test_accuracy'])} in {name} "
        f"({rows.loc[variant, 'seconds_per_epoch']:.2g} s an epoch)"
        for variant, name in _DEEP_MODELS.items()
        if variant in rows.index
    ]
    if not parts:
        return None
    failed = [
        name
        for variant, name in _DEEP_MODELS.items()
        if variant in rows.index and learning.chance.covers(rows.loc[variant, "test_accuracy"])
    ]
    return (
        f"After {table['epochs'].iloc[0]} epochs, the test accuracy of article B's deep model is "
        f"{join(parts)}, with one seed each.{_tell_unlearned(join(failed), learning.chance)}"
    )


def _tell_clusters(choices: pd.DataFrame, _: _Learning) -> str | None:
    peaks = choices.loc[choices["criterion"] == "silhouette peak", "k"]
    at = join([f"K = {k:.0f}" for k in peaks]) if len(peaks) else "no K inside the sweep"
    text = f"The mean silhouette has peaks at {at}"
    elbows = choices[choices["criterion"] == "elbow"]
    if elbows.empty:
        return f"{text}."
    return f"{text}. Inertia: {elbows['statement'].iloc[0]}."


def _tell_time_to_accuracy(summary: pd.DataFrame, learning: _Learning) -> str | None:
    summary = summary[summary["input_space"].str.startswith("clusters-")]
    if summary.empty:
        return None
    chance = learning.chance
    best = summary.loc[summary["target_kind"] == "best of the reference", "target"]
    failed = (
        f" The reference {FAILED}: its best accuracy is {_percent(best.iloc[0])}; {chance}."
        if best.map(chance.covers).any()
        else ""
    )
    reached = summary[
        (summary["seeds_reached"] == summary["seeds"]) & ~summary["target"].map(chance.covers)
    ]
    if reached.empty:
        above = "; targets that a network reaches by chance do not count"
        any_by_chance = summary["target"].map(chance.covers).any()
        return (
            "With distances to cluster centres instead of pixels, no input space reaches a target "
            f"accuracy with all seeds{above if any_by_chance else ''}.{failed}"
        )
    highest = reached[reached["target"] == reached["target"].max()]
    row = highest.loc[highest["speedup"].idxmax()]
    reach = "reaches" if row["seeds"] == 1 else "reach"
    return (
        f"With {describe_space(row['input_space'])} instead of pixels, "
        f"{row['seeds_reached']} of {count(row['seeds'], 'seed')} {reach} "
        f"{_percent(row['target'])} test accuracy, after {row['epochs']:.0f} epochs on average. "
        f"The whole reference training on pixels takes {_interval(row, 'speedup')} times as long; "
        f"the time for clustering does not count.{failed}"
    )


def _tell_controls(controls: pd.DataFrame, learning: _Learning) -> str | None:
    # The input space to compare with has no difference.
    others = controls[controls["difference"].notna()]
    if others.empty:
        return None
    parts = [
        f"{verdict}: {', '.join(rows['input_space'].map(describe_space))}"
        for verdict, rows in others.groupby("verdict")
    ]
    spaces = controls.loc[controls["test_accuracy"].map(learning.chance.covers), "input_space"]
    failed = f"Networks on {join([*spaces.map(describe_space)])}" if len(spaces) else ""
    return (
        f"Other input spaces against {describe_space(others['against'].iloc[0])}, by paired "
        f"differences of the test accuracy over {count(others['seeds'].iloc[0], 'seed')}, "
        f"corrected for the number of comparisons (Holm), are {'; '.join(parts)}."
        f"{_tell_unlearned(failed, learning.chance)}"
    )


def _tell_search(result: pd.DataFrame, learning: _Learning) -> str | None:
    if result.empty:
        return None
    return (
        "The setting that the search chose on validation images reaches "
        f"{_spread(result['test_accuracy'])} test accuracy ({count(len(result), 'seed')})"
        f"{_tell_failures(result['test_accuracy'], learning.chance)}."
    )


_FINDINGS: tuple[tuple[str, Callable[[pd.DataFrame, _Learning], str | None]], ...] = (
    ("claims", _tell_claims),
    ("final_accuracies", _tell_accuracy),
    ("bridge", _tell_bridge),
    ("batch_size_ratios", _tell_ratios),
    ("batch_size_summary", _tell_compiled),
    ("operation_times", _tell_operations),
    ("optimization_ladder_summary", _tell_ladder),
    ("deep_model", _tell_deep_model),
    ("cluster_choices", _tell_clusters),
    ("time_to_accuracy_summary", _tell_time_to_accuracy),
    ("feature_controls", _tell_controls),
    ("search_result", _tell_search),
)


def _interval(row: pd.Series, column: str) -> str:
    """A value with its 95 % interval; a single seed or round has none."""
    if pd.isna(row["ci_low"]):
        return f"{row[column]:.2f}"
    return f"{row[column]:.2f} ({row['ci_low']:.2f} to {row['ci_high']:.2f})"


def _percent(share: float) -> str:
    return percent(share, 2)


def _spread(accuracies: pd.Series) -> str:
    """The mean accuracy over seeds in per cent, and the range of several."""
    mean = _percent(accuracies.mean())
    if len(accuracies) == 1:
        return mean
    return f"{mean} ({100 * accuracies.min():.2f} to {100 * accuracies.max():.2f})"


def _tell_failures(accuracies: pd.Series, chance: Chance) -> str:
    """That trainings of a network learned nothing, if they did."""
    failed = int(accuracies.map(chance.covers).sum())
    if not failed:
        return ""
    if failed == len(accuracies):
        return f", so it {FAILED}: {chance}"
    return f", of which {failed} {FAILED}: {chance}"


def _tell_unlearned(subject: str, chance: Chance) -> str:
    """A sentence on the networks of a table that learned nothing, if any did."""
    return f" {subject} {FAILED}: {chance}." if subject else ""
