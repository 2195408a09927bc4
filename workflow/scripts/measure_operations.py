"""Time the operations of a mini-batch in NumPy and in TensorFlow, in turn."""

from mlplab.benchmark.operations import measure_operations
from mlplab.provenance.records import own_parameters, run_job
from mlplab.runtime.files import load_array, save_table

with run_job(snakemake, capture_stderr=True):
    times = measure_operations(
        load_array(snakemake.input.x_train),
        load_array(snakemake.input.y_train),
        **own_parameters(snakemake.params),
    )
    save_table(snakemake.output[0], times)
