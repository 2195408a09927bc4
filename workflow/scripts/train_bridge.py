"""Train the networks between NumPy's network and Keras' model that lie in one direction."""

from mlplab.provenance.records import run_job
from mlplab.runtime.files import load_array, save_table
from mlplab.training.bridge import BridgeTraining, describe_networks, train_direction
from mlplab.training.differences import trained_stops
from mlplab.training.samples import Samples

with run_job(snakemake, capture_stderr=True):
    params, paths = snakemake.params, snakemake.input
    samples = {
        framework: Samples(
            load_array(paths[f"{framework}_train"]),
            load_array(paths.y_train),
            load_array(paths[f"{framework}_test"]),
            load_array(paths.y_test),
        )
        for framework in ("numpy", "keras")
    }
    network = describe_networks(
        params.network,
        batch_size=params.batch_size,
        n_features=samples["numpy"].n_features,
        n_pixels=params.n_pixels,
        keras_l2=params.keras_l2,
    )
    direction = snakemake.wildcards.direction
    stops = [stop for stop in trained_stops(params.order) if stop.direction == direction]
    training = BridgeTraining(params.epochs, params.seeds, snakemake.threads)
    save_table(snakemake.output[0], train_direction(samples, stops, network, training))
