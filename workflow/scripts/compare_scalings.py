"""Compare scalings of the distances with the published accuracies."""

from mlplab.provenance.records import own_parameters, run_job
from mlplab.reporting.tables.experiments import compare_scalings
from mlplab.runtime.files import read_tables, save_table

with run_job(snakemake):
    table = compare_scalings(read_tables(snakemake.input), **own_parameters(snakemake.params))
    save_table(snakemake.output[0], table)
