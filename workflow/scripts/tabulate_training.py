"""Put all trainings into one table, and draw accuracies from it."""

from mlplab import tables
from mlplab.files import save_table
from mlplab.provenance import run_job

with run_job(snakemake):
    history = tables.build_training_history(snakemake.input)
    save_table(snakemake.output.history, history)
    save_table(snakemake.output.accuracies, tables.build_final_accuracies(history))
