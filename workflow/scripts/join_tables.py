"""Put tables with the same columns below each other, in the order of the inputs."""

from mlplab.provenance.records import run_job
from mlplab.runtime.files import read_tables, save_table

with run_job(snakemake):
    save_table(snakemake.output[0], read_tables(snakemake.input))
