# in:  results/<run>/tables/, config/claims.yaml
# out: results/<run>/tables/claims.csv: published figures beside those found here


rule evaluate_claims:
    input:
        rules.tabulate_training.output.history,
        rules.tabulate_batch_sizes.output.ratios,
        rules.tabulate_cluster_sweep.output.sweep,
        rules.tabulate_ladder.output,
        claims="config/claims.yaml",
    output:
        report(
            f"{RESULTS}/tables/claims.csv",
            caption="../report/claims.rst",
            category="Claims",
        ),
    log:
        f"{RESULTS}/logs/evaluate_claims.log",
    params:
        config=CONFIG.model_dump(
            mode="json", include={"dataset", "scale", "train", "experiments", "ladder"}
        ),
    script:
        "../scripts/evaluate_claims.py"
