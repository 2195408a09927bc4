"""Draw seconds per epoch over batch size."""

from mlplab.provenance.records import run_job
from mlplab.reporting.figures.batch_sizes import plot_seconds_per_epoch
from mlplab.reporting.figures.style import save_figure
from mlplab.runtime.files import read_table

with run_job(snakemake):
    summary = read_table(snakemake.input[0])
    save_figure(plot_seconds_per_epoch(summary), snakemake.output, summary)
