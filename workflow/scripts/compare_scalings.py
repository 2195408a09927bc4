"""Compare scalings of the distances with the published accuracies."""

from mlplab.experiment_tables import compare_scalings
from mlplab.files import save_table
from mlplab.provenance import own_parameters, run_job
from mlplab.tables import read_tables

with run_job(snakemake):
    table = compare_scalings(read_tables(snakemake.input), **own_parameters(snakemake.params))
    save_table(snakemake.output[0], table)
