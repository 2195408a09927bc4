"""Fetch and verify the files of a data set."""

from pathlib import Path

from mlplab.data.download import fetch_dataset
from mlplab.data.registry import DatasetSpec
from mlplab.provenance.records import run_job

with run_job(snakemake):
    fetch_dataset(
        DatasetSpec.model_validate(snakemake.params.spec),
        Path(snakemake.output[0]).parent,
        local_folder=snakemake.resources.data_dir or None,
        attempts=snakemake.resources.attempts,
        timeout=snakemake.resources.timeout_ms / 1000,
    )
