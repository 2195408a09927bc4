# in:  results/<run>/data/pixels-<scaling>/
# out: results/<run>/measurements/clusters/, results/<run>/tables/cluster_cost_quality.csv: seconds
#      and inertia of several ways to fit k-means
#
# Seconds are measured, so each job that does runs alone like the trainings, on one thread,
# and has no `benchmark:` line, see benchmark.smk.


rule measure_cluster_cost:
    input:
        train=features(pixel_space("cluster"), "train"),
        test=features(pixel_space("cluster"), "test"),
    output:
        f"{RESULTS}/measurements/clusters/{{setting}}.csv",
    log:
        f"{RESULTS}/logs/measure_cluster_cost/{{setting}}.log",
    threads: 1
    resources:
        **ALONE,
    params:
        fit_on=CONFIG.cluster.fit_on,
        k=CONFIG.cost_quality.k,
        kmeans=lambda wildcards: CONFIG.cost_quality.settings[wildcards.setting].model_dump(
            mode="json"
        ),
    script:
        "../scripts/measure_cluster_cost.py"


rule tabulate_cluster_cost:
    input:
        expand(rules.measure_cluster_cost.output[0], setting=CONFIG.cost_quality.settings),
    output:
        f"{RESULTS}/tables/cluster_cost_quality.csv",
    log:
        f"{RESULTS}/logs/tabulate_cluster_cost.log",
    localrule: True
    script:
        "../scripts/tabulate_cluster_cost.py"
