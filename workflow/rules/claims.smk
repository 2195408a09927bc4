# in:  results/<run>/tables/, config/claims.yaml
# out: results/<run>/tables/claims.csv: published figures beside those found here; the same as
#      claims.html and claims.md; results/<run>/report/findings.rst, which the first page of the
#      report includes


rule evaluate_claims:
    input:
        tables=[
            rules.tabulate_training.output.history,
            rules.compare_times.output.times,
            rules.compare_l2_factors.output[0],
            rules.tabulate_batch_sizes.output.summary,
            rules.measure_threads.output[0],
            rules.tabulate_deep_model.output[0],
            rules.tabulate_cluster_sweep.output.sweep,
            rules.tabulate_cluster_sweep.output.choices,
            rules.tabulate_cluster_cost.output[0],
            rules.measure_ladder.output[0],
            rules.tabulate_ladder.output[0],
        ],
        claims=own_file("config/claims.yaml"),
    output:
        table=f"{RESULTS}/tables/claims.csv",
        html=report(
            f"{RESULTS}/tables/claims.html",
            caption="../report/claims.rst",
            category="Claims",
            labels={"table": "published statements and their verdicts"},
        ),
        markdown=f"{RESULTS}/tables/claims.md",
    log:
        f"{RESULTS}/logs/evaluate_claims.log",
    localrule: True
    params:
        config=CONFIG.resolved(
            (
                "dataset",
                "scale",
                "cluster",
                "cost_quality",
                "transform",
                "train",
                "experiments",
                "comparison",
                "ladder",
                "benchmark",
            )
        ),
    script:
        "../scripts/evaluate_claims.py"


rule summarize_findings:
    input:
        rules.tables.input,
        claims=rules.evaluate_claims.output[0],
    output:
        f"{RESULTS}/report/findings.rst",
    log:
        f"{RESULTS}/logs/summarize_findings.log",
    localrule: True
    script:
        "../scripts/summarize_findings.py"
