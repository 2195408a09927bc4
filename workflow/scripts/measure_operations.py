"""Time the operations of a mini-batch in NumPy and in TensorFlow, in rounds."""

from mlplab.benchmark.interleaved import Schedule
from mlplab.benchmark.operations import measure_operations
from mlplab.benchmark.problem import Problem
from mlplab.provenance.records import run_job
from mlplab.runtime.files import load_array, save_table

with run_job(snakemake, capture_stderr=True):
    problem = Problem.from_labels(
        load_array(snakemake.input.x_train),
        load_array(snakemake.input.y_train),
        batch_size=snakemake.params.batch_size,
        n_threads=snakemake.params.n_threads,
    )
    table = measure_operations(problem, Schedule(**snakemake.params.schedule))
    save_table(snakemake.output[0], table)
