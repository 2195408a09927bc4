"""Summarise the rounds of the optimisation ladder beside published figures."""

from mlplab.benchmark.ladder.backward import build_backward_times
from mlplab.benchmark.ladder.summary import summarize_ladder
from mlplab.provenance.records import run_job
from mlplab.runtime.files import read_table, save_table

with run_job(snakemake):
    paths, output = snakemake.input, snakemake.output
    published, backward = read_table(paths.published), read_table(paths.published_backward)
    if not snakemake.params.with_published:
        published, backward = published.head(0), backward.head(0)
    ladder = read_table(paths.ladder)
    save_table(output.summary, summarize_ladder(ladder, published))
    save_table(output.backward, build_backward_times(ladder, backward))
