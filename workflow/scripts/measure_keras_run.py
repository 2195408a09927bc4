"""Time article A's call of Keras by its parts, twice in each of several processes."""

from mlplab.benchmark.keras_run import measure_keras_run
from mlplab.benchmark.problem import Problem
from mlplab.provenance.records import run_job
from mlplab.runtime.files import load_array, save_table

with run_job(snakemake, capture_stderr=True):
    params, paths = snakemake.params, snakemake.input
    problem = Problem.from_labels(
        load_array(paths.x_train),
        load_array(paths.y_train),
        batch_size=params.batch_size,
        n_threads=params.n_threads,
        test=(load_array(paths.x_test), load_array(paths.y_test)),
    )
    table = measure_keras_run(
        problem, epochs=params.epochs, processes=params.processes, retries=params.retries
    )
    save_table(snakemake.output[0], table)
