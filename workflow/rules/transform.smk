# in:  results/<run>/data/pixels-<scaling>/, results/<run>/models/clusters/
# out: results/<run>/data/clusters-<K>/: scaled distances to the K centres, float32


rule transform_clusters:
    input:
        train=features(pixel_space("cluster"), "train"),
        test=features(pixel_space("cluster"), "test"),
        centers=f"{RESULTS}/models/clusters/k-{{k}}-seed-{CONFIG.seeds[0]}.centers.npy",
    output:
        train=f"{RESULTS}/data/clusters-{{k}}/x_train.npy",
        test=f"{RESULTS}/data/clusters-{{k}}/x_test.npy",
    log:
        f"{RESULTS}/logs/transform_clusters/{{k}}.log",
    benchmark:
        f"{RESULTS}/benchmarks/transform_clusters/{{k}}.tsv"
    params:
        scaling=CONFIG.transform.scaling,
    script:
        "../scripts/transform_clusters.py"
