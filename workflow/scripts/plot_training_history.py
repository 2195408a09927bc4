"""Draw cost and accuracy over epochs."""

from mlplab.figures.style import save_figure
from mlplab.figures.training import plot_training_history, select_trainings
from mlplab.files import read_table
from mlplab.provenance import own_parameters, run_job

with run_job(snakemake):
    history = read_table(snakemake.input[0])
    chosen = select_trainings(history, **own_parameters(snakemake.params))
    save_figure(plot_training_history(chosen), snakemake.output, chosen)
