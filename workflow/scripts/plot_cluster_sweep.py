"""Draw seconds, inertia and silhouette over K."""

from mlplab.provenance.records import run_job
from mlplab.reporting.figures.clusters import plot_cluster_sweep
from mlplab.reporting.figures.style import save_figure
from mlplab.runtime.files import read_table

with run_job(snakemake):
    sweep = read_table(snakemake.input.sweep)
    choices = read_table(snakemake.input.choices)
    save_figure(plot_cluster_sweep(sweep, choices), snakemake.output, sweep, choices)
