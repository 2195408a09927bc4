"""Tabulate what each difference between NumPy's network and Keras' model changes."""

from mlplab.provenance.records import run_job
from mlplab.reporting.tables.bridge import tabulate_bridge
from mlplab.runtime.files import read_tables, save_table

with run_job(snakemake):
    table = tabulate_bridge(read_tables(snakemake.input), snakemake.params.order)
    save_table(snakemake.output[0], table)
