"""Summarise the rounds of the optimisation ladder beside the published seconds."""

from mlplab.files import read_table, save_table
from mlplab.ladder.summary import summarize_ladder
from mlplab.provenance import run_job

with run_job(snakemake):
    summary = summarize_ladder(
        read_table(snakemake.input.ladder),
        read_table(snakemake.input.published),
        snakemake.params.seed,
    )
    save_table(snakemake.output[0], summary)
