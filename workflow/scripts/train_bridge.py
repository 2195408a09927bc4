"""Train the network of a stop between NumPy's network and Keras' model, with all seeds."""

from mlplab.keras_mlp.differences import find_stop
from mlplab.provenance.records import run_job
from mlplab.runtime.files import save_table
from mlplab.training.bridge import describe_networks, train_stop
from mlplab.training.samples import load_samples

with run_job(snakemake, capture_stderr=True):
    params, samples = snakemake.params, load_samples(snakemake.input)
    network = describe_networks(
        params.network,
        batch_size=params.batch_size,
        n_features=samples.n_features,
        n_pixels=params.n_pixels,
        keras_l2=params.keras_l2,
    )
    table = train_stop(
        samples,
        find_stop(snakemake.wildcards.stop, params.order),
        network,
        epochs=params.epochs,
        seeds=params.seeds,
        n_threads=snakemake.threads,
    )
    save_table(snakemake.output[0], table)
