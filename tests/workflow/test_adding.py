"""What one adds takes the files that docs/howto/add.md names, and is then in the tables or figures.

Each test adds one thing to a copy of a finished run.
"""

import gzip
import hashlib
import sys
from pathlib import Path

import pandas as pd
import yaml

from mlplab.data.registry import ROLES
from tests.conftest import ROOT
from tests.unit.data.own import make_arrays, write_idx
from tests.workflow.running import TINY_FILE, files_in, run, snakemake

VARIANT = '''"""Gradient descent in a few lines."""

import numpy as np

from mlplab.benchmark.declaration import Variant
from mlplab.benchmark.problem import Clock, Problem

VARIANT = Variant(
    package="numpy",
    framework="numpy",
    label="a few lines",
    color="#123456",
    marker="*",
    linestyle=":",
)


def train(problem: Problem, clock: Clock) -> None:
    """See :mod:`mlplab.benchmark.registry`."""
    targets = np.eye(problem.layer_sizes[-1], dtype=np.float32)[problem.codes]
    weights = np.zeros((problem.x.shape[1], targets.shape[1]), np.float32)
    for _ in range(problem.epochs):
        clock.start()
        for first in range(0, len(problem.x), problem.batch_size):
            x, y = (a[first : first + problem.batch_size] for a in (problem.x, targets))
            weights -= 1e-5 * x.T @ (x @ weights - y)
        clock.stop()
'''
CLAIM = """
- id: X-clusters
  article: C
  statement: Silhouette of some images of the clusters
  kind: statement
  words: it is above the lowest
  bound: -1.0
  unit: silhouette coefficient
  comparison: at least
  bound_reason: any silhouette is
  requires: {silhouette.memory_mib: 768}
  value: {table: silhouette_error, column: silhouette, where: {k: 10}}
"""
FIGURE = '''"""Sizes of the clusters, drawn."""

from matplotlib.figure import Figure

from mlplab.reporting.figures.drawing import Drawing, in_house_style


@in_house_style
def plot_sizes(clusters):
    figure = Figure(figsize=(4, 3))
    figure.subplots().bar(clusters["cluster"], clusters["size"])
    figure.suptitle("Sizes that nobody drew before")
    return figure


def draw(inputs, params):
    return {"sizes": Drawing(plot_sizes(inputs["clusters"]), (inputs["clusters"],))}
'''
FIGURE_RULE = """

rule plot_sizes:
    input:
        clusters=f"{RESULTS}/tables/clusters_10.csv",
    output:
        sizes=figure_files("cluster_sizes", "Clusters", "sizes of the clusters"),
    log:
        f"{RESULTS}/logs/plot_sizes.log",
    localrule: True
    params:
        module="mlplab.reporting.figures.cluster_sizes",
    script:
        "../scripts/plot_figures.py"
"""
TABLE = '''"""The largest clusters."""

from mlplab.runtime.tables import Table

LARGEST = Table(
    "largest_clusters",
    "a row per cluster with many images",
    {"cluster": "number of the cluster", "size": "images in it, more than in any table before"},
)


def find_largest(clusters):
    """The clusters with more images than the mean."""
    return LARGEST.arrange(clusters[clusters["size"] > clusters["size"].mean()])
'''
TABLE_SCRIPT = '''"""Find the largest clusters."""

from mlplab.clusters.largest import find_largest
from mlplab.provenance.records import run_job
from mlplab.runtime.files import read_table, save_table

with run_job(snakemake):
    save_table(snakemake.output[0], find_largest(read_table(snakemake.input[0])))
'''
TABLE_RULE = """

rule tabulate_largest:
    input:
        f"{RESULTS}/tables/clusters_10.csv",
    output:
        table_file("largest_clusters"),
    log:
        f"{RESULTS}/logs/tabulate_largest.log",
    localrule: True
    script:
        "../scripts/tabulate_largest.py"
"""


def append(path, text):
    with path.open("a") as file:
        file.write(text)


def make(folder, *targets):
    done = snakemake(folder, *TINY_FILE, *targets)
    assert done.returncode == 0, done.stderr


def test_a_variant_is_its_module(tiny_copy):
    path = tiny_copy / "src" / "mlplab" / "benchmark" / "variants" / "lines_variant.py"
    path.write_text(VARIANT)
    # The default configuration measures all variants; two are enough here.
    measured = ("--config", "benchmark={variants: [numpy, lines]}")
    figure, rows = (f"results/tiny/figures/seconds_per_epoch.{kind}" for kind in ("svg", "csv"))
    make(tiny_copy, *measured, "--", "results/tiny/tables/batch_size_ratios.csv", figure)
    ratios = pd.read_csv(tiny_copy / "results/tiny/tables/batch_size_ratios.csv")
    assert set(ratios["variant"]) == {"lines"}
    assert ratios["ratio_to_numpy"].gt(0).all()
    assert "#123456" in (tiny_copy / figure).read_text()
    assert "lines" in set(pd.read_csv(tiny_copy / rows)["variant"])


def test_the_default_configuration_measures_every_variant_there_is():
    config = yaml.safe_load((ROOT / "config" / "config.yaml").read_text())
    assert config["benchmark"]["variants"] == "all"


def test_a_claim_is_its_entry_also_of_a_table_and_a_section_that_no_other_names(tiny_copy):
    before = (tiny_copy / "config" / "claims.yaml").read_text()
    assert "silhouette_error" not in before
    assert "silhouette." not in before
    append(tiny_copy / "config" / "claims.yaml", CLAIM)
    make(tiny_copy, "--", "results/tiny/tables/claims.csv")
    claims = pd.read_csv(tiny_copy / "results/tiny/tables/claims.csv").set_index("id")
    assert claims.loc["X-clusters", "verdict"] == "one run"
    page = (tiny_copy / "results/tiny/tables/claims.md").read_text()
    assert "Silhouette of some images of the clusters" in page


def test_a_figure_is_its_module_its_rule_and_its_caption(tiny_copy):
    module = tiny_copy / "src" / "mlplab" / "reporting" / "figures" / "cluster_sizes.py"
    module.write_text(FIGURE)
    append(tiny_copy / "workflow" / "rules" / "figures.smk", FIGURE_RULE)
    caption = tiny_copy / "workflow" / "report" / "cluster_sizes.rst"
    caption.write_text("Sizes of the clusters.\n")
    before = files_in(tiny_copy / "results" / "tiny" / "figures")
    make(tiny_copy, "--", "figures")
    new = files_in(tiny_copy / "results" / "tiny" / "figures") - before
    assert {f"cluster_sizes.{kind}" for kind in ("png", "svg", "csv")} <= new
    figure = tiny_copy / "results" / "tiny" / "figures" / "cluster_sizes.svg"
    assert "Sizes that nobody drew before" in figure.read_text()


def test_a_table_is_its_module_its_rule_and_its_script(tiny_copy):
    (tiny_copy / "src" / "mlplab" / "clusters" / "largest.py").write_text(TABLE)
    (tiny_copy / "workflow" / "scripts" / "tabulate_largest.py").write_text(TABLE_SCRIPT)
    append(tiny_copy / "workflow" / "rules" / "tables.smk", TABLE_RULE)
    make(tiny_copy, "--", "tables")
    largest = pd.read_csv(tiny_copy / "results" / "tiny" / "tables" / "largest_clusters.csv")
    assert largest.columns.tolist() == ["cluster", "size"]
    assert 0 < len(largest) < 10
    done = run(tiny_copy, sys.executable, "-m", "mlplab.reporting.tables_page")
    assert done.returncode == 0, done.stderr
    assert "images in it, more than in any table before" in (
        tiny_copy / "docs" / "generated" / "tables.md"
    ).read_text(encoding="utf-8")


def test_a_data_set_is_its_entry(tiny_copy, tmp_path):
    paths = write_idx(tmp_path, make_arrays(900, 400))
    files = {}
    for role in ROLES:
        content = Path(paths[role]).read_bytes()
        content = gzip.decompress(content) if content[:2] == b"\x1f\x8b" else content
        digest = hashlib.sha256(content).hexdigest()
        files[role] = {"name": f"mine-{role}", "bytes": len(content), "sha256": digest}
        (tmp_path / f"mine-{role}").write_bytes(content)
    entry = {"mine": {"title": "Mine", "image_shape": [12, 20], "files": files, "sources": []}}
    append(tiny_copy / "config" / "datasets.yaml", "\n" + yaml.safe_dump(entry))
    chosen = ("--config", "dataset=mine", f"data_dir={tmp_path}", "run=mine")
    make(tiny_copy, *chosen, "--", "results/mine/tables/cluster_sweep.csv")
    sweep = pd.read_csv(tiny_copy / "results" / "mine" / "tables" / "cluster_sweep.csv")
    assert set(sweep["dataset"]) == {"mine"}


def test_an_experiment_is_its_entry(tiny_copy):
    entry = "experiments={mine: {input_spaces: [pca-5], epochs: 1, batch_size: 100, seeds: [0]}}"
    make(tiny_copy, "--config", entry, "--", "results/tiny/tables/final_accuracies.csv")
    table = pd.read_csv(tiny_copy / "results" / "tiny" / "tables" / "final_accuracies.csv")
    assert table.loc[table["experiment"] == "mine", "input_space"].tolist() == ["pca-5"]
