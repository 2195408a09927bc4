"""Train the Keras reference model on one input space with one batch size and seed."""

from mlplab.provenance.records import run_job
from mlplab.runtime.files import save_table
from mlplab.training.history import label_history
from mlplab.training.keras_training import train_keras_reference
from mlplab.training.samples import load_samples
from mlplab.training.settings import TrainingLabel, TrainingSettings, input_scaled_l2

with run_job(snakemake, capture_stderr=True):
    params, seed = snakemake.params, int(snakemake.wildcards.seed)
    samples, settings = load_samples(snakemake.input), TrainingSettings(**params.settings)
    n_features = samples.n_features
    history = train_keras_reference(
        samples,
        settings,
        hidden_layer_sizes=params.hidden_layer_sizes,
        l2=input_scaled_l2(
            params.l2, n_features, params.n_pixels, scale=params.scale_l2_with_inputs
        ),
        seed=seed,
        n_threads=params.n_threads,
    )
    label = TrainingLabel(params.experiment, "keras", params.space, seed)
    table = label_history(history, label, n_features=n_features, batch_size=settings.batch_size)
    save_table(snakemake.output[0], table)
