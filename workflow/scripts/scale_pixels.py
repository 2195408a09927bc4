"""Scale the pixels of both parts with what the training part teaches."""

from mlplab.data import load_files
from mlplab.files import save_array
from mlplab.provenance import run_job
from mlplab.scaling import scale_features

with run_job(snakemake):
    params = snakemake.params
    dataset = load_files(snakemake.input, params.spec).first(params.n_train, params.n_test)
    train, test = scale_features(dataset.x_train, dataset.x_test, snakemake.wildcards.scaling)
    save_array(snakemake.output.train, train)
    save_array(snakemake.output.test, test)
