"""Draw costs, accuracies and confusions of an experiment on one input space."""

from mlplab.figures import runs
from mlplab.figures.style import save_figure
from mlplab.files import read_table
from mlplab.provenance import own_parameters, run_job

with run_job(snakemake):
    output, which = snakemake.output, own_parameters(snakemake.params)
    run = runs.select_run(read_table(snakemake.input.history), **which)
    save_figure(runs.plot_run_panels(run), output.panels, run)
    save_figure(runs.plot_cost_and_accuracy(run), output.accuracy, run)
    confusion = runs.select_run(read_table(snakemake.input.confusion), **which)
    save_figure(runs.plot_confusion(confusion), output.confusion, confusion)
