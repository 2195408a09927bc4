"""Time an epoch of every step of the optimisation ladder and of Keras, in rounds."""

from mlplab.benchmark.interleaved import Schedule
from mlplab.benchmark.ladder.measurement import measure_ladder
from mlplab.benchmark.problem import Problem
from mlplab.provenance.records import run_job
from mlplab.runtime.files import load_array, save_table

with run_job(snakemake, capture_stderr=True):
    problem = Problem.from_labels(
        load_array(snakemake.input.x_train),
        load_array(snakemake.input.y_train),
        batch_size=snakemake.params.batch_size,
        n_threads=snakemake.params.n_threads,
        test=(load_array(snakemake.input.x_test), load_array(snakemake.input.y_test)),
    )
    ladder, allocation = measure_ladder(problem, Schedule(**snakemake.params.schedule))
    save_table(snakemake.output.ladder, ladder)
    save_table(snakemake.output.allocation, allocation)
