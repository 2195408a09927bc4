"""Draw seconds against inertia of several ways to fit k-means."""

from mlplab.provenance.records import run_job
from mlplab.reporting.figures.clusters import plot_cluster_cost
from mlplab.reporting.figures.style import save_figure
from mlplab.runtime.files import read_table

with run_job(snakemake):
    cost = read_table(snakemake.input[0])
    save_figure(plot_cluster_cost(cost), snakemake.output, cost)
