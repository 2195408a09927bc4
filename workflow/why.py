"""Tell which jobs would run again and why, in words, without running anything.

It takes options of `snakemake`, such as `--configfile config/quick.yaml` or `--config seeds=[0,1]`.
"""

import runpy
import sys
from pathlib import Path

from snakemake.api import SnakemakeApi
from snakemake.cli import main, parse_args, parse_config
from snakemake.exceptions import print_exception
from snakemake.settings.types import (
    ConfigSettings,
    DAGSettings,
    OutputSettings,
    Quietness,
    ResourceSettings,
)

from mlplab.config.faults import ConfigError
from mlplab.config.files import check_config_files
from mlplab.provenance.staleness import PlannedJob, explain
from mlplab.runtime.console import run_command

private = runpy.run_path(str(Path(__file__).with_name("snakemake_private.py")))


def plan_jobs(arguments):
    """All jobs of the workflow in their order; None if this Snakemake gives no list of them."""
    _, options = parse_args(arguments)
    check_config_files(options.configfile or [])
    with SnakemakeApi(OutputSettings(dryrun=True, quiet={Quietness.ALL})) as api:
        workflow_api = api.workflow(
            ResourceSettings(
                cores=options.cores or 1,
                resources=options.resources,
                default_resources=options.default_resources,
            ),
            ConfigSettings(
                config=parse_config(options.config),
                configfiles=options.configfile,
                config_args=options.config,
            ),
            snakefile=options.snakefile,
            workdir=options.directory,
        )
        workflow_api.dag(
            DAGSettings(
                targets=options.targets,
                forcerun=options.forcerun,
                force_incomplete=True,
                rerun_triggers=options.rerun_triggers,
                max_checksum_file_size=options.max_checksum_file_size,
            )
        )
        return private["planned_jobs"](workflow_api)


def explain_plan() -> int:
    """Print why each job would run; the plan itself where Snakemake's own parts are missing."""
    try:
        jobs = plan_jobs(sys.argv[1:])
    except ConfigError as error:
        print(error, file=sys.stderr)
        return 1
    except Exception as error:
        print_exception(error)
        return 1
    if jobs is None:
        main(["--dry-run", *sys.argv[1:]])
    print(*explain([PlannedJob(**job) for job in jobs]), sep="\n")
    return 0


if __name__ == "__main__":
    run_command(explain_plan)
