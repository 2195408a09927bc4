"""Write the labels of both parts as arrays."""

from pathlib import Path

from mlplab.data import load_dataset
from mlplab.data.registry import DatasetSpec
from mlplab.files import save_array
from mlplab.provenance import run_job

with run_job(snakemake):
    spec = DatasetSpec.model_validate(snakemake.params.spec)
    dataset = load_dataset(Path(snakemake.input[0]).parent, spec)
    save_array(snakemake.output.train, dataset.y_train[: snakemake.params.n_train])
    save_array(snakemake.output.test, dataset.y_test[: snakemake.params.n_test])
