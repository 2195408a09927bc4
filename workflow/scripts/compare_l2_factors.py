"""Compare values of λ₂ around that of the rule for few inputs."""

from mlplab.provenance.records import own_parameters, run_job
from mlplab.reporting.tables.experiments import compare_l2_factors
from mlplab.runtime.files import read_tables, save_table

with run_job(snakemake):
    table = compare_l2_factors(read_tables(snakemake.input), **own_parameters(snakemake.params))
    save_table(snakemake.output[0], table)
