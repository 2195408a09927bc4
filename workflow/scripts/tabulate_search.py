"""Tables of the search: what was tried, and what the chosen setting reaches."""

from mlplab.provenance.records import run_job
from mlplab.runtime.files import read_tables, save_table
from mlplab.training.search.ranking import tabulate_trials
from mlplab.training.search.results import summarize_search

with run_job(snakemake):
    trials = tabulate_trials(read_tables(snakemake.input.trials))
    result = read_tables(snakemake.input.final)
    save_table(snakemake.output.trials, trials)
    save_table(snakemake.output.result, result)
    save_table(
        snakemake.output.summary, summarize_search(result, snakemake.params.published_accuracy)
    )
