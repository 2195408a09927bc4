"""Scale the pixels of both parts with what the training part teaches."""

from pathlib import Path

from mlplab.data import load_dataset
from mlplab.data.registry import DatasetSpec
from mlplab.files import save_array
from mlplab.log import job_log
from mlplab.scaling import scale_features

with job_log(snakemake.log[0]):
    spec = DatasetSpec.model_validate(snakemake.params.spec)
    dataset = load_dataset(Path(snakemake.input[0]).parent, spec)
    train, test = scale_features(
        dataset.x_train[: snakemake.params.n_train],
        dataset.x_test[: snakemake.params.n_test],
        snakemake.wildcards.scaling,
    )
    save_array(snakemake.output.train, train)
    save_array(snakemake.output.test, test)
