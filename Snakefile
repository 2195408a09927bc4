import gc

from snakemake.utils import min_version

min_version("9.27")
# What Snakemake has imported lives as long as this process. Python would look through all of it for
# garbage, time and again and once more at the end, which took a quarter of the time of a start.
gc.freeze()


include: "workflow/rules/config_files.smk"


configfile: "config/config.yaml"


include: "workflow/rules/common.smk"
include: "workflow/rules/hooks.smk"
include: "workflow/rules/download.smk"
include: "workflow/rules/scale.smk"
include: "workflow/rules/cluster.smk"
include: "workflow/rules/silhouette.smk"
include: "workflow/rules/cost_quality.smk"
include: "workflow/rules/transform.smk"
include: "workflow/rules/train.smk"
include: "workflow/rules/compare.smk"
include: "workflow/rules/search.smk"
include: "workflow/rules/ladder.smk"
include: "workflow/rules/benchmark.smk"
include: "workflow/rules/tables.smk"
include: "workflow/rules/claims.smk"
include: "workflow/rules/figures.smk"
include: "workflow/rules/report.smk"
include: "workflow/rules/tracking.smk"


rule all:
    default_target: True
    input:
        rules.record_run.output,
        # Snakemake makes a deleted file again only if a target names it.
        cluster_fits("centers.npy"),
        cluster_fits("labels.npy"),
        rules.tabulate_cluster_sweep.input,
        rules.score_silhouettes.output,
        rules.tabulate_cluster_cost.input,
        rules.tabulate_training.input,
        rules.tabulate_search.input,
        experiment_results("predictions.npy"),
        rules.figures.input,
        rules.tables.input,
        rules.evaluate_claims.output,
        rules.summarize_findings.output,


report: "workflow/report/workflow.rst"
