"""Draw ratios of the seconds per epoch to those of NumPy over batch size."""

from mlplab.figures.batch_sizes import plot_batch_size_ratios
from mlplab.figures.style import save_figure
from mlplab.files import read_table
from mlplab.provenance import run_job

with run_job(snakemake):
    ratios = read_table(snakemake.input[0])
    save_figure(plot_batch_size_ratios(ratios), snakemake.output, ratios)
