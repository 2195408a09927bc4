"""Train the NumPy network once, for the batch sizes or for an experiment of its own."""

from mlplab.files import save_table
from mlplab.numpy_training import train_numpy
from mlplab.provenance import run_job
from mlplab.training import input_scaled_l2, label_history, load_samples

with run_job(snakemake):
    params, seed = snakemake.params, int(snakemake.wildcards.seed)
    samples = load_samples(snakemake.input)
    history = train_numpy(
        samples,
        epochs=params.epochs,
        batch_size=params.batch_size,
        hidden_layer_sizes=params.hidden_layer_sizes,
        seed=seed,
        n_threads=params.n_threads,
        parameters=dict(params.network)
        | {
            "l2": input_scaled_l2(
                params.network["l2"],
                samples.n_features,
                params.n_pixels,
                scale=params.scale_l2_with_inputs,
            )
        },
    )
    labelled = label_history(
        history,
        samples,
        experiment=params.experiment,
        framework="numpy",
        space=params.space,
        batch_size=params.batch_size,
        seed=seed,
    )
    save_table(snakemake.output[0], labelled)
