"""Draw seconds per epoch over batch size."""

from mlplab.figures.style import save_figure
from mlplab.figures.training import plot_seconds_per_epoch
from mlplab.files import read_table
from mlplab.provenance import run_job

with run_job(snakemake):
    figure = plot_seconds_per_epoch(
        read_table(snakemake.input.benchmark), read_table(snakemake.input.ratios)
    )
    save_figure(figure, snakemake.output)
