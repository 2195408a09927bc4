"""Compare strengths of λ₂ around the one that the rule for few inputs gives."""

from mlplab.experiment_tables import compare_l2_factors
from mlplab.files import save_table
from mlplab.provenance import own_parameters, run_job
from mlplab.tables import read_tables

with run_job(snakemake):
    table = compare_l2_factors(read_tables(snakemake.input), **own_parameters(snakemake.params))
    save_table(snakemake.output[0], table)
