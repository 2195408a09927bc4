"""Compare input spaces by their final test accuracies, seed by seed."""

from mlplab.provenance.records import run_job
from mlplab.reporting.tables import experiments as tables
from mlplab.runtime.files import load_array, read_tables, save_table

with run_job(snakemake):
    params, inputs = snakemake.params, snakemake.input
    history = read_tables(inputs.histories)
    hits = tables.read_hits(inputs.predictions, params.trainings, load_array(inputs.y_test))
    for output, names in (
        (snakemake.output.controls, [params.controls]),
        (snakemake.output.paired, params.timed),
    ):
        save_table(output, tables.compare_spaces(history, hits, names))
