"""Draw seconds per epoch over batch size."""

from mlplab.figures.batch_sizes import plot_seconds_per_epoch
from mlplab.figures.style import save_figure
from mlplab.files import read_table
from mlplab.provenance import run_job

with run_job(snakemake):
    summary = read_table(snakemake.input[0])
    save_figure(plot_seconds_per_epoch(summary), snakemake.output, summary)
