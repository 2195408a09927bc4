"""Summarise the rounds of the optimisation ladder beside the published seconds."""

from mlplab.files import read_table, save_table
from mlplab.ladder.summary import summarize_ladder
from mlplab.log import job_log

with job_log(snakemake.log[0]):
    summary = summarize_ladder(
        read_table(snakemake.input.ladder),
        read_table(snakemake.input.published),
        snakemake.params.seed,
    )
    save_table(snakemake.output[0], summary)
