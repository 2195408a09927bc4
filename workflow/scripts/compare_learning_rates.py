"""Compare learning rates by the epochs until an accuracy."""

from mlplab.provenance.records import own_parameters, run_job
from mlplab.reporting.tables.learning_rates import compare_learning_rates
from mlplab.runtime.files import read_tables, save_table

with run_job(snakemake):
    table = compare_learning_rates(read_tables(snakemake.input), **own_parameters(snakemake.params))
    save_table(snakemake.output[0], table)
