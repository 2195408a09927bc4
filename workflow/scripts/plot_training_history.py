"""Draw cost and accuracy over epochs."""

from mlplab.figures.style import save_figure
from mlplab.figures.training import plot_training_history
from mlplab.files import read_table
from mlplab.provenance import run_job

with run_job(snakemake):
    figure = plot_training_history(
        read_table(snakemake.input[0]),
        experiment=snakemake.params.experiment,
        batch_size=snakemake.params.batch_size,
        seed=snakemake.params.seed,
    )
    save_figure(figure, snakemake.output)
