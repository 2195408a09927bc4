"""Features of the training images in a space, learned without the validation part."""

from mlplab.features import make_features
from mlplab.files import load_array, save_array
from mlplab.provenance import run_job

with run_job(snakemake):
    params = snakemake.params
    x, labels = load_array(snakemake.input.x_train), load_array(snakemake.input.y_train)
    split = len(x) - params.n_validation
    fit, validation = make_features(
        params.space, x[:split], x[split:], seed=params.seed, labels=labels[:split]
    )
    save_array(snakemake.output.fit, fit)
    save_array(snakemake.output.validation, validation)
