"""Write what the run found, and on which machine, for the first page of the report."""

from pathlib import Path

from mlplab.files import read_table, save_text
from mlplab.findings import describe_origin, find, render_findings
from mlplab.provenance import read_sidecar, run_job

with run_job(snakemake):
    paths = [Path(path) for path in snakemake.input if path.endswith(".csv")]
    sentences = find({path.stem: read_table(path) for path in paths})
    origin = describe_origin(read_sidecar(path) for path in paths)
    save_text(snakemake.output[0], render_findings(sentences, origin))
