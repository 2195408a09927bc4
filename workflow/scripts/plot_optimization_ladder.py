"""Draw the steps of the optimisation ladder against Keras and the published ratios."""

from mlplab.figures.ladder import plot_optimization_ladder
from mlplab.figures.style import save_figure
from mlplab.files import read_table
from mlplab.provenance import run_job

with run_job(snakemake):
    summary = read_table(snakemake.input[0])
    save_figure(plot_optimization_ladder(summary), snakemake.output, summary)
