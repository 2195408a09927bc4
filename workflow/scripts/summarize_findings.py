"""Write the findings and the machine of the run for the first page of the report."""

from pathlib import Path

from mlplab.provenance.records import run_job
from mlplab.reporting.findings.origin import describe_origin
from mlplab.reporting.findings.rendering import render_findings
from mlplab.reporting.findings.sentences import find
from mlplab.runtime.files import read_table, save_text
from mlplab.runtime.sidecars import read_sidecar

with run_job(snakemake):
    paths = [Path(path) for path in snakemake.input if path.endswith(".csv")]
    sentences = find({path.stem: read_table(path) for path in paths})
    origin = describe_origin(read_sidecar(path) for path in paths)
    save_text(snakemake.output[0], render_findings(sentences, origin))
