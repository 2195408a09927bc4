import numpy as np
import pandas as pd

from mlplab.reporting.tables import training as tables
from mlplab.runtime.files import save_table


def history(framework, seconds, experiment="batch_sizes"):
    n = len(seconds)
    return pd.DataFrame(
        {
            "experiment": experiment,
            "framework": framework,
            "input_space": "pixels",
            "n_features": 784,
            "batch_size": 500,
            "seed": 0,
            "l2_factor": 1.0,
            "validation_accuracy": np.nan,
            "epoch": np.arange(1, n + 1),
            "train_accuracy": np.linspace(0.5, 0.9, n),
            "test_accuracy": np.linspace(0.4, 0.8, n),
            "total_cost": 1.0,
            "regularization_share": 0.1,
            "last_batch_cost": 1.0,
            "last_batch_regularization_share": 0.1,
            "last_batch_error": 0.1,
            "learning_rate": 0.001,
            "mean_abs_weight_L0": 0.1,
            "mean_abs_weight_L1": 0.2,
            "wall_seconds": seconds,
            "cpu_seconds": seconds,
            "evaluation_cpu_seconds": 0.0,
            "engine": "numpy",
            "n_threads": 2,
            "foreign_cpu_share": 0.0,
            "stolen_cpu_share": 0.0,
            "disturbed": False,
        }
    )


def test_histories_are_put_together_in_a_fixed_order(tmp_path):
    paths = [tmp_path / "b.csv", tmp_path / "a.csv"]
    save_table(paths[0], history("numpy", [3.0, 1.0]))
    save_table(paths[1], history("keras", [5.0, 2.0]))
    table = tables.build_training_history(paths)
    assert table["framework"].tolist() == ["keras", "keras", "numpy", "numpy"]
    assert [c for c in table.columns if "weight" in c] == [
        "mean_abs_weight_L0",
        "mean_abs_weight_L1",
    ]


def test_final_accuracies_keep_experiments_apart():
    runs = pd.concat(
        [
            history("numpy", [9.0, 1.0]),
            history("numpy", [8.0, 7.0], experiment="article_a"),
        ]
    )
    accuracies = tables.build_final_accuracies(runs)
    assert dict(zip(accuracies["experiment"], accuracies["training_seconds"], strict=True)) == {
        "article_a": 15.0,
        "batch_sizes": 10.0,
    }


def test_final_accuracies_are_those_of_the_last_epoch():
    row = tables.build_final_accuracies(history("numpy", [3.0, 1.0, 2.0])).iloc[0]
    assert (row["epochs"], row["train_accuracy"], row["training_seconds"]) == (3, 0.9, 6.0)
