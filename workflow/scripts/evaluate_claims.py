"""Put published figures beside those found in the tables."""

from pathlib import Path

from mlplab.claims import evaluate_claims, load_claims
from mlplab.files import read_table, save_table
from mlplab.provenance import run_job

with run_job(snakemake):
    paths = [Path(path) for path in snakemake.input if path.endswith(".csv")]
    claims = evaluate_claims(
        load_claims(snakemake.input.claims),
        {path.stem: read_table(path) for path in paths},
        snakemake.params.config,
    )
    save_table(snakemake.output[0], claims)
