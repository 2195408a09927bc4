# in:  results/<run>/data/pixels-<scaling>/
# out: results/<run>/models/clusters/: centres, assignment of the images and a row, per K and seed;
#      the same of the K that the sweep chooses, as K "auto"; measurements/clusters/ and
#      tables/cluster_cost_quality.csv: seconds and inertia of several ways to fit k-means


rule fit_clusters:
    input:
        train=features(pixel_space("cluster"), "train"),
        test=features(pixel_space("cluster"), "test"),
    output:
        centers=f"{RESULTS}/models/clusters/k-{{k}}-seed-{{seed}}.centers.npy",
        labels=f"{RESULTS}/models/clusters/k-{{k}}-seed-{{seed}}.labels.npy",
        row=f"{RESULTS}/models/clusters/k-{{k}}-seed-{{seed}}.csv",
    log:
        f"{RESULTS}/logs/fit_clusters/k-{{k}}-seed-{{seed}}.log",
    benchmark:
        f"{RESULTS}/job_times/fit_clusters/k-{{k}}-seed-{{seed}}.tsv"
    wildcard_constraints:
        k=r"\d+",
    priority: EARLY
    threads: 1
    params:
        dataset=DATA.name,
        fit_on=CONFIG.cluster.fit_on,
        algorithm=CONFIG.cluster.algorithm,
        n_init=CONFIG.cluster.n_init,
        max_iter=CONFIG.cluster.max_iter,
        batch_size=CONFIG.cluster.batch_size,
    script:
        "../scripts/fit_clusters.py"


# Distances to centres among pixels that are divided by 255 alone, `clusters-<K>-raw`.
use rule fit_clusters as fit_raw_clusters with:
    input:
        train=features("pixels-unit", "train"),
        test=features("pixels-unit", "test"),
    output:
        centers=f"{RESULTS}/models/clusters/raw-k-{{k}}-seed-{{seed}}.centers.npy",
        labels=f"{RESULTS}/models/clusters/raw-k-{{k}}-seed-{{seed}}.labels.npy",
        row=f"{RESULTS}/models/clusters/raw-k-{{k}}-seed-{{seed}}.csv",
    log:
        f"{RESULTS}/logs/fit_raw_clusters/k-{{k}}-seed-{{seed}}.log",
    benchmark:
        f"{RESULTS}/job_times/fit_raw_clusters/k-{{k}}-seed-{{seed}}.tsv"


# The choice is known only after the sweep, so all fits of the seed are inputs. What follows asks
# for K "auto" by name and so needs no checkpoint.
rule choose_clusters:
    input:
        choices=f"{RESULTS}/tables/cluster_choices.csv",
        centers=expand(
            rules.fit_clusters.output.centers, k=CONFIG.cluster.k_values, allow_missing=True
        ),
        labels=expand(
            rules.fit_clusters.output.labels, k=CONFIG.cluster.k_values, allow_missing=True
        ),
    output:
        centers=f"{RESULTS}/models/clusters/k-auto-seed-{{seed}}.centers.npy",
        labels=f"{RESULTS}/models/clusters/k-auto-seed-{{seed}}.labels.npy",
    log:
        f"{RESULTS}/logs/choose_clusters/seed-{{seed}}.log",
    priority: EARLY
    localrule: True
    params:
        k_values=list(CONFIG.cluster.k_values),
    script:
        "../scripts/choose_clusters.py"


# Its seconds are measured, so it runs alone and has no `benchmark:` line, see benchmark.smk.
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
        setting=lambda wildcards: wildcards.setting,
        k=CONFIG.cost_quality.k,
        kmeans=lambda wildcards: CONFIG.cost_quality.settings[wildcards.setting].model_dump(
            mode="json", exclude={"seeds"}
        ),
        seeds=lambda wildcards: list(CONFIG.cost_quality.settings[wildcards.setting].seeds),
    script:
        "../scripts/measure_cluster_cost.py"


# Its CPU seconds count, so it may run beside others.
use rule measure_cluster_cost as measure_cluster_growth with:
    output:
        f"{RESULTS}/measurements/cluster_growth/k-{{k}}.csv",
    log:
        f"{RESULTS}/logs/measure_cluster_growth/k-{{k}}.log",
    wildcard_constraints:
        k=r"\d+",
    resources:
        slot=ONE_PROCESSOR,
        slurm_extra="",
    params:
        setting="growth",
        k=lambda wildcards: int(wildcards.k),
        kmeans=CONFIG.cost_quality.growth.model_dump(mode="json", exclude={"seeds", "k_values"}),
        seeds=list(CONFIG.cost_quality.growth.seeds),


rule tabulate_cluster_growth:
    input:
        expand(rules.measure_cluster_growth.output[0], k=CONFIG.cost_quality.growth.k_values),
    output:
        table_file("cluster_growth"),
    log:
        f"{RESULTS}/logs/tabulate_cluster_growth.log",
    localrule: True
    script:
        "../scripts/join_tables.py"


rule tabulate_cluster_cost:
    input:
        expand(rules.measure_cluster_cost.output[0], setting=CONFIG.cost_quality.settings),
    output:
        table_file("cluster_cost_quality"),
    log:
        f"{RESULTS}/logs/tabulate_cluster_cost.log",
    localrule: True
    script:
        "../scripts/tabulate_cluster_cost.py"
