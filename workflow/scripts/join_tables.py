"""Put tables with the same columns below each other, in the order of the inputs."""

from mlplab.files import save_table
from mlplab.provenance import run_job
from mlplab.tables import read_tables

with run_job(snakemake):
    save_table(snakemake.output[0], read_tables(snakemake.input))
