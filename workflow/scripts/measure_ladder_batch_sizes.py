"""Time an epoch of steps of the ladder and of Keras with several batch sizes, in rounds."""

from mlplab.benchmark.interleaved import Schedule
from mlplab.benchmark.ladder.batch_sizes import measure_ladder_batch_sizes
from mlplab.benchmark.problem import Problem
from mlplab.provenance.records import run_job
from mlplab.runtime.files import load_array, save_table

with run_job(snakemake, capture_stderr=True):
    params = snakemake.params
    problem = Problem.from_labels(
        load_array(snakemake.input.x_train),
        load_array(snakemake.input.y_train),
        batch_size=params.batch_sizes[0],
        n_threads=params.n_threads,
    )
    table = measure_ladder_batch_sizes(problem, params.batch_sizes, Schedule(**params.schedule))
    save_table(snakemake.output[0], table)
