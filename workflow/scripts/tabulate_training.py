"""Join all trainings in one table, and list their final accuracies."""

from mlplab.provenance.records import run_job
from mlplab.reporting.tables import training as tables
from mlplab.runtime.files import save_table

with run_job(snakemake):
    history = tables.build_training_history(snakemake.input)
    save_table(snakemake.output.history, history)
    save_table(snakemake.output.accuracies, tables.build_final_accuracies(history))
