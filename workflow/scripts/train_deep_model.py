"""Train the deep model of article B once: in Keras, with or without XLA, or in NumPy."""

from mlplab.benchmark.deep_model import DeepTraining, train_deep_model
from mlplab.provenance.records import run_job
from mlplab.runtime.files import save_table
from mlplab.training.samples import load_samples

with run_job(snakemake, capture_stderr=True):
    params = snakemake.params
    row = train_deep_model(
        load_samples(snakemake.input),
        params.variant,
        DeepTraining(**params.training),
        parameters=params.parameters,
    )
    save_table(snakemake.output[0], row)
