"""Draw seconds, inertia and silhouette over K."""

from mlplab.figures.clusters import plot_cluster_sweep
from mlplab.figures.style import save_figure
from mlplab.files import read_table
from mlplab.provenance import run_job

with run_job(snakemake):
    sweep = read_table(snakemake.input.sweep)
    choices = read_table(snakemake.input.choices)
    save_figure(plot_cluster_sweep(sweep, choices), snakemake.output, sweep, choices)
