"""Time the epochs of both frameworks with 1, 2, 4, … threads, in turn."""

from mlplab.benchmark.threads import measure_threads
from mlplab.provenance.records import own_parameters, run_job
from mlplab.runtime.files import load_array, save_table

with run_job(snakemake, capture_stderr=True):
    turns = measure_threads(
        load_array(snakemake.input.x_train),
        load_array(snakemake.input.y_train),
        **own_parameters(snakemake.params),
    )
    save_table(snakemake.output[0], turns)
