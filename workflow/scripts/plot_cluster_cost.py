"""Draw seconds against inertia of several ways to fit k-means."""

from mlplab.figures.clusters import plot_cluster_cost
from mlplab.figures.style import save_figure
from mlplab.files import read_table
from mlplab.provenance import run_job

with run_job(snakemake):
    cost = read_table(snakemake.input[0])
    save_figure(plot_cluster_cost(cost), snakemake.output, cost)
