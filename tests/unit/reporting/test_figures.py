"""What figures show: the values of their table, with units on the axes."""

import itertools
import subprocess
import sys

import numpy as np
import pandas as pd
import pytest
from matplotlib.colors import to_rgb
from matplotlib.figure import Figure

from mlplab.benchmark.ladder.backward import build_backward_times
from mlplab.benchmark.registry import VARIANTS
from mlplab.reporting.figures import batch_sizes, epoch_parts, operations, training_run
from mlplab.reporting.figures.deep_model import plot_deep_model
from mlplab.reporting.figures.drawing import (
    FRAMEWORK_STYLES,
    GREY,
    label_logarithmic,
    label_points,
    label_shares,
    load_inputs,
    save_figure,
    space_color,
    variant_styles,
)
from mlplab.reporting.figures.threads import plot_thread_scaling
from mlplab.reporting.figures.training_history import plot_training_history, select_trainings
from mlplab.reporting.tables.operations import select_operations
from mlplab.runtime.files import save_array, save_table

STYLES = {
    "numpy": {"label": "NumPy", "color": "#0072B2", "marker": "o", "linestyle": "-"},
    "keras": {"label": "Keras", "color": "#D55E00", "marker": "s", "linestyle": "--"},
    "sklearn": {"label": "scikit-learn", "color": "#009E73", "marker": "v", "linestyle": "-"},
}


def marks(axis, color=None):
    """(x, y) of all marks and corners of lines on an axis, of one colour or all."""
    points = set()
    for line in axis.lines:
        if color is None or line.get_color() == color:
            x, y = (np.asarray(data, float).round(9) for data in line.get_data())
            points |= set(zip(x, y, strict=True))
    return points


def words(figure):
    return " ".join(
        text.get_text() for text in figure.findobj(lambda artist: hasattr(artist, "get_text"))
    )


def labels(figure):
    return [(axis.get_xlabel(), axis.get_ylabel()) for axis in figure.axes]


@pytest.fixture
def times():
    """Operations of two layers in both frameworks at two batch sizes, all of other times."""
    rows = []
    for framework, functions in (
        ("numpy", ("np.dot", "np.matmul")),
        ("tensorflow", ("tf.matmul",)),
    ):
        for size in (32, 500):
            rows.append((framework, "gather", "take", None, size, np.nan, np.nan))
            for layer in ("L0", "L1"):
                for function in functions:
                    rows.append((framework, "forward", function, layer, size, 0.0, 0.0))
    names = ["framework", "operation", "function", "layer", "batch_size", "gflops"]
    table = pd.DataFrame(rows, columns=[*names, "flops_per_byte"])
    number = np.arange(1, len(table) + 1)
    return table.assign(
        seconds_per_epoch=number / 100,
        gflops=table["gflops"] + number,
        flops_per_byte=table["flops_per_byte"] + number % 5 + 1,
    )


def test_operations_show_the_seconds_of_the_functions_in_use(times):
    chosen = select_operations(times)
    assert set(chosen["function"]) == {"take", "np.dot", "tf.matmul"}
    figure = operations.plot_operations(chosen)
    assert [axis.get_title(loc="left") for axis in figure.axes] == [
        "batch size 32",
        "batch size 500",
    ]
    assert all(x == "time in an epoch (seconds)" for x, _ in labels(figure))
    for axis, size in zip(figure.axes, (32, 500), strict=True):
        for framework in ("numpy", "tensorflow"):
            rows = chosen[(chosen["batch_size"] == size) & (chosen["framework"] == framework)]
            drawn = marks(axis, FRAMEWORK_STYLES[framework]["color"])
            assert {x for x, _ in drawn} == set(rows["seconds_per_epoch"])
    names = [label.get_text() for label in figure.axes[0].get_yticklabels()]
    assert names == ["rows of the batch", "product forward, L0", "product forward, L1"]


def test_the_roof_is_the_fastest_product(times):
    chosen = select_operations(times)
    figure = operations.plot_roofline(chosen)
    fastest = chosen["gflops"].max()
    assert figure.axes[0].get_ylabel() == "speed (10⁹ operations a second)"
    assert all(x == "operations per byte of the operands" for x, _ in labels(figure))
    assert f"fastest product: {fastest:.0f}" in words(figure)
    for axis, size in zip(figure.axes, (32, 500), strict=True):
        rows = chosen[(chosen["batch_size"] == size) & chosen["gflops"].notna()]
        points = set(zip(rows["flops_per_byte"], rows["gflops"], strict=True))
        assert marks(axis) == points | {(0.0, fastest), (1.0, fastest)}


def test_threads_show_every_turn_pale_where_others_worked():
    turns = pd.DataFrame(
        {
            "framework": ["numpy"] * 4 + ["keras"] * 4,
            "setting": ["environment", "environment", "api", "api"] * 2,
            "n_threads": [1, 2] * 4,
            "cpus_used": [1.0, 1.9, 1.1, 1.8, 0.9, 1.4, 1.2, 1.3],
            "disturbed": [False] * 7 + [True],
        }
    )
    figure = plot_thread_scaling(turns)
    titles = [axis.get_title(loc="left").partition(";")[0] for axis in figure.axes]
    assert titles == ["NumPy", "Keras"]
    assert figure.axes[0].get_ylabel() == "processors used (CPU time / time)"
    assert all(x == "threads asked for" for x, _ in labels(figure))
    for axis, framework in zip(figure.axes, ("numpy", "keras"), strict=True):
        rows = turns[turns["framework"] == framework]
        drawn = marks(axis, FRAMEWORK_STYLES[framework]["color"])
        assert sorted(y for _, y in drawn) == sorted(rows["cpus_used"])
    pale = [line for line in figure.axes[1].lines if line.get_alpha() == 0.25]
    assert [list(line.get_ydata()) for line in pale] == [[1.3]]


def test_the_deep_model_shows_times_and_accuracies():
    table = pd.DataFrame(
        {
            "framework": ["numpy", "keras", "keras"],
            "variant": ["numpy", "keras", "keras_xla"],
            "seconds_per_epoch": [0.2, 0.3, 0.25],
            "first_epoch_seconds": [0.21, 0.9, 2.0],
            "test_accuracy": [0.95, 0.96, 0.961],
            "train_accuracy": [0.97, 0.98, 0.981],
        }
    )
    figure = plot_deep_model(table)
    seconds, accuracy = figure.axes
    assert [axis.get_xlabel() for axis in figure.axes] == [
        "time of an epoch (seconds)",
        "share of the images classified correctly",
    ]
    for axis, columns in (
        (seconds, ["seconds_per_epoch", "first_epoch_seconds"]),
        (accuracy, ["test_accuracy", "train_accuracy"]),
    ):
        expected = {(table.loc[i, c], float(i)) for i in range(3) for c in columns}
        assert marks(axis) == expected


@pytest.fixture
def ladder():
    return pd.DataFrame(
        {
            "step": [0, 0, 5, None],
            "name": ["float64", "float64", "this project's trainer", "Keras"],
            "backward_L0_seconds": [0.9, 0.8, np.nan, np.nan],
            "backward_L1_seconds": [0.1, 0.2, np.nan, np.nan],
            "backward_L2_seconds": [0.02, 0.03, np.nan, np.nan],
            "disturbed": [False, True, False, False],
        }
    )


def test_backward_times_stand_beside_the_published_as_milliseconds_and_ratios(ladder):
    published = pd.DataFrame(
        [(0, layer, 1, seconds, "") for layer, seconds in (("L0", 6e-3), ("L1", 1e-3))],
        columns=["step", "layer", "batch", "seconds", "source"],
    )
    times = build_backward_times(ladder.assign(batches=10, round=[1, 2, 1, 1]), published)
    figure = epoch_parts.plot_backward_times(times)
    left, right = figure.axes
    assert left.get_xlabel() == "time of a batch (milliseconds)"
    assert [label.get_text() for label in left.get_yticklabels()] == ["0  float64"]
    measured = {(x, 0.0) for x in (90, 80, 10, 20, 2, 3)}
    assert measured | {(6.0, 0.3), (1.0, 0.3)} <= marks(left)
    assert {(9.0, 0.0), (4.0, 0.0), (6.0, 0.3), (0.2, 0.0), (0.15, 0.0)} <= marks(right)
    hollow = {line.get_xdata()[0] for line in left.lines if line.get_markerfacecolor() == "white"}
    assert sorted(hollow) == pytest.approx([3, 20, 80])
    assert [text.get_text() for text in left.texts].count("published") == 1


def test_published_backward_times_of_no_layer_are_refused(ladder):
    published = pd.DataFrame({"step": [0], "layer": ["L7"], "batch": 1, "seconds": 1.0})
    with pytest.raises(ValueError, match=r"'layer': 'L7'.*allowed: steps \[0\] and layers"):
        build_backward_times(ladder.assign(batches=10, round=1), published)


def test_shares_of_an_epoch_fill_a_bar_per_step():
    summary = pd.DataFrame(
        {
            "step": [0, 0, 1],
            "name": ["float64", "float64", "float32"],
            "accuracy": ["full", "batch", "full"],
            "shuffle_share": [0.05, 0.1, 0.02],
            "batches_share": [0.6, 0.9, 0.58],
            "prediction_share": [0.35, np.nan, 0.4],
        }
    )
    figure = epoch_parts.plot_epoch_shares(epoch_parts.select_full_epochs(summary))
    axis = figure.axes[0]
    assert axis.get_xlabel() == "share of the time of an epoch"
    assert [bar.get_width() for bar in axis.patches] == [0.05, 0.6, 0.35, 0.02, 0.58, 0.4]
    assert [label.get_text() for label in axis.get_yticklabels()] == ["0  float64", "1  float32"]


@pytest.fixture
def history():
    """Two seeds of an experiment, and a training that belongs to another."""
    table = pd.DataFrame(
        [
            (name, seed, epoch)
            for name, seed in (("a", 0), ("a", 1), ("b", 0))
            for epoch in (1, 2, 3)
        ],
        columns=["experiment", "seed", "epoch"],
    ).assign(framework="numpy", input_space="pixels", batch_size=500, l2_factor=1.0)
    number = np.arange(len(table), dtype=float)
    return table.assign(
        total_cost=9000 - 500 * number,
        last_batch_cost=90 - number,
        last_batch_error=0.2 - number / 100,
        last_batch_regularization_share=number / 1000,
        train_accuracy=0.9 + number / 100,
        test_accuracy=0.89 + number / 100,
    )


def test_a_run_has_four_panels_with_a_line_per_seed(history):
    run = training_run.select_run(history, experiment="a", input_space="pixels", l2_factor=1.0)
    figure = training_run.plot_run_panels(run)
    columns = ["last_batch_cost", "last_batch_error", "last_batch_regularization_share"]
    for axis, column in zip(figure.axes, [*columns, "total_cost"], strict=True):
        drawn = [list(line.get_ydata()) for line in axis.lines]
        assert drawn == [list(seed[column]) for _, seed in run.groupby("seed")]
    assert [y for _, y in labels(figure)] == [
        "cost of the last mini-batch\n(sum of log-losses)",
        "mean absolute error of the outputs,\nlast mini-batch",
        "share of the regularisation\nin that cost",
        "cost of the training images\n(sum of log-losses)",
    ]


def test_epochs_that_were_not_measured_are_left_out(history):
    history.loc[history["epoch"] == 2, ["test_accuracy", "total_cost"]] = np.nan
    run = training_run.select_run(history, experiment="a", input_space="pixels", l2_factor=1.0)
    figure = training_run.plot_cost_and_accuracy(run)
    cost, accuracy = figure.axes
    assert [list(line.get_ydata()) for line in cost.lines] == [
        list(seed["total_cost"].dropna()) for _, seed in run.groupby("seed")
    ]
    solid = [line for line in accuracy.lines if line.get_linestyle() == "-"]
    assert [list(line.get_xdata()) for line in solid] == [[1, 3], [1, 3]]
    assert "test 0.9100 to 0.9400" in words(figure)
    assert labels(figure) == [
        ("epoch", "cost of the training images\n(sum of log-losses)"),
        ("epoch", "share of the images classified correctly"),
    ]


def test_a_run_that_is_not_there_is_refused(history):
    with pytest.raises(ValueError, match="no row of a on pixels with λ₂ times 3"):
        training_run.select_run(history, experiment="a", input_space="pixels", l2_factor=3.0)


def test_trainings_are_those_of_one_experiment_batch_size_and_seed(history):
    chosen = select_trainings(history, experiment="a", batch_size=500, seed=1)
    assert chosen["epoch"].tolist() == [1, 2, 3]
    figure = plot_training_history(chosen)
    cost, accuracy = figure.axes
    relative = chosen["total_cost"] / chosen["total_cost"].iloc[0]
    assert list(cost.lines[0].get_ydata()) == pytest.approx(relative.tolist())
    assert list(accuracy.lines[0].get_ydata()) == chosen["test_accuracy"].tolist()


def test_a_network_that_did_not_train_on_an_input_space_has_no_line_for_it(history):
    clusters = history.assign(input_space="clusters-70")
    both = pd.concat([history, history.assign(framework="keras"), clusters])
    chosen = select_trainings(both, experiment="a", batch_size=500, seed=0)
    figure = plot_training_history(chosen)
    lines = {axis.get_title(loc="left"): len(axis.lines) for axis in figure.axes[:2]}
    assert lines == {"NumPy, batch size 500": 2, "Keras, batch size 500": 1}


def test_a_confusion_matrix_shows_counts_and_shades_only_mistakes():
    confusion = pd.DataFrame(
        {
            "label": [0, 0, 1, 1],
            "predicted": [0, 1, 0, 1],
            "images": [95, 5, 20, 80],
            "share": [0.95, 0.05, 0.2, 0.8],
        }
    )
    figure = training_run.plot_confusion(confusion)
    axis = figure.axes[0]
    assert axis.images[0].get_array().tolist() == [[0, 0.05], [0.2, 0]]
    written = {text.get_position(): text.get_text() for text in axis.texts}
    assert written == {(0, 0): "95", (1, 0): "5", (0, 1): "20", (1, 1): "80"}
    assert labels(figure) == [("class given by the network", "label of the image")]


def test_the_rows_drawn_lie_beside_the_figure(tmp_path):
    figure = Figure()
    axis = figure.subplots()
    axis.plot([1, 2])
    first, second = pd.DataFrame({"k": [1, 2]}), pd.DataFrame({"k": [3], "mark": ["elbow"]})
    paths = [tmp_path / f"figure.{kind}" for kind in ("png", "svg", "csv")]
    save_figure(figure, paths, first, second)
    assert pd.read_csv(paths[2])["k"].tolist() == [1, 2, 3]
    assert pd.read_csv(paths[2])["mark"].isna().tolist() == [True, True, False]
    assert all(path.stat().st_size > 1000 for path in paths[:2])


@pytest.mark.parametrize(
    ("low", "high", "labels"),
    [
        (0.55, 0.95, ["0.6", "0.7", "0.8", "0.9"]),
        (0.1, 1.0, ["0.1", "0.2", "0.5", "1"]),
        (1, 50, ["1", "2", "5", "10", "20", "50"]),
        (1, 200, ["1", "3", "10", "30", "100"]),
        (0.012, 2.2, ["0.03", "0.1", "0.3", "1"]),
        (0.0001, 3, ["0.0001", "0.001", "0.01", "0.1", "1"]),
    ],
)
def test_a_logarithmic_axis_has_labels_however_short_it_is(low, high, labels):
    figure = Figure()
    axis = figure.subplots()
    axis.set(xscale="log", xlim=(low, high))
    label_logarithmic(axis.xaxis)
    figure.canvas.draw()
    ticks = axis.get_xticklabels(which="both")
    seen = {tick.get_text() for tick in ticks if low <= tick.get_position()[0] <= high} - {""}
    assert sorted(seen, key=float) == labels


def test_an_axis_of_accuracies_has_no_label_above_one():
    figure = Figure()
    axis = figure.subplots()
    label_shares(axis.yaxis)
    axis.set(ylim=(0.85, 1.15), yticks=[0.9, 1.0, 1.1])
    figure.canvas.draw()
    assert [label.get_text() for label in axis.get_yticklabels()] == ["0.9", "1.0", ""]
    axis.set(ylim=(0.99995, 1.00005), yticks=[0.99996, 0.99998, 1.0])
    figure.canvas.draw()
    seen = [label.get_text() for label in axis.get_yticklabels()]
    assert seen == ["0.99996", "0.99998", "1.00000"]


def test_words_stand_as_near_to_their_points_as_the_room_for_each_allows():
    figure = Figure(dpi=72)
    axis = figure.subplots()
    axis.set(xlim=(0, 1), ylim=(0, 100))
    label_points(axis, [(1, y, f"{y}", "black") for y in (10, 50, 50.1, 50.2)])
    shift = {text.get_text(): text.get_position()[1] for text in axis.texts}
    assert shift["10"] == pytest.approx(0)
    assert shift["50.1"] == pytest.approx(0)
    assert shift["50.2"] == pytest.approx(-shift["50"])
    figure.draw_without_rendering()
    boxes = sorted((text.get_window_extent() for text in axis.texts), key=lambda box: box.y0)
    assert all(low.y1 <= high.y0 + 1.5 for low, high in itertools.pairwise(boxes))


def test_variants_without_a_style_are_drawn_in_grey_with_markers_of_their_own():
    summary = pd.DataFrame(
        {
            "variant": ["numpy", "later", "earlier"] * 2,
            "input_space": "pixels",
            "batch_size": [100] * 3 + [500] * 3,
            "seconds_per_epoch": [1.0, 2.0, 3.0, 0.5, 1.5, 2.5],
        }
    )
    middle = summary["seconds_per_epoch"]
    figure = batch_sizes.plot_seconds_per_epoch(
        summary.assign(ci_low=middle * 0.9, ci_high=middle * 1.1), STYLES
    )
    axis = figure.axes[0]
    assert {(100.0, 2.0), (500.0, 1.5), (100.0, 3.0), (500.0, 2.5)} <= marks(axis, GREY)
    assert (100.0, 1.0) in marks(axis, STYLES["numpy"]["color"])
    assert all(label in words(figure) for label in ("NumPy", "later", "earlier"))
    styles = variant_styles([*summary["variant"], *STYLES], STYLES)
    assert list(styles) == [*STYLES, "earlier", "later"]
    assert len({style["marker"] for style in styles.values()}) == len(styles)


def test_ratios_are_drawn_beside_the_line_of_numpy_in_every_panel_that_has_them():
    ratios = pd.DataFrame(
        {
            "variant": ["keras", "sklearn", "keras", "keras"],
            "input_space": ["pixels", "pixels", "pixels", "clusters-70"],
            "batch_size": [100, 100, 500, 500],
            "ratio_to_numpy": [4.0, 8.0, 2.0, 3.0],
            "ci_low": [3.0, 7.0, 1.5, 2.5],
            "ci_high": [5.0, 9.0, 2.5, 3.5],
            "verdict": "slower",
        }
    )
    figure = batch_sizes.plot_batch_size_ratios(ratios, STYLES)
    pixels, clusters = figure.axes
    assert pixels.get_ylabel() == (
        "time of an epoch / that of NumPy\n(NumPy faster above 1)\nbars: 95 % intervals"
    )
    color = STYLES["keras"]["color"]
    assert {(100.0, 4.0), (500.0, 2.0)} <= marks(pixels, color)
    assert (500.0, 3.0) in marks(clusters, color)
    assert STYLES["sklearn"]["label"] not in [text.get_text() for text in clusters.texts]
    for axis in figure.axes:
        assert {(0.0, 1.0), (1.0, 1.0)} <= marks(axis, STYLES["numpy"]["color"])
    ends = [array for bars in pixels.collections for array in bars.get_segments()]
    assert [[500, 1.5], [500, 2.5]] in [end.tolist() for end in ends]


@pytest.mark.parametrize("framework", ["numpy", "keras"])
def test_a_framework_looks_in_all_figures_as_its_variant_declares(framework):
    variant = VARIANTS[framework]
    assert FRAMEWORK_STYLES[framework] == {key: getattr(variant, key) for key in STYLES["numpy"]}


def test_input_spaces_keep_their_colour_and_differ_in_grey():
    spaces = ["pixels", "clusters-40", "clusters-70", "clusters-90"]
    assert space_color("pixels-standard") == space_color("pixels")
    assert space_color("clusters-70-whitened") == space_color("clusters-70")
    grey = [np.dot(to_rgb(space_color(space)), [0.299, 0.587, 0.114]) for space in spaces]
    gaps = np.diff(sorted(grey))
    assert gaps.min() > 0.08
    kinds = ("pca-70", "projection-70", "images-70", "clusters-auto")
    assert len({space_color(space) for space in (*spaces, *kinds)}) == 8


def test_importing_and_drawing_leave_the_settings_of_the_caller_as_they_were():
    program = """
import importlib, pkgutil, sys
import matplotlib
import pandas as pd
from mlplab.reporting import figures
before = matplotlib.rcParams.copy(), matplotlib.get_backend(auto_select=False)
modules = [m.name for m in pkgutil.iter_modules(figures.__path__, figures.__name__ + ".")]
loaded = {name: importlib.import_module(name) for name in modules}
turns = pd.DataFrame({"framework": ["numpy"], "setting": "api", "n_threads": 1, "cpus_used": 1.0})
turns = pd.concat([turns, turns.assign(setting="environment")]).assign(disturbed=False)
(drawing,) = loaded[f"{figures.__name__}.threads"].draw({"threads": turns}, {}).values()
assert not drawing.figure.axes[0].spines["top"].get_visible(), "the house style"
assert (matplotlib.rcParams.copy(), matplotlib.get_backend(auto_select=False)) == before
assert "matplotlib.pyplot" not in sys.modules
assert len(modules) > 10, modules
"""
    subprocess.run([sys.executable, "-c", program], check=True)


def test_a_figure_is_drawn_from_tables_and_arrays_by_name(tmp_path):
    save_array(tmp_path / "a.npy", np.arange(3))
    save_table(tmp_path / "t.csv", pd.DataFrame({"k": [1, 2]}))
    inputs = load_inputs([("labels", str(tmp_path / "a.npy")), ("sweep", str(tmp_path / "t.csv"))])
    assert inputs["labels"].tolist() == [0, 1, 2]
    assert inputs["sweep"]["k"].tolist() == [1, 2]


def test_a_run_is_drawn_with_the_rows_that_its_figures_show(history):
    confusion = pd.DataFrame(
        {"label": [0, 1], "predicted": [0, 1], "images": 1, "share": 1.0, "experiment": "a"}
    ).assign(input_space="pixels", l2_factor=1.0)
    params = {"experiment": "a", "input_space": "pixels", "l2_factor": 1.0, "module": "not read"}
    drawn = training_run.draw({"history": history, "confusion": confusion}, params)
    rows = {name: len(drawing.tables[0]) for name, drawing in drawn.items()}
    assert rows == {"panels": 6, "accuracy": 6, "confusion": 2}
