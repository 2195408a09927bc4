"""Draw the clusters of one K: centres as images, silhouettes, and ambiguous images."""

from __future__ import annotations

import math
from collections.abc import Mapping
from typing import Any

import numpy as np
import pandas as pd
from matplotlib.axes import Axes
from matplotlib.figure import Figure

from mlplab.reporting.figures.drawing import (
    NEUTRAL,
    PALETTE,
    Drawing,
    add_result,
    in_house_style,
)
from mlplab.reporting.words import count, percent, short

_COLUMNS = 14
_AMBIGUOUS_COLUMNS = 5


@in_house_style
def plot_cluster_centers(
    centers: np.ndarray, clusters: pd.DataFrame, image_shape: tuple[int, int]
) -> Figure:
    """Centres (k, n_pixels) as images (height, width), the largest cluster first.

    Below each: the class that is commonest in the cluster with its share, and the cluster's size,
    from ``clusters_<K>.csv``.
    """
    rows = math.ceil(len(centers) / _COLUMNS)
    columns = min(_COLUMNS, len(centers))
    figure = Figure(
        figsize=(0.62 * _relative_width(image_shape) * columns, 0.9 * rows + 0.3),
        layout="constrained",
    )
    axes = figure.subplots(rows, columns, squeeze=False)
    for axis in axes.flat:
        axis.axis("off")
    ordered = clusters.sort_values("size", ascending=False)
    for axis, row in zip(axes.flat, ordered.to_dict("records"), strict=False):
        _draw_image(axis, centers[row["cluster"]], image_shape)
        below = f"{row['class']:.0f}: {row['class_share']:.0%}\n{row['size']:,}"
        axis.text(0.5, -0.06, below, transform=axis.transAxes, ha="center", va="top", fontsize=6.5)
    below = f"below each of {len(centers)} centres: commonest class and its share, images"
    figure.supxlabel(below, fontsize=9)
    add_result(figure, tell_cluster_centers(clusters))
    return figure


def tell_cluster_centers(clusters: pd.DataFrame) -> str:
    """How many images belong to the commonest class of their cluster."""
    share = (clusters["class_share"] * clusters["size"]).sum() / clusters["size"].sum()
    return f"{percent(share, 0)} of the images belong to the commonest class of their cluster."


@in_house_style
def plot_silhouette_samples(
    silhouettes: np.ndarray, labels: np.ndarray, clusters: pd.DataFrame
) -> Figure:
    """Silhouette coefficients of all images (n,), sorted within their clusters.

    ``labels`` (n,) are the clusters. Clusters are stacked by their mean coefficient, from
    ``clusters_<K>.csv``, best on top; the shade changes from one to the next.
    """
    figure = Figure(figsize=(5.2, 5.6), layout="constrained")
    axis = figure.subplots()
    measured = np.isfinite(silhouettes)
    start, ticks = 0, []
    ordered = clusters.dropna(subset=["silhouette"]).sort_values("silhouette")
    for number, row in enumerate(ordered.to_dict("records")):
        values = np.sort(silhouettes[measured & (labels == row["cluster"])])
        heights = np.arange(start, start + len(values))
        shade = PALETTE[3] if number % 2 else PALETTE[5]
        axis.fill_betweenx(heights, 0, values, color=shade, linewidth=0, rasterized=True)
        ticks.append((start + len(values) / 2, f"{row['size']:,} × {row['class']:.0f}"))
        start += len(values)
    mean = float(silhouettes[measured].mean())
    axis.axvline(mean, color=NEUTRAL, linestyle="--", linewidth=1)
    axis.text(mean, start * 1.01, f"  mean {mean:.3f}", ha="left", va="bottom")
    chosen = ticks if len(ticks) <= 30 else ticks[:: math.ceil(len(ticks) / 30)]
    axis.set_yticks([place for place, _ in chosen], [text for _, text in chosen], fontsize=7)
    axis.set(
        ylim=(0, start * 1.05),
        xlabel="silhouette coefficient of an image",
        ylabel="clusters, by mean coefficient (images × commonest class)",
    )
    axis.grid(axis="y", visible=False)
    axis.set_title(f"{len(clusters)} clusters", pad=10)
    add_result(figure, tell_silhouette_samples(silhouettes))
    return figure


def tell_silhouette_samples(silhouettes: np.ndarray) -> str:
    """How many images are nearer to another cluster."""
    below = float((silhouettes[np.isfinite(silhouettes)] < 0).mean())
    return f"{percent(below, 0)} of the images are nearer to another cluster than to their own."


@in_house_style
def plot_ambiguous_images(
    images: np.ndarray,
    centers: np.ndarray,
    ambiguous: pd.DataFrame,
    image_shape: tuple[int, int],
) -> Figure:
    """Images (n, n_pixels) between two centres, each beside the two it is nearly as far from.

    ``image_shape`` is their (height, width).
    In the order of ``ambiguous_images_<K>.csv``, most ambiguous first.
    """
    columns = min(_AMBIGUOUS_COLUMNS, len(images))
    rows = math.ceil(len(images) / columns)
    figure = Figure(
        figsize=(1.75 * _relative_width(image_shape) * columns, 0.85 * rows + 0.3),
        layout="constrained",
    )
    axes = figure.subplots(rows, columns * 3, squeeze=False)
    for axis in axes.flat:
        axis.axis("off")
    for number, row in enumerate(ambiguous.to_dict("records")):
        image, first, second = axes.flat[3 * number : 3 * number + 3]
        _draw_image(image, images[number], image_shape)
        _draw_image(first, centers[row["cluster"]], image_shape)
        _draw_image(second, centers[row["second_cluster"]], image_shape)
        image.set_title(f"class {row['class']}", fontsize=6.5, pad=2, loc="left")
        first.set_title(f"margin {row['margin']:.1e}", fontsize=6.5, pad=2, loc="left")
    figure.supxlabel("right of each image: its two nearest centres", fontsize=9)
    add_result(figure, tell_ambiguous_images(ambiguous))
    return figure


def tell_ambiguous_images(ambiguous: pd.DataFrame) -> str:
    """How near to equal the distances of all images shown are."""
    return (
        f"The two nearest centres of {count(len(ambiguous), 'image')} differ by at most "
        f"{short(100 * ambiguous['margin'].max())} % in distance."
    )


def draw(inputs: Mapping[str, Any], params: Mapping[str, Any]) -> dict[str, Drawing]:
    """The figures of the rule ``plot_clusters``: centres, silhouettes and ambiguous images."""
    shape, centers, clusters = params["image_shape"], inputs["centers"], inputs["clusters"]
    labels, silhouettes, ambiguous = inputs["labels"], inputs["silhouettes"], inputs["ambiguous"]
    images = plot_ambiguous_images(inputs["images"], centers, ambiguous, shape)
    rows = pd.DataFrame({"cluster": labels, "silhouette": silhouettes})
    return {
        "centers": Drawing(plot_cluster_centers(centers, clusters, shape), (clusters,)),
        "silhouettes": Drawing(plot_silhouette_samples(silhouettes, labels, clusters), (rows,)),
        "ambiguous": Drawing(images, (ambiguous,)),
    }


def _relative_width(image_shape: tuple[int, int]) -> float:
    """Width over height, within limits that leave room for the words beside an image."""
    height, width = image_shape
    return min(max(width / height, 0.8), 2.5)


def _draw_image(axis: Axes, pixels: np.ndarray, image_shape: tuple[int, int]) -> None:
    axis.imshow(pixels.reshape(image_shape), cmap="gray_r")
