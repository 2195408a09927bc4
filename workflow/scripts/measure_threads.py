"""Time the epochs of both frameworks with 1, 2, 4, … threads, in rounds."""

from mlplab.benchmark.interleaved import Schedule
from mlplab.benchmark.problem import Problem
from mlplab.benchmark.threads import measure_threads
from mlplab.provenance.records import run_job
from mlplab.runtime.files import load_array, save_table

with run_job(snakemake, capture_stderr=True):
    problem = Problem.from_labels(
        load_array(snakemake.input.x_train),
        load_array(snakemake.input.y_train),
        batch_size=snakemake.params.batch_size,
    )
    table = measure_threads(problem, Schedule(**snakemake.params.schedule))
    save_table(snakemake.output[0], table)
