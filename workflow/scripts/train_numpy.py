"""Train the NumPy network once, for the batch sizes or for an experiment of its own."""

from mlplab.provenance.records import own_parameters, run_job
from mlplab.runtime.files import save_array, save_table
from mlplab.training.numpy_training import train_labelled
from mlplab.training.samples import load_samples

with run_job(snakemake):
    training = train_labelled(
        load_samples(snakemake.input),
        seed=int(snakemake.wildcards.seed),
        **own_parameters(snakemake.params),
    )
    save_array(snakemake.output.predictions, training.predictions)
    save_table(snakemake.output.history, training.history)
