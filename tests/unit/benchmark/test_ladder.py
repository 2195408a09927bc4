import matplotlib.pyplot as plt
import numpy as np
import pandas as pd
import pytest

from mlplab.benchmark.interleaved import Schedule
from mlplab.benchmark.ladder import measurement
from mlplab.benchmark.ladder.measurement import measure_ladder
from mlplab.benchmark.ladder.steps import STEPS
from mlplab.benchmark.ladder.summary import (
    ALLOCATION,
    LADDER_SUMMARY,
    PUBLISHED_COLUMNS,
    summarize_ladder,
)
from mlplab.benchmark.ladder.trainers import CompiledTrainer
from mlplab.benchmark.problem import Problem
from mlplab.numpy_mlp.parameters import draw_parameters
from mlplab.numpy_mlp.trainer import Step
from mlplab.reporting.claims.loading import load_claims
from mlplab.reporting.figures.optimization_ladder import plot_optimization_ladder
from mlplab.runtime.files import load_array, read_table, save_array
from tests.conftest import ROOT


@pytest.fixture
def problem(random):
    x = random.normal(size=(230, 12))
    codes = random.integers(4, size=230)
    start = draw_parameters([12, 7, 5, 4], "float64", np.random.RandomState(0))
    return x, codes, start


@pytest.mark.parametrize(("l2", "l1"), [(0.01, 0.0), (0.0, 0.02), (0.3, 0.1)])
def test_all_steps_end_with_the_same_weights(problem, random, l2, l1):
    x, codes, start = problem
    networks = [kind(x, codes, start, Step(0.01, 0.3, l2, l1), 4) for kind in STEPS]
    orders = [random.permutation(len(x)) for _ in range(5)]
    accuracies = [[net.train_epoch(order, 50) for order in orders][-1] for net in networks]
    first = networks[0].parameters().vector
    for network in networks[1:]:
        np.testing.assert_allclose(network.parameters().vector, first, rtol=1e-3, atol=1e-4)
    assert accuracies == pytest.approx([accuracies[0]] * len(STEPS), abs=1.5 / len(x))
    full = [network.predict(network.samples, codes) for network in networks]
    accuracies = [prediction.accuracy for prediction in full]
    assert accuracies == pytest.approx([accuracies[0]] * len(STEPS), abs=1.5 / len(x))
    costs = [prediction.cost for prediction in full]
    assert costs == pytest.approx([costs[0]] * len(STEPS), rel=1e-3)


def test_the_steps_record_what_the_articles_batches_did(problem):
    """The network of scikit-learn's interface, trained alike, tells the same costs and errors."""
    x, codes, start = problem
    networks = [kind(x, codes, start, Step(1e-9, 0.0, 0.3, 0.02), 4) for kind in STEPS]
    order = np.arange(len(x))
    for network in networks:
        network.train_epoch(order, 100)
    assert {len(network.records) for network in networks} == {3}
    first, *others = networks
    outputs = expit_forward(x.astype(float), start)
    targets = np.eye(4)[codes]
    loss = -(targets * np.log(outputs) + (1 - targets) * np.log(1 - outputs))
    squares = sum(np.square(w).sum() for w in start.weights)
    sizes = sum(np.abs(w).sum() for w in start.weights)
    penalty = 0.15 * squares + 0.02 * sizes
    for batch, record in enumerate(first.records):
        rows = slice(100 * batch, 100 * (batch + 1))
        cost = loss[rows].sum() + penalty
        assert record.cost == pytest.approx(cost, rel=1e-4)
        assert record.regularization_share == pytest.approx(penalty / cost, rel=1e-4)
        assert record.error == pytest.approx(np.abs(outputs - targets)[rows].mean(), rel=1e-4)
    for network in others:
        errors = [record.error for record in network.records]
        assert errors == pytest.approx([record.error for record in first.records], rel=1e-3)
    assert first.predict(first.keep(x), codes).cost == pytest.approx(loss.sum() + penalty, rel=1e-4)


def expit_forward(x, start):
    for weights, biases in zip(start.weights, start.biases, strict=True):
        x = 1 / (1 + np.exp(-(x @ weights + biases)))
    return x


def test_every_step_and_keras_are_measured_in_every_round(random, tmp_path):
    save_array(tmp_path / "x.npy", random.standard_normal((900, 20), dtype=np.float32))
    labels = np.arange(900, dtype=np.uint8) % 3
    x = load_array(tmp_path / "x.npy")
    problem = Problem.from_labels(
        x, labels, batch_size=100, n_threads=1, test=(x[:300].copy(), labels[:300])
    )
    table, allocation = measure_ladder(problem, Schedule(rounds=2, measurement_seconds=0.1))
    columns = table.columns.tolist()
    assert [name for name in columns if name.startswith("backward")] == [
        f"backward_L{layer}_seconds" for layer in range(3)
    ]
    assert columns[:3] == ["step", "name", "batch_size"]
    assert columns[-1] == "disturbed"
    assert table["name"].tolist() == [*(kind.title for kind in STEPS), "Keras"] * 2
    assert table["step"].isna().tolist() == ([False] * len(STEPS) + [True]) * 2
    assert (table["batch_accuracy_seconds"] > 0).all()
    assert table["full_accuracy_seconds"].isna().tolist() == ([False] * len(STEPS) + [True]) * 2
    steps = table[table["step"].notna()]
    parts = steps[["shuffle_seconds", "batches_seconds", "prediction_seconds"]]
    assert (parts > 0).all().all()
    assert (steps["test_prediction_seconds"] > 0).all()
    np.testing.assert_allclose(parts.sum(axis=1), steps["full_accuracy_seconds"])
    assert allocation.columns.tolist() == [*ALLOCATION.columns]
    cases = allocation.groupby(["step", "allocator"])["round"].agg(list)
    assert cases.to_dict() == {
        (step, name): [1, 2] for step in (0, 2) for name in ("kept", "system")
    }
    assert (allocation[["batches_faults", "prediction_faults"]] >= 0).all().all()
    passes = [c for c in table if c.startswith(("forward", "record", "backward", "update"))]
    timed = steps[steps["step"] < 5]
    assert (timed[passes] > 0).all().all()
    assert (timed[passes].sum(axis=1) < timed["batches_seconds"]).all()
    assert table[~table.index.isin(timed.index)][passes].isna().all().all()


def test_of_all_steps_the_compiled_one_may_be_absent(monkeypatch):
    measured = pd.DataFrame({"variant": ["Keras"]})
    absences = {CompiledTrainer.title: "no Numba", "Keras": "gone"}
    monkeypatch.setattr(measurement, "measure_rounds", lambda *_: (measured, absences))
    with pytest.raises(RuntimeError, match=r"missing: Keras: gone$"):
        measure_ladder(Problem(np.zeros((4, 2)), np.arange(4), 2, 1), Schedule(rounds=1))


def test_a_ladder_without_keras_is_refused(random, monkeypatch):
    monkeypatch.setattr(
        measurement, "measure_rounds", lambda *_, **__: (pd.DataFrame(), {"Keras": "gone"})
    )
    with pytest.raises(RuntimeError, match="all its steps and Keras; missing: Keras: gone"):
        measure_ladder(Problem(np.zeros((4, 2)), np.arange(4), 2, 1), Schedule(rounds=1))


def ladder(name, full, batch, disturbed=False, step=None, **columns):
    """Rounds with the given seconds; the parts of an epoch are a tenth, the rest, and the gap."""
    batch = np.asarray(batch, float)
    return pd.DataFrame(
        {
            "step": pd.array([step] * len(batch), dtype="Int64"),
            "name": name,
            "batch_size": 500,
            "n_threads": 2,
            "round": np.arange(1, len(batch) + 1),
            "full_accuracy_seconds": full,
            "batch_accuracy_seconds": batch,
            "shuffle_seconds": batch / 10,
            "batches_seconds": batch * 0.9,
            "prediction_seconds": np.asarray(full, float) - batch,
            "forward_seconds": 0.1,
            "backward_L0_seconds": 0.14,
            "backward_L1_seconds": 0.02,
            "backward_L2_seconds": 0.04,
            "disturbed": disturbed,
        }
    ).assign(**columns)


PUBLISHED = pd.DataFrame(
    [
        ("float64", "full", 35, 70.0, np.nan, "somewhere"),
        ("float64", "batch", 35, np.nan, 1.5, "elsewhere"),
        ("Keras", "batch", 35, 35.0, np.nan, "there"),
    ],
    columns=PUBLISHED_COLUMNS,
)
MEASURED = pd.concat(
    [
        ladder("float64", [4.0] * 3, [2.0] * 3, step=0),
        ladder("float64", [90.0] * 5, [80.0] * 5, step=0, disturbed=True, round=range(4, 9)),
        ladder("trainer", [1.0] * 3, [0.8] * 3, step=5, forward_seconds=np.nan,
               backward_L0_seconds=np.nan, backward_L1_seconds=np.nan, backward_L2_seconds=np.nan),
        ladder("Keras", [np.nan] * 3, [1.0] * 3).assign(
            shuffle_seconds=np.nan, batches_seconds=np.nan, forward_seconds=np.nan,
            backward_L0_seconds=np.nan, backward_L1_seconds=np.nan, backward_L2_seconds=np.nan),
    ],
    ignore_index=True,
)  # fmt: skip


def test_the_summary_holds_medians_of_quiet_rounds_beside_published_figures():
    summary = summarize_ladder(MEASURED, PUBLISHED)
    assert summary.columns.tolist() == list(LADDER_SUMMARY.columns)
    cases = summary.set_index(["name", "accuracy"])
    assert cases.index.tolist() == [
        ("float64", "full"), ("float64", "batch"), ("trainer", "full"), ("trainer", "batch"),
        ("Keras", "batch"),
    ]  # fmt: skip
    full, batch = cases.loc["float64", "full"], cases.loc["float64", "batch"]
    assert (full["rounds"], full["seconds"]) == (3, 4.0)
    assert full[["ratio_to_keras", "ci_low", "ci_high"]].tolist() == pytest.approx([4.0] * 3)
    assert (full["median_ratio"], full["pairs"]) == (4.0, 3)
    shares = full[["shuffle_share", "batches_share", "prediction_share"]].tolist()
    assert shares == pytest.approx([0.05, 0.45, 0.5])
    assert batch[["shuffle_share", "batches_share"]].tolist() == pytest.approx([0.1, 0.9])
    assert pd.isna(batch["prediction_share"])
    assert full["backward_L0_over_L1"] == pytest.approx(7.0)
    assert full["backward_over_forward"] == pytest.approx(2.0)
    assert (full["published_seconds"], full["published_ratio"]) == (2.0, 2.0)
    assert pd.isna(batch["published_seconds"])
    assert batch["published_ratio"] == 1.5
    unmeasured = cases.loc[["trainer", "Keras"], ["backward_L0_over_L1", "backward_over_forward"]]
    assert unmeasured.isna().all().all()
    assert pd.isna(cases.loc["trainer", "full"]["published_ratio"])


def test_the_ratio_to_keras_is_that_of_the_same_round_where_both_are_quiet():
    """Medians of all rounds would give 8 / 2; the third round of Keras is disturbed."""
    step = ladder("float64", [4.0, 9.0, 8.0], [2.0, 2.0, 2.0], step=0)
    keras = ladder("Keras", [np.nan] * 3, [1.0, 4.0, 2.0], disturbed=[False, False, True])
    summary = summarize_ladder(pd.concat([step, keras]), PUBLISHED.head(0))
    full = summary.set_index(["name", "accuracy"]).loc["float64", "full"]
    assert full["ratio_to_keras"] == pytest.approx(np.sqrt(4 * 9 / 4))
    assert (full["median_ratio"], full["pairs"], full["rounds"]) == (3.125, 2, 3)
    assert full["seconds"] == 8.0


@pytest.mark.parametrize(
    ("row", "fault"),
    [(("float16", "full"), "float16"), (("float64", "full"), "given twice"),
     (("float64", "test"), "'test'")],
)  # fmt: skip
def test_published_figures_that_fit_nothing_are_refused(row, fault):
    wrong = pd.DataFrame([(*row, 35, 1.0, np.nan, "")], columns=PUBLISHED_COLUMNS)
    with pytest.raises(ValueError, match=fault):
        summarize_ladder(MEASURED, pd.concat([PUBLISHED, wrong]))


def test_published_figures_and_claims_say_the_same():
    published = read_table(ROOT / "config" / "published_ladder.csv")
    assert published.columns.tolist() == PUBLISHED_COLUMNS
    named = pd.concat(
        [ladder(kind.title, [2.0], [1.0], step=n) for n, kind in enumerate(STEPS)]
        + [ladder("Keras", [np.nan], [1.0])]
    )
    summary = summarize_ladder(named, published)
    ratios = summary.set_index(["step", "accuracy"])["published_ratio"].dropna()
    claims = {
        (claim.value.where["step"], claim.value.where["accuracy"]): claim.published
        for claim in load_claims(ROOT / "config" / "claims.yaml")
        if claim.id.startswith("A-ladder-")
    }
    assert claims.keys() == {case for case in ratios.index if not pd.isna(case[0])}
    for case, value in claims.items():
        assert value == pytest.approx(ratios[case], rel=2e-3), case


def test_the_figure_names_steps_and_published_ratios():
    figure = plot_optimization_ladder(summarize_ladder(MEASURED, PUBLISHED))
    bars, ratios = figure.axes
    assert [label.get_text() for label in bars.get_yticklabels()] == [
        "0  float64", "5  trainer", "Keras",
    ]  # fmt: skip
    words = [text.get_text() for text in ratios.texts]
    assert "4.00, published 2.00: accuracy of all samples" in words
    assert "0.80" in words
    assert ratios.get_xlim()[1] < 5  # no decade beyond the slowest step
    plt.close(figure)
