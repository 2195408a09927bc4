# in:  results/<run>/data/pixels-<scaling>/
# out: results/<run>/models/clusters/: centres, assignment of the images and a row, per K and seed


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
        f"{RESULTS}/benchmarks/fit_clusters/k-{{k}}-seed-{{seed}}.tsv"
    threads: 1
    params:
        dataset=CONFIG.dataset,
        fit_on=CONFIG.cluster.fit_on,
        n_init=CONFIG.cluster.n_init,
        max_iter=CONFIG.cluster.max_iter,
        batch_size=CONFIG.cluster.batch_size,
    script:
        "../scripts/fit_clusters.py"
