"""Train the deep model of article B once, in Keras with XLA or without, or in NumPy."""

from mlplab.benchmark.deep_model import train_deep_model
from mlplab.provenance.records import own_parameters, run_job
from mlplab.runtime.files import save_table
from mlplab.training.samples import load_samples

with run_job(snakemake, capture_stderr=True):
    samples = load_samples(snakemake.input)
    row = train_deep_model(samples, **own_parameters(snakemake.params))
    save_table(snakemake.output[0], row)
