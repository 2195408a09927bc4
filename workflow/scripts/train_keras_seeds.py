"""Train the Keras reference model on pixels with several seeds, in one process."""

import pandas as pd

from mlplab.provenance.records import run_job
from mlplab.runtime.files import save_table
from mlplab.training.history import label_history
from mlplab.training.keras_training import train_keras_reference
from mlplab.training.samples import load_samples
from mlplab.training.settings import TrainingLabel, TrainingSettings

with run_job(snakemake, capture_stderr=True):
    params, samples = snakemake.params, load_samples(snakemake.input)
    settings = TrainingSettings(**params.settings)
    tables = [
        label_history(
            train_keras_reference(
                samples,
                settings,
                seed=seed,
                n_threads=params.n_threads,
                one_call=True,
                **params.model,
            ),
            TrainingLabel(snakemake.wildcards.experiment, "keras", params.space, seed),
            n_features=samples.n_features,
            batch_size=settings.batch_size,
        )
        for seed in params.seeds
    ]
    save_table(snakemake.output[0], pd.concat(tables))
