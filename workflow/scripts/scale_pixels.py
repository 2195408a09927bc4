"""Scale the pixels of both parts with what the training part teaches."""

from pathlib import Path

from mlplab.data import load_dataset
from mlplab.data.registry import DatasetSpec
from mlplab.files import save_array
from mlplab.provenance import run_job
from mlplab.scaling import scale_features

with run_job(snakemake):
    spec = DatasetSpec.model_validate(snakemake.params.spec)
    dataset = load_dataset(Path(snakemake.input[0]).parent, spec)
    train, test = scale_features(
        dataset.x_train[: snakemake.params.n_train],
        dataset.x_test[: snakemake.params.n_test],
        snakemake.wildcards.scaling,
    )
    save_array(snakemake.output.train, train)
    save_array(snakemake.output.test, test)
