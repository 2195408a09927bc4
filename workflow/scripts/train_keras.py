"""Train the Keras reference model on one input space with one batch size and seed."""

from mlplab.provenance.records import run_job
from mlplab.runtime.files import save_table
from mlplab.training.history import label_history
from mlplab.training.keras_training import train_keras_reference
from mlplab.training.samples import load_samples
from mlplab.training.settings import input_scaled_l2

with run_job(snakemake, capture_stderr=True):
    params, seed = snakemake.params, int(snakemake.wildcards.seed)
    samples = load_samples(snakemake.input)
    history = train_keras_reference(
        samples,
        epochs=params.epochs,
        batch_size=params.batch_size,
        hidden_layer_sizes=params.hidden_layer_sizes,
        seed=seed,
        n_threads=params.n_threads,
        l2=input_scaled_l2(
            params.l2, samples.n_features, params.n_pixels, scale=params.scale_l2_with_inputs
        ),
    )
    labelled = label_history(
        history,
        samples,
        experiment=params.experiment,
        framework="keras",
        space=params.space,
        batch_size=params.batch_size,
        seed=seed,
    )
    save_table(snakemake.output[0], labelled)
