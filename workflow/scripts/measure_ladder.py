"""Time an epoch of every step of the optimisation ladder and of Keras, in turn."""

from mlplab.benchmark.ladder.measurement import measure_ladder
from mlplab.provenance.records import run_job
from mlplab.runtime.files import load_array, save_table

with run_job(snakemake, capture_stderr=True):
    ladder = measure_ladder(
        load_array(snakemake.input.x_train),
        load_array(snakemake.input.y_train),
        batch_size=snakemake.params.batch_size,
        n_threads=snakemake.params.n_threads,
        rounds=snakemake.params.rounds,
        seed=snakemake.params.seed,
    )
    save_table(snakemake.output[0], ladder)
