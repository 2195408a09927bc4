"""Draw costs, accuracies and confusions of an experiment on one input space."""

from mlplab.provenance.records import own_parameters, run_job
from mlplab.reporting.figures import runs
from mlplab.reporting.figures.style import save_figure
from mlplab.runtime.files import read_table

with run_job(snakemake):
    output, which = snakemake.output, own_parameters(snakemake.params)
    run = runs.select_run(read_table(snakemake.input.history), **which)
    save_figure(runs.plot_run_panels(run), output.panels, run)
    save_figure(runs.plot_cost_and_accuracy(run), output.accuracy, run)
    confusion = runs.select_run(read_table(snakemake.input.confusion), **which)
    save_figure(runs.plot_confusion(confusion), output.confusion, confusion)
