"""Put all trainings into one table, and draw seconds, ratios and accuracies from it."""

from mlplab import tables
from mlplab.files import save_table
from mlplab.provenance import run_job

with run_job(snakemake):
    history = tables.build_training_history(snakemake.input)
    benchmark = tables.build_batch_size_benchmark(history, snakemake.params.experiment)
    ratios = tables.build_batch_size_ratios(benchmark, snakemake.params.seed)
    save_table(snakemake.output.history, history)
    save_table(snakemake.output.benchmark, benchmark)
    save_table(snakemake.output.ratios, ratios)
    save_table(snakemake.output.accuracies, tables.build_final_accuracies(history))
