"""A run's folder with the tables of a default run, of plausible numbers."""

from __future__ import annotations

import json
from pathlib import Path

import numpy as np
import pandas as pd
import yaml

from mlplab.reporting.claims.evaluation import CLAIMS
from mlplab.runtime.files import save_table

SIZES = [32, 64, 128, 250, 500, 1000, 2000, 5000, 10000, 20000, 60000]
KERAS = [6.8, 5.5, 4.3, 3.6, 2.86, 2.4, 2.0, 1.6, 1.4, 0.99, 0.91]
FACTORS = {
    "numpy": 1.0, "compiled": 0.6, "products": 0.5, "keras": 1.0, "keras_tuned": 0.7,
    "keras_matched": 0.95, "sklearn": 1.7, "pytorch": 1.9, "jax": 1.05,
}  # fmt: skip
SPACES = ["clusters-70", "pca-70", "pca-70-whitened", "projection-70", "images-70", "pixels"]
STEPS = ["float64", "float32", "shorter backward pass", "bias stored with the input",
         "derivative from the output", "this project's trainer", "compiled engine"]  # fmt: skip
FULL = [6.75, 2.76, 2.33, 2.3, 2.25, 0.6, 0.33]
BATCH = [3.68, 1.1, 0.78, 0.77, 0.75, 0.36, 0.22]


def sample_tables() -> dict[str, pd.DataFrame]:
    """All tables that the study page reads, by name."""
    return {
        "batch_size_ratios": batch_size_ratios(),
        "batch_size_summary": batch_size_summary(),
        "operation_times": operation_times(),
        "absent_variants": pd.DataFrame(columns=["input_space", "batch_size", "variant", "reason"]),
        "optimization_ladder_summary": ladder_summary(),
        "optimization_ladder": ladder_rounds(),
        "ladder_batch_sizes": ladder_batch_sizes(),
        "thread_scaling": thread_scaling(),
        "deep_model": deep_model(),
        "cluster_sweep": cluster_sweep(),
        "cluster_choices": cluster_choices(),
        "time_to_accuracy_summary": time_to_accuracy(),
        "accuracy_over_time": accuracy_over_time(),
        "feature_controls": feature_controls(),
        "controls_over_time": controls_over_time(),
        "reference_paired": reference_paired(),
        "search_summary": search_summary(),
        "search_trials": search_trials(),
        "final_accuracies": final_accuracies(),
        "bridge": bridge(),
        "confusion": confusion(),
        "claims": claims(),
    }


def write_run(folder: Path, tables: dict[str, pd.DataFrame] | None = None) -> Path:
    """Write a run with these tables, by default all of them; the folder."""
    for name, table in (sample_tables() if tables is None else tables).items():
        save_table(folder / "tables" / f"{name}.csv", table)
        path = folder / "tables" / f"{name}.csv.provenance.json"
        path.write_text(json.dumps(record()), encoding="utf-8")
    config = {
        "run": folder.name,
        "dataset": "mnist",
        "scale": {"n_train": None},
        "search": {"max_features": 100},
    }
    (folder / "config.yaml").write_text(yaml.safe_dump(config), encoding="utf-8")
    return folder


def record() -> dict:
    """The record of a table, as far as the page reads it."""
    return {
        "machine": {"processor": "Chip (R) *", "processors": 2, "memory_bytes": 24 * 2**30,
                    "system": "Linux", "python": "3.11.7"},
        "code": {"libraries": {"numpy": "2.4.6", "keras": "3.15.0"}},
        "blas": [{"user_api": "blas", "internal_api": "openblas", "version": "0.3",
                  "architecture": "Zen"}],
        "git": {"commit": "0123456789abcdef", "dirty": False},
        "started": "2026-01-01T10:00:00+00:00",
        "ended": "2026-01-01T10:05:00+00:00",
    }  # fmt: skip


def batch_size_ratios() -> pd.DataFrame:
    rows = [
        {
            "batch_size": size,
            "variant": variant,
            "framework": "keras",
            "input_space": space,
            "ratio_to_numpy": factor * ratio,
            "ci_low": 0.93 * factor * ratio,
            "ci_high": 1.07 * factor * ratio,
            "median_ratio": factor * ratio,
            "rounds": 4,
            "disturbed": False,
        }
        for space, sizes in (("pixels", SIZES), ("clusters-70", [500, 10000]))
        for variant, factor in FACTORS.items()
        if variant not in ("numpy", "products")
        for size, ratio in zip(SIZES, KERAS, strict=True)
        if size in sizes
    ]
    table = pd.DataFrame(rows)
    verdicts = np.select(
        [table["ci_low"] > 1, table["ci_high"] < 1], ["slower", "faster"], "no clear difference"
    )
    return table.assign(verdict=verdicts)


def batch_size_summary() -> pd.DataFrame:
    seconds = dict(zip(SIZES, 0.15 + 15 / np.array(SIZES), strict=True))
    ratios = dict(zip(SIZES, KERAS, strict=True))
    rows = [
        {
            "framework": variant.split("_")[0],
            "variant": variant,
            "input_space": space,
            "batch_size": size,
            "rounds": 4,
            "disturbed": False,
            "seconds_per_epoch": factor
            * seconds[size]
            * (ratios[size] if variant.startswith("keras") else 1),
            "gflops": 20.0,
        }
        for space, sizes in (("pixels", SIZES), ("clusters-70", [500, 10000]))
        for variant, factor in FACTORS.items()
        for size in sizes
    ]
    table = pd.DataFrame(rows)
    return table.assign(
        ci_low=0.95 * table["seconds_per_epoch"], ci_high=1.05 * table["seconds_per_epoch"]
    )


def operation_times() -> pd.DataFrame:
    rows = [
        (framework, operation, function, layer, size, factor * seconds)
        for framework, factor in (("numpy", 1), ("tensorflow", 3))
        for size, seconds in ((32, 1.0), (10_000, 0.1))
        for operation, function, layer in (
            ("gather", "take", None),
            ("forward", "np.dot", "L0"),
            ("step_overhead", "step", None),
        )
    ]
    columns = ["framework", "operation", "function", "layer", "batch_size", "seconds_per_epoch"]
    return pd.DataFrame(rows, columns=columns)


def ladder_summary() -> pd.DataFrame:
    rows = [
        {
            "step": step,
            "name": name,
            "accuracy": accuracy,
            "batch_size": 500,
            "rounds": 10,
            "pairs": 9,
            "ratio_to_keras": ratio,
            "ci_low": 0.88 * ratio,
            "ci_high": 1.14 * ratio,
            "published_ratio": published,
        }
        for accuracy, ratios, known in (
            ("full", FULL, {0: 5.42, 1: 3.1, 2: 1.72}),
            ("batch", BATCH, {0: 4.48, 2: 1.024}),
        )
        for step, (name, ratio) in enumerate(zip(STEPS, ratios, strict=True))
        for published in [known.get(step)]
    ]
    keras = {"step": None, "name": "Keras", "accuracy": "batch", "batch_size": 500,
             "ratio_to_keras": 1.0, "ci_low": 1.0, "ci_high": 1.0, "rounds": 10}  # fmt: skip
    return pd.DataFrame([*rows, keras])


def ladder_rounds() -> pd.DataFrame:
    random = np.random.default_rng(0)
    rows = [
        {
            "step": step,
            "name": name,
            "batch_size": 500,
            "round": number,
            "full_accuracy_seconds": 0.7 * ratio * random.lognormal(0, 0.05),
            "batch_accuracy_seconds": 0.3 * ratio,
            "disturbed": number == 3 and step == 1,
        }
        for number in range(1, 11)
        for step, (name, ratio) in enumerate(zip(STEPS, FULL, strict=True))
    ]
    keras = {"step": None, "name": "Keras", "full_accuracy_seconds": None, "disturbed": False}
    return pd.DataFrame([*rows, *({**keras, "round": number} for number in range(1, 11))])


def ladder_batch_sizes() -> pd.DataFrame:
    """Both programs are twice as slow as Keras at 10,000, three times at 60,000."""
    rows = [
        {
            "step": step,
            "name": name,
            "batch_size": size,
            "round": number,
            "seconds": 0.1 if step is None else 0.1 * factor,
            "disturbed": number == 3,
        }
        for number in range(1, 7)
        for step, name in ((2, STEPS[2]), (4, STEPS[4]), (None, "Keras"))
        for size, factor in ((500, 0.8), (10_000, 2.0), (60_000, 3.0))
    ]
    return pd.DataFrame(rows)


def thread_scaling() -> pd.DataFrame:
    random = np.random.default_rng(1)
    used = {("numpy", 1): 1.0, ("numpy", 2): 1.9, ("keras", 1): 1.36, ("keras", 2): 1.8}
    rows = [
        {
            "framework": framework,
            "setting": setting,
            "n_threads": n_threads,
            "batch_size": 500,
            "round": number,
            "measurement": 1,
            "cpus_used": cpus * random.lognormal(0, 0.02),
            "seconds_per_epoch": (0.4 if framework == "numpy" else 0.8) / n_threads**0.6,
            "disturbed": False,
        }
        for (framework, n_threads), cpus in used.items()
        for setting in ("environment", "api")
        for number in range(1, 7)
    ]
    return pd.DataFrame(rows)


def deep_model() -> pd.DataFrame:
    return pd.DataFrame(
        {
            "variant": ["numpy", "keras", "keras_xla"],
            "test_accuracy": [0.9712, 0.9699, 0.9701],
            "seconds_per_epoch": [0.512, 1.04, 0.5],
            "epochs": 45,
        }
    )


def cluster_sweep() -> pd.DataFrame:
    random = np.random.default_rng(2)
    ks = [10, 20, 30, 35, 40, 45, 50, 60, 65, 70, 75, 80, 85, 90, 95, 100, 110, 130, 150, 170]
    rows = [
        {
            "k": k,
            "seed": seed,
            "inertia": 3e6 * k**-0.25 * random.lognormal(0, 0.003),
            "silhouette": 0.07 - 0.00001 * (k - 110) ** 2 / 10 + random.normal(0, 0.001),
        }
        for k in ks
        for seed in (0, 1, 2)
    ]
    return pd.DataFrame(rows)


def cluster_choices() -> pd.DataFrame:
    return pd.DataFrame(
        {
            "criterion": ["elbow", "silhouette peak", "silhouette peak", "chosen"],
            "k": [50, 40, 110, 110],
            "k_low": [40, None, None, None],
            "k_high": [100, None, None, None],
            "silhouette": [0.065, 0.066, 0.071, 0.071],
            "statement": [
                "no clear elbow: from 40 to 100 in 45 of 45 cases",
                "a peak with 2 of 3 seeds",
                "a peak with 3 of 3 seeds",
                "the highest peak of the silhouette",
            ],
        }
    )


def time_to_accuracy() -> pd.DataFrame:
    distances = ("article_c_clusters", "clusters-70-samplestandard")
    rows = [
        (*distances, 0.974, "published", 10, 150, 6.2, 17.3),
        (*distances, 0.9773, "published", 10, 350, 13.0, 8.6),
        (*distances, 0.978, "published", 7, 600, 22.0, 5.0),
        ("article_c_reference", "pixels", 0.974, "published", 4, 500, 90.0, 1.2),
        ("article_c_reference", "pixels", 0.9773, "published", 0, None, None, None),
    ]  # fmt: skip
    columns = ["experiment", "input_space", "target", "target_kind", "seeds_reached", "epochs",
               "seconds", "speedup"]  # fmt: skip
    table = pd.DataFrame(rows, columns=columns).assign(seeds=10)
    return table.assign(ci_low=0.93 * table["speedup"], ci_high=1.07 * table["speedup"])


def accuracy_over_time() -> pd.DataFrame:
    parts = []
    for space, epochs, second, top in (
        ("pixels", 600, 0.18, 0.9745),
        ("clusters-70-samplestandard", 900, 0.04, 0.979),
    ):
        epoch = np.arange(1, epochs + 1)
        accuracy = top - 0.1 / np.sqrt(epoch)
        parts.append(
            pd.DataFrame(
                {
                    "experiment": "any",
                    "input_space": space,
                    "epoch": epoch,
                    "seeds": 10,
                    "seconds": second * epoch,
                    "test_accuracy": accuracy,
                    "lowest": accuracy - 0.001,
                    "highest": accuracy + 0.001,
                }
            )
        )
    return pd.concat(parts)


def feature_controls() -> pd.DataFrame:
    accuracy = np.array([0.968, 0.966, 0.9752, 0.961, 0.9668, 0.971])
    verdicts = ["reference", "worse", "better", "worse", "no clear difference", "better"]
    table = pd.DataFrame(
        {
            "experiment": "feature_controls",
            "input_space": SPACES,
            "n_features": [70, 70, 70, 70, 70, 784],
            "epochs": 100,
            "seeds": 10,
            "test_accuracy": accuracy,
            "ci_low": accuracy - 0.0005,
            "ci_high": accuracy + 0.0005,
            "against": [None, *["clusters-70"] * 5],
            "difference": [None, *(accuracy[1:] - accuracy[0])],
            "verdict": verdicts,
        }
    )
    return table.assign(
        difference_ci_low=table["difference"] - 0.0007,
        difference_ci_high=table["difference"] + 0.0007,
    )


def controls_over_time() -> pd.DataFrame:
    rows = [
        {
            "experiment": "feature_controls",
            "input_space": space,
            "epoch": epoch,
            "seeds": 10,
            "cpu_seconds": epoch * (0.15 if space == "pixels" else 0.026),
        }
        for space in SPACES
        for epoch in range(1, 101)
    ]
    return pd.DataFrame(rows)


def reference_paired() -> pd.DataFrame:
    controls = feature_controls().iloc[[0, 2]]
    return controls.assign(
        input_space=["pixels", "clusters-70-samplestandard"], against=[None, "pixels"]
    )


def search_summary() -> pd.DataFrame:
    return pd.DataFrame(
        [
            {
                "trial": 7,
                "input_space": "pca-100-halfwhitened",
                "n_features": 100,
                "learning_rate": 0.0123,
                "batch_size": 200,
                "epochs": 150,
                "seeds": 5,
                "test_accuracy": 0.98312,
                "ci_low": 0.9822,
                "ci_high": 0.984,
                "published_accuracy": 0.978,
            }
        ]
    )


def search_trials() -> pd.DataFrame:
    random = np.random.default_rng(3)
    rows = [
        {
            "trial": trial,
            "stage": stage,
            "input_space": SPACES[trial % 5],
            "n_features": 70,
            "learning_rate": 10 ** random.uniform(-3, -1),
            "batch_size": 200,
            "epochs": epochs,
            "validation_accuracy": None if trial == 5 else 0.95 + 0.001 * trial / stage,
            "seconds": epochs * random.uniform(0.02, 0.06),
            "outcome": "diverged" if trial == 5 else "dropped",
        }
        for stage, trials, epochs in ((1, 36, 20), (2, 10, 60), (3, 3, 150))
        for trial in range(trials)
        if stage == 1 or trial != 5
    ]
    return pd.DataFrame(rows)


def final_accuracies() -> pd.DataFrame:
    rows = [
        {
            "experiment": experiment,
            "framework": framework,
            "input_space": space,
            "n_features": 784 if space == "pixels" else 70,
            "batch_size": 500,
            "seed": seed,
            "epochs": 35,
            "train_accuracy": accuracy + 0.01,
            "test_accuracy": accuracy + 0.0003 * seed,
        }
        for experiment, framework, space, accuracy in (
            ("article_a", "numpy", "pixels", 0.965),
            ("batch_sizes", "keras", "pixels", 0.833),
            ("article_c_clusters", "numpy", "clusters-70-samplestandard", 0.9785),
        )
        for seed in range(10)
    ]
    return pd.DataFrame(rows)


def bridge() -> pd.DataFrame:
    words = ["the start weights", "how L2 enters", "the optimiser"]
    changes = [-0.002, -0.11, 0.004]
    rows = []
    for direction in ("forwards", "backwards"):
        rows.append({"direction": direction, "step": 0, "test_accuracy": 0.966})
        for step, (name, change) in enumerate(zip(words, changes, strict=True), start=1):
            rows.append(
                {
                    "direction": direction,
                    "step": step,
                    "difference": name.split()[-1],
                    "words": name,
                    "numpy": "one way",
                    "keras": "another way",
                    "test_accuracy": 0.966 + sum(changes[:step]),
                    "change": change,
                    "change_ci_low": change - 0.01,
                    "change_ci_high": change + 0.01,
                }
            )
    return pd.DataFrame(rows).assign(epochs=35, seeds=5)


def confusion() -> pd.DataFrame:
    """Ten classes of 1,000 test images: chance is a tenth."""
    return pd.DataFrame(
        {
            "experiment": "article_a",
            "input_space": "pixels",
            "l2_factor": 1.0,
            "label": range(10),
            "predicted": range(10),
            "seeds": 10,
            "images": 10_000,
        }
    )


def claims() -> pd.DataFrame:
    verdicts = ["reproduced"] * 5 + ["better than published"] + ["not reproduced"] * 3
    verdicts += ["inconclusive", "one run", "not tested", "not testable here"]
    tables = ["batch_size_ratios", "optimization_ladder", "feature_controls", "thread_scaling"]
    rows = [
        {
            "id": f"{'ABC'[number % 3]}-claim-{number}",
            "article": "ABC"[number % 3],
            "statement": f"Statement number {number}",
            "kind": "machine",
            "published": 1.75,
            "unit": "1",
            "tolerance": 0.1,
            "tolerance_factor": 1.25 if number % 2 else None,
            "verdict": verdict,
            "evidence": f"tables/{tables[number % 4]}.csv: ratio",
            "comparison": "equal",
            "ci_low": 1.0,
            "ci_high": 3.0,
            "found": 2.0,
            "cause": "cause unknown" if verdict == "not reproduced" else None,
            "counted": number != 4,
            "restates": "A-claim-0" if number == 4 else None,
        }
        for number, verdict in enumerate(verdicts)
    ]
    table = pd.DataFrame(rows)
    others = [name for name in CLAIMS.columns if name not in table.columns]
    return table.assign(**dict.fromkeys(others, None))
