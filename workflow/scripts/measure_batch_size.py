"""Time epochs of all variants with one batch size on one input space, in rounds."""

from mlplab.benchmark.batch_sizes import measure_batch_size
from mlplab.benchmark.interleaved import Schedule
from mlplab.benchmark.problem import Device, Problem
from mlplab.provenance.records import run_job
from mlplab.runtime.files import load_array, save_table

with run_job(snakemake, capture_stderr=True):
    params = snakemake.params
    problem = Problem.from_labels(
        load_array(snakemake.input.x_train),
        load_array(snakemake.input.y_train),
        batch_size=params.batch_size,
        n_threads=params.n_threads,
        device=Device(**params.device),
    )
    measurements, absent = measure_batch_size(
        problem, params.variants, Schedule(**params.schedule), input_space=params.input_space
    )
    save_table(snakemake.output.absent, absent)
    save_table(snakemake.output.measurements, measurements)
