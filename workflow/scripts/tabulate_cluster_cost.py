"""Join the fits of all settings, with their inertia relative to the best."""

from mlplab.clusters.cost import build_cost_quality
from mlplab.provenance.records import run_job
from mlplab.runtime.files import read_tables, save_table

with run_job(snakemake):
    save_table(snakemake.output[0], build_cost_quality(read_tables(snakemake.input)))
