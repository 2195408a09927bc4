"""Draw costs and accuracies of an experiment on one input space."""

from mlplab.figures.runs import plot_cost_and_accuracy, plot_run_panels, select_run
from mlplab.figures.style import save_figure
from mlplab.files import read_table
from mlplab.provenance import own_parameters, run_job

with run_job(snakemake):
    run = select_run(read_table(snakemake.input[0]), **own_parameters(snakemake.params))
    save_figure(plot_run_panels(run), snakemake.output.panels, run)
    save_figure(plot_cost_and_accuracy(run), snakemake.output.accuracy, run)
