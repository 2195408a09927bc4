"""Train the NumPy network once, for the batch sizes or for an experiment of its own."""

from mlplab.provenance.records import run_job
from mlplab.runtime.files import save_array, save_table
from mlplab.training.numpy_training import train_labelled
from mlplab.training.samples import load_samples
from mlplab.training.settings import NetworkSettings, TrainingLabel, TrainingSettings

with run_job(snakemake):
    params = snakemake.params
    training = train_labelled(
        load_samples(snakemake.input),
        TrainingLabel(
            experiment=params.experiment,
            framework="numpy",
            space=params.space,
            seed=int(snakemake.wildcards.seed),
            l2_factor=params.l2_factor,
        ),
        NetworkSettings(**params.network),
        TrainingSettings(**params.settings),
        n_pixels=params.n_pixels,
        n_threads=params.n_threads,
    )
    save_array(snakemake.output.predictions, training.predictions)
    save_table(snakemake.output.history, training.history)
