"""Draw ratios of the seconds per epoch to those of NumPy over batch size."""

from mlplab.provenance.records import run_job
from mlplab.reporting.figures.batch_sizes import plot_batch_size_ratios
from mlplab.reporting.figures.style import save_figure
from mlplab.runtime.files import read_table

with run_job(snakemake):
    ratios = read_table(snakemake.input[0])
    save_figure(plot_batch_size_ratios(ratios), snakemake.output, ratios)
