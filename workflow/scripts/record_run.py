"""Write the merged configuration and the machine of a run beside its results."""

import json

import yaml

from mlplab.machine.record import machine_record
from mlplab.provenance.records import run_job
from mlplab.runtime.files import save_text

with run_job(snakemake):
    save_text(snakemake.output.config, yaml.safe_dump(snakemake.params.config, sort_keys=False))
    save_text(snakemake.output.machine, json.dumps(machine_record(), indent=2) + "\n")
