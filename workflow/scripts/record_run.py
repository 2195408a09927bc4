"""Write the merged configuration and the machine of a run beside its results."""

import json

import yaml

from mlplab.files import save_text
from mlplab.provenance import run_job
from mlplab.timing import machine_record

with run_job(snakemake):
    save_text(snakemake.output.config, yaml.safe_dump(snakemake.params.config, sort_keys=False))
    save_text(snakemake.output.machine, json.dumps(machine_record(), indent=2) + "\n")
