# in:  results/<run>/data/pixels-<scaling>/, results/<run>/models/clusters/
# out: results/<run>/tables/silhouettes.csv: the mean silhouette of every fit, in one pass;
#      results/<run>/models/clusters/silhouettes.npy: those of all images;
#      results/<run>/tables/silhouette_error.csv: means of samples beside them


rule score_silhouettes:
    input:
        train=features(pixel_space("cluster"), "train"),
        test=features(pixel_space("cluster"), "test"),
        labels=cluster_fits("labels.npy"),
    output:
        scores=table_file("silhouettes"),
        samples=f"{RESULTS}/models/clusters/silhouettes.npy",
    log:
        f"{RESULTS}/logs/score_silhouettes.log",
    benchmark:
        f"{RESULTS}/job_times/score_silhouettes.tsv"
    priority: EARLY
    threads: ALL_CORES
    params:
        fits=CLUSTER_FITS,
        fit_on=CONFIG.cluster.fit_on,
        memory_mib=CONFIG.silhouette.memory_mib,
        max_samples=CONFIG.silhouette.max_samples,
    script:
        "../scripts/score_silhouettes.py"


rule measure_silhouette_error:
    input:
        train=features(pixel_space("cluster"), "train"),
        test=features(pixel_space("cluster"), "test"),
        labels=expand(
            f"{RESULTS}/models/clusters/k-{{k}}-seed-{{seed}}.labels.npy",
            k=FITTED_K,
            seed=CONFIG.cluster.seeds[0],
        ),
        scores=rules.score_silhouettes.output.scores,
    output:
        table_file("silhouette_error"),
    log:
        f"{RESULTS}/logs/measure_silhouette_error.log",
    benchmark:
        f"{RESULTS}/job_times/measure_silhouette_error.tsv"
    priority: EARLY
    threads: ALL_CORES
    params:
        fits=[{"k": k, "seed": CONFIG.cluster.seeds[0]} for k in FITTED_K],
        fit_on=CONFIG.cluster.fit_on,
        memory_mib=CONFIG.silhouette.memory_mib,
        sample_sizes=list(CONFIG.silhouette.error_samples),
    script:
        "../scripts/measure_silhouette_error.py"
