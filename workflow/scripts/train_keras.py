"""Train the Keras reference model on one input space, with all batch sizes and seeds."""

from mlplab.provenance.records import run_job
from mlplab.runtime.files import load_array, save_table
from mlplab.training.keras_training import ReferenceModel, train_keras_together
from mlplab.training.samples import Samples
from mlplab.training.settings import TrainingLabel, TrainingSettings

with run_job(snakemake, capture_stderr=True):
    params, paths = snakemake.params, snakemake.input

    def samples_of(seed):
        parts = (paths[f"x_{part}"][params.seeds.index(seed)] for part in ("train", "test"))
        x_train, x_test = map(load_array, parts)
        return Samples(x_train, load_array(paths.y_train), x_test, load_array(paths.y_test))

    history = train_keras_together(
        [
            (
                TrainingLabel(params.experiment, "keras", params.space, seed),
                TrainingSettings(epochs=params.epochs, batch_size=batch_size),
            )
            for batch_size in params.batch_sizes
            for seed in params.seeds
        ],
        samples_of,
        ReferenceModel(**params.model),
    )
    save_table(snakemake.output[0], history)
