"""Summarise the rounds of the optimisation ladder, and put published figures beside them."""

from mlplab.files import read_table, save_table
from mlplab.ladder.backward import build_backward_times
from mlplab.ladder.summary import summarize_ladder
from mlplab.provenance import run_job

with run_job(snakemake):
    paths, output = snakemake.input, snakemake.output
    ladder = read_table(paths.ladder)
    summary = summarize_ladder(ladder, read_table(paths.published), snakemake.params.seed)
    save_table(output.summary, summary)
    save_table(output.backward, build_backward_times(ladder, read_table(paths.published_backward)))
