"""Draw cost and accuracy over epochs."""

from mlplab.provenance.records import own_parameters, run_job
from mlplab.reporting.figures.style import save_figure
from mlplab.reporting.figures.training import plot_training_history, select_trainings
from mlplab.runtime.files import read_table

with run_job(snakemake):
    history = read_table(snakemake.input[0])
    chosen = select_trainings(history, **own_parameters(snakemake.params))
    save_figure(plot_training_history(chosen), snakemake.output, chosen)
