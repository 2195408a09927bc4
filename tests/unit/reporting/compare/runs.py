"""Small runs as folders, with the files that a comparison reads."""

import json
import shutil
from pathlib import Path

import numpy as np
import pandas as pd
import yaml

from mlplab.benchmark.summary import build_batch_size_ratios, summarize_batch_sizes

CONFIG = {
    "run": "a",
    "cluster": {"k_values": [10, 20, 30, 40, 50, 60, 70], "n_init": 3},
    "experiments": {"article_a": {"epochs": 3, "seeds": [0, 1, 2]}},
}
MACHINE = {
    "processor": "AMD EPYC",
    "processors": 2,
    "system": "Linux",
    "python": "3.11.7",
    "numpy": "2.4.6",
}
ROUNDS, SIZES, VARIANTS = 5, (32, 500, 10_000), {"numpy": 1.0, "keras": 3.0, "compiled": 0.5}
SETTING = {"experiment": "article_a", "framework": "numpy", "input_space": "pixels"}
SETTING |= {"n_features": 784, "batch_size": 500, "l2_factor": 1.0}


def claims():
    """Three claims; the last one has words in place of a figure, and is not counted."""
    rows = [
        {"id": "A-accuracy", "verdict": "reproduced", "found": 0.96, "published": 0.965},
        {"id": "A-ratio", "verdict": "inconclusive", "found": 1.2, "published": 1.0},
        {
            "id": "C-epochs",
            "verdict": "not reproduced",
            "finding": "2 of 3 seeds",
            "published": 150,
        },
    ]
    frame = pd.DataFrame(rows)
    frame["ci_low"], frame["ci_high"] = [0.95, 0.9, np.nan], [0.97, 1.5, np.nan]
    frame["prediction_low"], frame["prediction_high"] = (
        [0.94, np.nan, np.nan],
        [0.98] + [np.nan] * 2,
    )
    return frame.assign(tolerance=0.1, comparison="equal", counted=[True, True, False])


def benchmark(random, shift=()):
    """Rounds of three variants; ``shift`` multiplies the seconds of a variant."""
    rows = [
        {
            "input_space": "pixels",
            "batch_size": size,
            "framework": variant,
            "variant": variant,
            "round": number,
            "seconds_per_epoch": seconds
            * dict(shift).get(variant, 1.0)
            * random.lognormal(0, 0.01),
        }
        for size in SIZES
        for variant, seconds in VARIANTS.items()
        for number in range(1, ROUNDS + 1)
    ]
    others = dict.fromkeys(("wall_seconds", "cpu_seconds", "first_epoch_seconds"), 1.0)
    others |= {"microseconds_per_sample": 5.0, "gflops": 9.0, "measurement": 1, "disturbed": False}
    return pd.DataFrame(rows).assign(**others)


def ladder():
    rows = [("full float64", 6.5, 6.0, 7.0, 5), ("Keras", 1.0, 1.0, 1.0, 5)]
    columns = ["name", "ratio_to_keras", "ci_low", "ci_high", "pairs"]
    frame = pd.DataFrame(rows, columns=columns).assign(median_ratio=6.4)
    return frame.assign(accuracy="batch", batch_size=500)


def history(random, seeds=(0, 1, 2), epochs=3):
    rows = [
        {
            **SETTING,
            "seed": seed,
            "epoch": epoch,
            "train_accuracy": 0.97,
            "validation_accuracy": None,
        }
        | {"test_accuracy": 0.96 + random.integers(-50, 50) / 1e4}
        for seed in seeds
        for epoch in range(1, epochs + 1)
    ]
    return pd.DataFrame(rows)


def final(history):
    last = history.groupby("seed", as_index=False).last().rename(columns={"epoch": "epochs"})
    return last.assign(training_seconds=1.0)


def record(rule="train_numpy", **changes):
    return {
        "rule": rule,
        "wildcards": {"seed": "0"},
        "code": {
            "modules": {"mlplab.stats.ratios": "0123456789abcdef", "mlplab.data.idx": "aa" * 8},
            "libraries": {"numpy": "2.4.6", "scipy": "1.17.1"},
        },
        "machine": MACHINE,
        "blas": [
            {
                "user_api": "blas",
                "internal_api": "openblas",
                "version": "0.3.31",
                "architecture": "Zen",
            }
        ],
        "git": {"commit": "0e2abb923928492a5de2fe52202392a215d36e77", "dirty": False},
        "started": "2026-11-29T19:00:00+00:00",
        "ended": "2026-11-29T19:45:00+00:00",
    } | changes  # fmt: skip


def write_run(folder, seed=0):
    """A finished run with all that a comparison reads."""
    random = np.random.default_rng(seed)
    tables = folder / "tables"
    tables.mkdir(parents=True)
    (folder / "config.yaml").write_text(yaml.safe_dump(CONFIG))
    (folder / "machine.json").write_text(json.dumps(MACHINE))
    measured, curves = benchmark(random), history(random)
    for name, frame in {
        "claims": claims(),
        "batch_size_ratios": build_batch_size_ratios(measured),
        "batch_size_summary": summarize_batch_sizes(measured),
        "batch_size_benchmark": measured,
        "optimization_ladder_summary": ladder(),
        "training_history": curves,
        "final_accuracies": final(curves),
    }.items():
        frame.to_csv(tables / f"{name}.csv", index=False)
        written = json.dumps(record(rule=name))
        (tables / f"{name}.csv.provenance.json").write_text(written)
    return folder


def copy_run(folder, name):
    """The same run in another folder, as from another machine."""
    return Path(shutil.copytree(folder, folder.parent / name))


def edit_table(folder, name, edit):
    """Write what ``edit`` makes of a table."""
    path = folder / "tables" / f"{name}.csv"
    edit(pd.read_csv(path)).to_csv(path, index=False)


def edit_config(folder, **changes):
    (folder / "config.yaml").write_text(yaml.safe_dump(CONFIG | changes))
