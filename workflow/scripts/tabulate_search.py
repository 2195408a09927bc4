"""Tables of the search: its trials, and the accuracy of the chosen setting."""

from mlplab.provenance.records import run_job
from mlplab.reporting.tables import search as tables
from mlplab.runtime.files import read_tables, save_table
from mlplab.training.search.ranking import tabulate_trials
from mlplab.training.search.results import summarize_search

with run_job(snakemake):
    output = snakemake.output
    trials = tabulate_trials(read_tables(snakemake.input.trials))
    result = tables.RESULT.arrange(read_tables(snakemake.input.final))
    summary = summarize_search(result, snakemake.params.published_accuracy)
    save_table(output.trials, tables.TRIALS.arrange(trials))
    save_table(output.result, result)
    save_table(output.summary, tables.SUMMARY.arrange(summary))
