"""Put the trials of a stage into one table, the best first."""

from mlplab.files import save_table
from mlplab.provenance import run_job
from mlplab.search import rank_trials
from mlplab.tables import read_tables

with run_job(snakemake):
    save_table(snakemake.output[0], rank_trials(read_tables(snakemake.input)))
