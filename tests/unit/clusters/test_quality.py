import numpy as np
import pandas as pd
import pytest
from sklearn.metrics import adjusted_mutual_info_score

from mlplab.clusters.clustering import KMeansSettings
from mlplab.clusters.cost import build_cost_quality, measure_cluster_cost
from mlplab.clusters.quality import (
    build_cluster_quality,
    describe_clusters,
    find_ambiguous,
    measure_quality,
    purity,
)
from mlplab.clusters.silhouette import silhouette_scores
from mlplab.clusters.silhouette_error import measure_silhouette_error

CLUSTERS = np.array([0, 0, 0, 1, 1, 3])
CLASSES = np.array([7, 7, 4, 4, 4, 9])


def test_purity_is_the_share_of_the_commonest_classes():
    assert purity(CLUSTERS, CLASSES) == pytest.approx(5 / 6)
    assert purity(CLASSES, CLASSES) == 1


def test_a_row_of_quality_counts_empty_clusters_as_well():
    row = measure_quality(CLUSTERS, CLASSES, k=4, seed=3)
    assert (row["smallest"], row["largest"], row["mean_size"]) == (0, 3, 1.5)
    assert (row["k"], row["seed"]) == (4, 3)
    assert row["adjusted_mutual_information"] == adjusted_mutual_info_score(CLASSES, CLUSTERS)


def test_random_clusters_have_purity_but_no_adjusted_mutual_information(random):
    classes, clusters = random.integers(2, size=(2, 4_000))
    row = measure_quality(clusters, classes, k=2, seed=0)
    assert row["purity"] > 0.49
    assert abs(row["adjusted_mutual_information"]) < 0.01


def test_the_table_of_quality_has_the_silhouettes_of_the_same_fits():
    fits = [{"k": 3, "seed": 1}, {"k": 2, "seed": 0}]
    sweep = pd.DataFrame({"k": [2, 3], "seed": [0, 1], "silhouette": [0.2, 0.3]})
    table = build_cluster_quality(fits, [CLUSTERS % 3, CLUSTERS % 2], CLASSES, sweep)
    assert table["k"].tolist() == [2, 3]
    assert table["silhouette"].tolist() == [0.2, 0.3]
    assert table["largest"].tolist() == [3, 4]


def test_clusters_are_described_by_their_commonest_class():
    silhouettes = np.array([0.1, 0.3, np.nan, 0.5, 0.5, np.nan])
    table = describe_clusters(CLUSTERS, CLASSES, silhouettes, 4)
    assert table["cluster"].tolist() == [0, 1, 2, 3]
    assert table["size"].tolist() == [3, 2, 0, 1]
    assert table["class"].fillna(-1).tolist() == [7, 4, -1, 9]
    assert table["class_share"][:2].tolist() == pytest.approx([2 / 3, 1])
    assert table["silhouette"][:2].tolist() == pytest.approx([0.2, 0.5])


def test_samples_halfway_between_two_centres_are_the_most_ambiguous():
    centers = np.array([[0.0, 0], [10, 0], [10, 10]])
    x = np.array([[1.0, 0], [5, 0], [10, 6], [10, 10]])
    found = find_ambiguous(x, centers, np.arange(4), np.zeros(4), 3)
    assert found["index"].tolist() == [1, 2, 0]
    assert found["margin"].tolist() == pytest.approx([0, 0.5, 8])
    assert found.loc[1, ["cluster", "second_cluster"]].tolist() == [2, 1]
    assert found["class"].tolist() == [1, 2, 0]


def test_a_sample_at_two_equal_centres_is_ambiguous_and_one_at_its_centre_is_not():
    centers = np.array([[0.0], [0.0], [5.0]])
    found = find_ambiguous(np.array([[5.0], [0.0]]), centers, np.zeros(2), np.zeros(2), 2)
    assert found["index"].tolist() == [1, 0]
    assert found["margin"].tolist() == [0, np.inf]


@pytest.mark.parametrize(
    ("call", "fault"),
    [
        (lambda: purity(CLUSTERS, CLASSES[:-1]), "classes has 5 values, clusters has 6"),
        (
            lambda: describe_clusters(CLUSTERS, CLASSES, np.zeros(5), 4),
            "silhouettes has 5 values, clusters has 6",
        ),
        (
            lambda: find_ambiguous(np.zeros((2, 1)), np.zeros((1, 1)), CLASSES[:2], np.zeros(2), 1),
            r"centers has 1 row\(s\); allowed: 2 or more",
        ),
    ],
)
def test_what_does_not_fit_is_told(call, fault):
    with pytest.raises(ValueError, match=fault):
        call()


@pytest.fixture
def blobs(random):
    truth = random.integers(4, size=2_500)
    return (4 * np.eye(4, 6)[truth] + random.normal(size=(2_500, 6))).astype(np.float32), truth


def test_the_cost_of_k_means_has_a_row_per_seed_and_the_best_inertia_as_unit(blobs):
    fits = [
        measure_cluster_cost(
            blobs[0], 6, KMeansSettings(name, 1, 50, 200), setting=name, seeds=seeds
        )
        for name, seeds in (("minibatch", [0, 1]), ("lloyd", [0]))
    ]
    table = build_cost_quality(pd.concat(fits))
    assert sorted(table["setting"]) == ["lloyd", "minibatch", "minibatch"]
    assert table["relative_inertia"].min() == 1
    np.testing.assert_allclose(table["relative_inertia"] * table["inertia"].min(), table["inertia"])
    assert table.set_index("setting")["batch_size"].isna().to_dict() == {
        "minibatch": False,
        "lloyd": True,
    }
    assert (table["cpu_seconds"] > 0).all()
    assert {"foreign_cpu_share", "stolen_cpu_share", "disturbed"} <= set(table.columns)


def test_silhouettes_of_samples_stand_beside_the_exact_ones(blobs):
    x, truth = blobs
    labelings = [truth, truth // 2]
    fits = [{"k": 4, "seed": 0}, {"k": 2, "seed": 0}]
    exact = silhouette_scores(x, labelings)
    scores = pd.DataFrame(fits).assign(silhouette=exact, silhouette_standard_error=[0, 0.01])
    table = measure_silhouette_error(x, fits, labelings, scores, sample_sizes=[100, 2_500])
    assert table["n_sample"].tolist() == [100, 100, 2_500, 2_500]
    assert table["k"].tolist() == [4, 2, 4, 2]
    assert table["exact"].isna().tolist() == [False, True, False, True]
    whole = table[table["n_sample"] == 2_500]
    np.testing.assert_allclose(whole["silhouette"], exact, atol=1e-12)
    assert (whole["standard_error"] == 0).all()
    small = table.iloc[0]
    assert small["ci_high"] - small["ci_low"] == pytest.approx(3.92 * small["standard_error"])
    assert abs(small["error"]) < 4 * small["standard_error"]
