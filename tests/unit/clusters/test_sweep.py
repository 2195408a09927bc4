"""The table of the sweep over K."""

import pandas as pd

from mlplab.clusters.sweep import SWEEP, build_cluster_sweep
from mlplab.runtime.files import save_table


def test_a_fit_without_silhouette_shows_as_missing(tmp_path):
    row = {"dataset": "d", "algorithm": "minibatch", "inertia": 1.0, "fit_seconds": 1.0}
    row |= {"cpu_seconds": 1.0, "n_iter": 3, "seed": 0}
    scored = {"k": 10, "seed": 0, "silhouette": 0.2, "silhouette_standard_error": 0.0}
    save_table(tmp_path / "20.csv", pd.DataFrame([row | {"k": 20}]))
    save_table(tmp_path / "10.csv", pd.DataFrame([row | {"k": 10}]))
    save_table(tmp_path / "s.csv", pd.DataFrame([scored]))
    sweep = build_cluster_sweep([tmp_path / "20.csv", tmp_path / "10.csv"], tmp_path / "s.csv")
    assert sweep.columns.tolist() == [*SWEEP.columns]
    assert sweep["k"].tolist() == [10, 20]
    assert sweep["silhouette"].isna().tolist() == [False, True]
