"""Train the Keras reference model on one feature space with one batch size and seed."""

from mlplab.files import save_table
from mlplab.log import job_log
from mlplab.training import input_scaled_l2, label_history, load_samples, train_keras_reference

with job_log(snakemake.log[0], capture_stderr=True):
    params, wildcards = snakemake.params, snakemake.wildcards
    samples = load_samples(snakemake.input)
    history = train_keras_reference(
        samples,
        epochs=params.epochs,
        batch_size=int(wildcards.batch_size),
        hidden_layer_sizes=params.hidden_layer_sizes,
        seed=int(wildcards.seed),
        n_threads=params.n_threads,
        l2=input_scaled_l2(
            params.l2, samples.n_features, params.n_pixels, scale=params.scale_l2_with_inputs
        ),
    )
    save_table(snakemake.output[0], label_history(history, "keras", samples, wildcards))
