"""Tables of the search: what was tried, and what the chosen setting reaches."""

from mlplab.files import save_table
from mlplab.provenance import run_job
from mlplab.search.ranking import tabulate_trials
from mlplab.search.results import summarize_search
from mlplab.tables import read_tables

with run_job(snakemake):
    trials = tabulate_trials(read_tables(snakemake.input.trials))
    result = read_tables(snakemake.input.final)
    save_table(snakemake.output.trials, trials)
    save_table(snakemake.output.result, result)
    save_table(
        snakemake.output.summary, summarize_search(result, snakemake.params.published_accuracy)
    )
