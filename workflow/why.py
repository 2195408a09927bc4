"""Tell which jobs would run again and why, in words, without running anything.

Takes what `snakemake` takes, such as `--configfile config/quick.yaml` or `--config seeds=[0,1]`.
"""

import sys

from snakemake.api import SnakemakeApi
from snakemake.cli import parse_args, parse_config
from snakemake.exceptions import print_exception
from snakemake.settings.types import (
    ConfigSettings,
    DAGSettings,
    OutputSettings,
    Quietness,
    ResourceSettings,
)

from mlplab.provenance.staleness import PlannedJob, explain


def plan_jobs(arguments):
    """The jobs of the workflow in their order, whether they would run or not."""
    _, options = parse_args(arguments)
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
        # The API offers no list of jobs; these are the steps that its own summary takes.
        workflow = workflow_api._workflow
        workflow._prepare_dag(forceall=False, ignore_incomplete=False, lock_warn_only=True)
        workflow._build_dag()
        dag = workflow.dag
        return [
            PlannedJob(
                rule=job.rule.name,
                inputs=[str(path) for path in job.input],
                outputs=[str(path) for path in job.output],
                params=dict(job.params.items()),
                runs=dag.needrun(job),
                after=[d.rule.name for d in dag.dependencies[job] if dag.needrun(d)],
                engine_reason=str(dag.reason(job)),
            )
            for level in dag.toposorted()
            for job in sorted(level, key=lambda job: job.rule.name)
            if not job.is_norun
        ]


if __name__ == "__main__":
    try:
        jobs = plan_jobs(sys.argv[1:])
    except Exception as error:
        print_exception(error)
        sys.exit(1)
    print(*explain(jobs), sep="\n")
