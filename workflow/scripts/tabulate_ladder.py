"""Summarise the rounds of the optimisation ladder beside the published seconds."""

from mlplab.files import read_table, save_table
from mlplab.ladder.summary import summarize_ladder
from mlplab.provenance import run_job

with run_job(snakemake):
    published = read_table(snakemake.input.published)
    if not snakemake.params.with_published:
        published = published.head(0)
    ladder = read_table(snakemake.input.ladder)
    summary = summarize_ladder(ladder, published, snakemake.params.seed)
    save_table(snakemake.output[0], summary)
