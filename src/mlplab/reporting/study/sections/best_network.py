"""What is the best small network?"""

from __future__ import annotations

import pandas as pd

from mlplab.reporting.study.chance import FAILED, Chance
from mlplab.reporting.study.charts.search import draw_search
from mlplab.reporting.study.content import Content, Figure, Headline
from mlplab.reporting.study.run import Run
from mlplab.reporting.study.tables import tabulate_accuracies, tabulate_search
from mlplab.reporting.study.words import explain_inputs, percent_interval, plain
from mlplab.reporting.words import count, describe_space, join, percent

ID = "best-network"
QUESTION = "What is the best small network?"
SHORT = "Best network"
TABLES = ("search_summary", "search_result", "search_trials", "final_accuracies")


def tell(run: Run) -> Content:
    """The answer from ``search_summary.csv``; see :class:`Content`."""
    summary = run.tables.read(
        "search_summary", "input_space", "n_features", "test_accuracy", "ci_low", "ci_high",
        "seeds", "learning_rate", "batch_size", "epochs", "published_accuracy",
    ).iloc[0]  # fmt: skip
    limit = run.setting("search", "max_features")
    within = f"at most {limit} inputs" if isinstance(limit, int) else "few inputs"
    accuracy = percent(summary["test_accuracy"], 2)
    ends = percent_interval(summary["ci_low"], summary["ci_high"], 2)
    trials = run.tables.find("search_trials", "trial", "stage", "input_space", "epochs",
                             "validation_accuracy", "seconds", "outcome", "learning_rate",
                             "batch_size", "n_features")  # fmt: skip
    final = run.tables.find("final_accuracies", "experiment", "framework", "input_space",
                            "n_features", "batch_size", "seed", "epochs", "train_accuracy",
                            "test_accuracy")  # fmt: skip
    tables = [] if trials is None else [tabulate_search(trials)]
    tables += [] if final is None else [tabulate_accuracies(final, run.styles)]
    return Content(
        answer=f"With {within}, the best network found reaches {accuracy} test accuracy{ends}.",
        meaning=[
            f"This network is trained on {describe_space(summary['input_space'])} for "
            f"{summary['epochs']} epochs in batches of "
            f"{summary['batch_size']:,}, with a learning rate of {plain(summary['learning_rate'])} "
            "at the start.",
            _beside(summary, final, limit),
            *_failure(run, summary),
        ],
        certainty=(
            f"The setting was chosen on validation images alone; the test images were read once, "
            f"after the choice, with {count(int(summary['seeds']), 'seed')}. The interval is "
            "Student's t over seeds. The network is the best of the settings "
            f"sampled{_trials(trials)}, not of all possible ones."
        ),
        figures=[] if trials is None else [_draw(trials)],
        tables=tables,
        headline=Headline(accuracy, f"best test accuracy with {within}{ends}"),
    )


def _trials(trials: pd.DataFrame | None) -> str:
    return "" if trials is None else f" ({trials['trial'].nunique()})"


def _beside(summary: pd.Series, final: pd.DataFrame | None, limit: object) -> str:
    """What was published, and the best of the other networks of that size."""
    parts = []
    if pd.notna(summary["published_accuracy"]):
        parts.append(
            f"Article C published {percent(summary['published_accuracy'])}"
            f"{_place(summary['published_accuracy'], summary['ci_low'], summary['ci_high'])}."
        )
    if final is not None and isinstance(limit, int):
        small = final[final["n_features"] <= limit]
        keys = ["experiment", "input_space", "batch_size"]
        means = small.groupby(keys)["test_accuracy"].mean()
        if len(means):
            _, space, _ = means.idxmax()
            parts.append(
                f"Among this run's other networks with at most {limit} inputs, the best mean is "
                f"{percent(means.max(), 2)}, on {describe_space(space)}; it was picked by test "
                "accuracy, so it is optimistic."
            )
    return " ".join(parts)


def _place(published: float, low: float, high: float) -> str:
    """Where the published accuracy lies beside the interval; empty without one."""
    if pd.isna(low) or pd.isna(high):
        return ""
    if published < low:
        return ", less than the whole interval"
    if published > high:
        return ", more than the whole interval"
    return ", which lies in the interval: no gain that shows"


def _failure(run: Run, summary: pd.Series) -> list[str]:
    confusion = run.tables.find("confusion", "label", "images", "seeds", "experiment",
                                "input_space", "l2_factor")  # fmt: skip
    chance = Chance.of(pd.DataFrame() if confusion is None else confusion)
    return [f"It {FAILED}: {chance}."] if chance.covers(summary["test_accuracy"]) else []


def _draw(trials: pd.DataFrame) -> Figure:
    spec, switches = draw_search(trials)
    diverged = int(trials["validation_accuracy"].isna().sum())
    chosen = trials[trials["outcome"] == "chosen"]
    best = trials.loc[trials["validation_accuracy"].idxmax()] if chosen.empty else chosen.iloc[0]
    return Figure(
        "chart-search",
        f"Chosen by {percent(best['validation_accuracy'], 2)} on validation images: "
        f"{describe_space(best['input_space'])}",
        "Accuracy on validation images over seconds of training, a point for each training of the "
        f"search. {_stages(trials)}"
        + (f" Left out: {count(diverged, 'training')} that diverged." if diverged else "")
        + explain_inputs(trials["input_space"])
        + " The vertical axis does not begin at 0.",
        spec,
        switches,
    )


def _stages(trials: pd.DataFrame) -> str:
    """How many settings were trained for how long."""
    stages = trials.groupby("stage").agg(settings=("trial", "nunique"), epochs=("epochs", "max"))
    first, *later = stages.itertuples()
    text = f"Each of {count(first.settings, 'setting')} was trained for {first.epochs} epochs"
    if later:
        parts = [f"the best {row.settings} again for {row.epochs}" for row in later]
        text += f", {join(parts)}: {count(len(trials), 'training')} in all"
    return f"{text}."
