"""Compare the published log of Keras with trainings of several seeds."""

from mlplab.provenance.records import run_job
from mlplab.reporting.tables.keras_log import compare_log, find_passes, summarize_log
from mlplab.runtime.files import load_array, read_table, save_table

with run_job(snakemake):
    history = read_table(snakemake.input.history[0])
    published = read_table(snakemake.input.published)
    if not snakemake.params.with_published:
        published = published.head(0)
    log = compare_log(history, published, len(load_array(snakemake.input.y_train)))
    save_table(snakemake.output.log, log)
    save_table(snakemake.output.summary, summarize_log(log))
    save_table(snakemake.output.passes, find_passes(history))
