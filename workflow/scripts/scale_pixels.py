"""Scale the pixels of both parts with what the training part teaches."""

from mlplab.data.dataset import load_files
from mlplab.features.scaling import scale_features
from mlplab.provenance.records import run_job
from mlplab.runtime.files import save_array

with run_job(snakemake):
    params = snakemake.params
    dataset = load_files(snakemake.input, params.spec).first(params.n_train, params.n_test)
    train, test = scale_features(dataset.x_train, dataset.x_test, snakemake.wildcards.scaling)
    save_array(snakemake.output.train, train)
    save_array(snakemake.output.test, test)
