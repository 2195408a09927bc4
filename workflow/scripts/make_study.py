"""Make the study page of the run, and its answers for the first page of the report."""

from pathlib import Path

from mlplab.provenance.records import run_job
from mlplab.reporting.study.assemble import answers_as_text, make_study, render_study
from mlplab.runtime.files import save_text

with run_job(snakemake):
    page = Path(snakemake.output.page)
    study = make_study(page.parent, snakemake.params.styles, snakemake.params.config)
    save_text(page, render_study(study))
    save_text(snakemake.output.answers, answers_as_text(study))
