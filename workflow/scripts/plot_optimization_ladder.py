"""Draw the steps of the optimisation ladder against Keras and the published ratios."""

from mlplab.provenance.records import run_job
from mlplab.reporting.figures.ladder import plot_optimization_ladder
from mlplab.reporting.figures.style import save_figure
from mlplab.runtime.files import read_table

with run_job(snakemake):
    summary = read_table(snakemake.input[0])
    save_figure(plot_optimization_ladder(summary), snakemake.output, summary)
