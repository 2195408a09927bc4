"""Quality of clusters: purity, agreement with the labels, sizes, and ambiguous samples."""

from __future__ import annotations

from collections.abc import Sequence

import numpy as np
import pandas as pd
from sklearn.metrics import adjusted_mutual_info_score
from sklearn.metrics.cluster import contingency_matrix

from mlplab.clusters.clustering import cluster_distances
from mlplab.runtime.arrays import row_blocks
from mlplab.runtime.tables import Table

QUALITY = Table(
    "cluster_quality",
    "a row per number of clusters K and seed",
    {
        "k": "number of clusters",
        "seed": "seed of k-means",
        "purity": "share of the images that belong to the commonest class of their cluster; it "
        "grows with K by itself",
        "adjusted_mutual_information": "agreement of clusters and labels: 0 for random clusters of "
        "any number, 1 for equal partitions",
        "smallest": "images of the smallest cluster",
        "largest": "images of the largest cluster",
        "mean_size": "images over K",
        "silhouette": "mean silhouette coefficient, as in `cluster_sweep.csv`",
    },
)
CLUSTERS = Table(
    "clusters_<K>",
    "a row per cluster, for every K to train on and the first seed",
    {
        "cluster": "number of the cluster, which is its row in the centres",
        "size": "its images",
        "class": "the commonest label of its images",
        "class_share": "share of its images with that label",
        "silhouette": "mean silhouette coefficient of its images",
    },
)
AMBIGUOUS = Table(
    "ambiguous_images_<K>",
    "a row per image nearly as far from one centre as from another, the most ambiguous first",
    {
        "index": "number of the clustered image",
        "class": "label of the image",
        "cluster": "the nearest centre",
        "second_cluster": "the second nearest centre",
        "distance": "distance to the nearest centre",
        "margin": "distance to the second nearest centre over that to the nearest, less 1",
        "silhouette": "silhouette coefficient of the image",
    },
)


def purity(clusters: np.ndarray, classes: np.ndarray) -> float:
    """Share of samples in the class that is commonest in their cluster, 0 to 1.

    Manning, Raghavan and Schütze, Introduction to Information Retrieval, 2008, section 16.3. It
    grows with the number of clusters by itself; adjusted mutual information does not.

    Raises
    ------
    ValueError
        ``clusters`` and ``classes``, both of shape (n,), have different lengths.
    """
    _check_lengths(clusters=clusters, classes=classes)
    table = contingency_matrix(classes, clusters)
    return float(table.max(axis=0).sum() / table.sum())


def measure_quality(
    clusters: np.ndarray, classes: np.ndarray, *, k: int, seed: int
) -> dict[str, float]:
    """A row of ``cluster_quality.csv`` without the silhouette.

    Parameters
    ----------
    clusters : cluster of every sample, 0 … k - 1, shape (n,)
    classes : its class, shape (n,)
    k, seed : number of clusters, seed of k-means
    """
    sizes = np.bincount(clusters, minlength=k)
    return {
        "k": k,
        "seed": seed,
        "purity": purity(clusters, classes),
        "adjusted_mutual_information": float(adjusted_mutual_info_score(classes, clusters)),
        "smallest": int(sizes.min()),
        "largest": int(sizes.max()),
        "mean_size": float(sizes.mean()),
    }


def build_cluster_quality(
    fits: Sequence[dict[str, int]],
    clusterings: Sequence[np.ndarray],
    classes: np.ndarray,
    sweep: pd.DataFrame,
) -> pd.DataFrame:
    """A row per fit; ``fits`` has k and seed of each clustering, ``sweep`` their silhouettes."""
    rows = [
        measure_quality(clusters, classes, k=fit["k"], seed=fit["seed"])
        for fit, clusters in zip(fits, clusterings, strict=True)
    ]
    scores = sweep[["k", "seed", "silhouette"]]
    table = pd.DataFrame(rows).merge(scores, on=["k", "seed"], validate="one_to_one")
    return QUALITY.arrange(table).sort_values(["k", "seed"], ignore_index=True)


def describe_clusters(
    clusters: np.ndarray, classes: np.ndarray, silhouettes: np.ndarray, k: int
) -> pd.DataFrame:
    """A row per cluster: size, commonest class with its share, and mean silhouette.

    Parameters
    ----------
    clusters, classes : cluster and class of every sample, shape (n,)
    silhouettes : silhouette coefficients (n,); NaN where none was computed
    k : number of clusters; one without members has size 0 and else missing values
    """
    _check_lengths(clusters=clusters, classes=classes, silhouettes=silhouettes)
    members = pd.DataFrame({"cluster": clusters, "class": classes, "silhouette": silhouettes})
    groups = members.groupby("cluster")
    commonest = groups["class"].agg(lambda values: values.value_counts().idxmax())
    share = groups["class"].agg(lambda values: values.value_counts(normalize=True).max())
    table = pd.DataFrame(
        {
            "size": groups.size(),
            "class": commonest.astype("Int64"),
            "class_share": share,
            "silhouette": groups["silhouette"].mean(),
        }
    ).reindex(pd.RangeIndex(k, name="cluster"))
    sizes = table["size"].fillna(0).astype(int)
    return CLUSTERS.arrange(table.assign(size=sizes).reset_index())


def find_ambiguous(
    x: np.ndarray, centers: np.ndarray, classes: np.ndarray, silhouettes: np.ndarray, n: int
) -> pd.DataFrame:
    """The ``n`` samples whose two nearest centres are most nearly equally far.

    Parameters
    ----------
    x, centers : samples (n_samples, n_features), centres (k, n_features)
    classes, silhouettes : class and silhouette coefficient of every sample, (n_samples,)

    Returns
    -------
    DataFrame with the columns of ``AMBIGUOUS``, the most ambiguous sample first
    """
    _check_lengths(x=x, classes=classes, silhouettes=silhouettes)
    if len(centers) < 2:
        raise ValueError(f"centers has {len(centers)} row(s); allowed: 2 or more")
    nearest, pair = np.empty((len(x), 2), np.intp), np.empty((len(x), 2), np.float32)
    for block in row_blocks((len(x), max(x.shape[1], len(centers)))):
        distances = cluster_distances(x[block], centers)
        nearest[block] = np.argpartition(distances, 1, axis=1)[:, :2]
        pair[block] = np.take_along_axis(distances, nearest[block], axis=1)
    with np.errstate(invalid="ignore", divide="ignore"):
        margins = pair[:, 1] / pair[:, 0] - 1
    # A sample at two equal centres has no ratio, and is as ambiguous as possible.
    margins = np.where(pair[:, 1] > 0, margins, 0.0)
    rows = np.argsort(margins, kind="stable")[:n]
    table = pd.DataFrame(
        {
            "index": rows,
            "class": classes[rows],
            "cluster": nearest[rows, 0],
            "second_cluster": nearest[rows, 1],
            "distance": pair[rows, 0],
            "margin": margins[rows],
            "silhouette": silhouettes[rows],
        }
    )
    return AMBIGUOUS.arrange(table)


def _check_lengths(**arrays: np.ndarray) -> None:
    (first, expected), *others = ((name, len(array)) for name, array in arrays.items())
    for name, found in others:
        if found != expected:
            raise ValueError(f"{name} has {found} values, {first} has {expected}")
