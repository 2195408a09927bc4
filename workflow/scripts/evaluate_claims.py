"""Compare published figures with those in the tables of the run."""

from pathlib import Path

from mlplab.provenance.records import run_job
from mlplab.reporting.claims.evaluation import evaluate_claims
from mlplab.reporting.claims.loading import load_claims
from mlplab.reporting.claims.rendering import render_markdown
from mlplab.runtime.files import read_table, save_table, save_text

with run_job(snakemake):
    claims = evaluate_claims(
        load_claims(snakemake.input.claims),
        {Path(path).stem: read_table(path) for path in snakemake.input.tables},
        snakemake.params.config,
    )
    save_table(snakemake.output.table, claims)
    save_text(snakemake.output.markdown, render_markdown(claims))
