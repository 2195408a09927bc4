"""Put the fits of all settings into one table, with their inertia relative to the best."""

from mlplab.cluster_cost import build_cost_quality
from mlplab.files import save_table
from mlplab.provenance import run_job
from mlplab.tables import read_tables

with run_job(snakemake):
    save_table(snakemake.output[0], build_cost_quality(read_tables(snakemake.input)))
