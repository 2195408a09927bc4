# in:  results/<run>/data/pixels-<scaling>/, results/<run>/models/clusters/
# out: results/<run>/tables/silhouettes.csv: the mean silhouette of every fit, in one pass


rule score_silhouettes:
    input:
        train=features(pixel_space("cluster"), "train"),
        test=features(pixel_space("cluster"), "test"),
        labels=cluster_fits("labels.npy"),
    output:
        f"{RESULTS}/tables/silhouettes.csv",
    log:
        f"{RESULTS}/logs/score_silhouettes.log",
    benchmark:
        f"{RESULTS}/benchmarks/score_silhouettes.tsv"
    threads: workflow.cores
    params:
        fits=[{"k": k, "seed": s} for k in CONFIG.cluster.k_values for s in CONFIG.seeds],
        fit_on=CONFIG.cluster.fit_on,
        memory_mib=CONFIG.silhouette.memory_mib,
    script:
        "../scripts/score_silhouettes.py"
