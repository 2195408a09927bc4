import itertools

import numpy as np
import pandas as pd

from mlplab.reporting.figures import comparisons


def words(figure):
    return [text.get_text() for axis in figure.axes for text in axis.texts]


def test_controls_stand_in_order_of_their_accuracy_with_their_verdicts():
    controls = pd.DataFrame(
        {
            "input_space": ["clusters-70", "pca-70-whitened", "images-70"],
            "epochs": 300,
            "test_accuracy": [0.97, 0.98, 0.96],
            "ci_low": [0.96, 0.97, np.nan],
            "ci_high": [0.98, 0.99, np.nan],
            "difference": [np.nan, 0.01, -0.01],
            "difference_ci_low": [np.nan, 0.005, np.nan],
            "difference_ci_high": [np.nan, 0.015, np.nan],
            "verdict": ["reference", "better", "not tested"],
        }
    )
    figure = comparisons.plot_feature_controls(controls)
    names = [label.get_text() for label in figure.axes[0].get_yticklabels()]
    assert names == [
        "distances to 70 training images",
        "distances to 70 cluster centres",
        "70 principal components (whitened)",
    ]
    assert words(figure) == ["0.9600", "0.9700", "0.9800", "not tested", "reference", "better"]


def test_every_factor_of_l2_is_named_with_the_l2_it_gives():
    rule = pd.DataFrame(
        {
            "input_space": "clusters-70",
            "l2_factor": [0.1, 1.0, 10.0],
            "l2": [0.002, 0.02, 0.2],
            "epochs": 200,
            "validation_accuracy": [0.96, 0.97, 0.95],
            "ci_low": [0.95, 0.96, 0.94],
            "ci_high": [0.97, 0.98, 0.96],
            "verdict": "no clear difference",
        }
    )
    figure = comparisons.plot_lambda_rule(rule)
    ticks = [label.get_text() for label in figure.axes[0].get_xticklabels()]
    assert ticks == ["0.1\n0.002", "1\n0.02", "10\n0.2"]
    title = figure.axes[0].get_title(loc="left")
    assert title == (
        "After 200 epochs on distances to 70 cluster centres; bars: 95 % intervals over seeds"
    )


def test_targets_are_marked_where_they_are_reached():
    curves = pd.DataFrame(
        {
            "input_space": ["pixels"] * 3 + ["clusters-70"] * 3,
            "epoch": [1, 2, 3] * 2,
            "seconds": [10, 20, 30, 1, 2, 3],
            "test_accuracy": [0.9, 0.97, 0.972, 0.9, 0.973, 0.978],
            "lowest": [0.89, 0.969, 0.971, 0.89, 0.972, 0.977],
            "highest": [0.91, 0.971, 0.973, 0.91, 0.974, 0.979],
        }
    )
    summary = pd.DataFrame(
        {
            "input_space": ["pixels", "clusters-70"],
            "target": 0.974,
            "target_kind": "published",
            "seeds_reached": [0, 2],
            "seeds": 2,
            "seconds": [np.nan, 2.5],
            "speedup": [np.nan, 12.0],
        }
    )
    figure = comparisons.plot_time_to_accuracy(curves, summary)
    marks = [line for line in figure.axes[0].lines if line.get_marker() == "o"]
    places = [tuple(xy) for line in marks for xy in line.get_xydata()]
    assert places == [(2.5, 0.974)]
    assert sorted(words(figure)) == [
        "0.974 published",
        "distances to 70 cluster centres",
        "pixels",
    ]


def test_curves_that_end_far_below_the_targets_are_labelled_within_the_axis():
    curves = pd.DataFrame(
        {
            "input_space": ["pixels"] * 2 + ["clusters-70"] * 2,
            "epoch": [1, 2] * 2,
            "seconds": [10, 20, 1, 2],
            "test_accuracy": [0.85, 0.887, 0.8, 0.846],
            "lowest": [0.84, 0.886, 0.79, 0.84],
            "highest": [0.86, 0.888, 0.81, 0.85],
        }
    )
    reached = {"seeds": 1, "seeds_reached": [1, 0], "seconds": [20, np.nan]}
    summary = pd.DataFrame(
        {"input_space": ["pixels", "clusters-70"], "target": 0.887, "target_kind": "best"} | reached
    )
    figure = comparisons.plot_time_to_accuracy(curves, summary)
    figure.draw_without_rendering()
    (axis,) = figure.axes
    frame = axis.get_window_extent()
    assert all(frame.y0 < text.get_window_extent().y0 < frame.y1 for text in axis.texts)


def test_targets_that_are_nearly_one_line_are_named_beside_each_other():
    curves = pd.DataFrame(
        {
            "input_space": ["pixels"] * 2,
            "epoch": [1, 2],
            "seconds": [1, 2],
            "test_accuracy": [0.5, 0.6],
            "lowest": [0.5, 0.6],
            "highest": [0.5, 0.6],
        }
    )
    targets = [(0.974, "published"), (0.5, "configured"), (0.978, "published")]
    summary = pd.DataFrame(targets, columns=["target", "target_kind"]).assign(
        input_space="pixels", seeds=1, seeds_reached=0, seconds=np.nan
    )
    figure = comparisons.plot_time_to_accuracy(curves, summary)
    wanted = ["0.5 configured", "0.978 published, 0.974 published", "pixels"]
    assert sorted(words(figure)) == wanted
    assert sorted(line.get_ydata()[0] for line in figure.axes[0].lines[-3:]) == [0.5, 0.974, 0.978]


def test_controls_end_with_their_names_which_do_not_overlap():
    spaces = ["clusters-70", "clusters-70-whitened", "clusters-70-samplestandard", "pca-70"]
    spaces += ["projection-70", "images-70", "pixels"]
    curves = pd.concat(
        pd.DataFrame(
            {
                "input_space": space,
                "epoch": range(1, 201),
                "cpu_seconds": np.arange(1, 201) * (0.17 if space == "pixels" else 0.04),
                "validation_accuracy": (0.9725 + n / 1e5) * (1 - np.exp(-np.arange(1, 201) / 9)),
            }
        ).assign(
            lowest=lambda rows: rows["validation_accuracy"] - 0.001,
            highest=lambda rows: rows["validation_accuracy"] + 0.001,
        )
        for n, space in enumerate(spaces)
    )
    figure = comparisons.plot_controls_over_time(curves)
    axis = figure.axes[0]
    assert axis.get_xlabel() == "CPU time of training (seconds)"
    assert len(axis.collections) == len(spaces)
    assert {text.get_text().rsplit(" ", 1)[0] for text in axis.texts} >= {
        "pixels",
        "70 principal components",
    }
    ends = [line.get_xydata()[0] for line in axis.lines if line.get_marker() == "o"]
    assert sorted(x for x, _ in ends) == [8.0] * 6 + [34.0]
    figure.draw_without_rendering()
    boxes = sorted((text.get_window_extent() for text in axis.texts), key=lambda box: box.y0)
    assert all(low.y1 <= high.y0 + 1.5 for low, high in itertools.pairwise(boxes))
    of_distances = {
        line.get_linestyle()
        for line in axis.lines
        if len(line.get_xdata()) == 200 and line.get_color() == comparisons.space_color(spaces[0])
    }
    assert of_distances == {"-", "--", ":"}
