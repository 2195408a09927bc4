"""Features of the training images in a space, learned without the validation part."""

from mlplab.provenance.records import run_job
from mlplab.runtime.files import load_array, save_array
from mlplab.training.search.inputs import make_search_features

with run_job(snakemake):
    params, x = snakemake.params, load_array(snakemake.input.x_train)
    split = len(x) - params.n_validation
    fit, validation = make_search_features(params.space, x[:split], x[split:], seed=params.seed)
    save_array(snakemake.output.fit, fit)
    save_array(snakemake.output.validation, validation)
