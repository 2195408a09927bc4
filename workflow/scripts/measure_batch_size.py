"""Time epochs of all variants with one batch size on one input space, in turn."""

from mlplab.benchmark.batch_sizes import measure_batch_size
from mlplab.provenance.records import own_parameters, run_job
from mlplab.runtime.files import load_array, save_table

with run_job(snakemake, capture_stderr=True):
    turns, absent = measure_batch_size(
        load_array(snakemake.input.x_train),
        load_array(snakemake.input.y_train),
        **own_parameters(snakemake.params),
    )
    save_table(snakemake.output.absent, absent)
    save_table(snakemake.output.turns, turns)
