# in:  resources/<dataset>/
# out: results/<run>/data/labels/, results/<run>/data/pixels-<scaling>/: float32 features


rule extract_labels:
    input:
        rules.download_dataset.output,
    output:
        train=f"{RESULTS}/data/labels/y_train.npy",
        test=f"{RESULTS}/data/labels/y_test.npy",
    log:
        f"{RESULTS}/logs/extract_labels.log",
    benchmark:
        f"{RESULTS}/benchmarks/extract_labels.tsv"
    params:
        spec=DATASET.model_dump(mode="json"),
        n_train=CONFIG.scale.n_train,
        n_test=CONFIG.scale.n_test,
    script:
        "../scripts/extract_labels.py"


rule scale_pixels:
    input:
        rules.download_dataset.output,
    output:
        train=f"{RESULTS}/data/pixels-{{scaling}}/x_train.npy",
        test=f"{RESULTS}/data/pixels-{{scaling}}/x_test.npy",
    log:
        f"{RESULTS}/logs/scale_pixels/{{scaling}}.log",
    benchmark:
        f"{RESULTS}/benchmarks/scale_pixels/{{scaling}}.tsv"
    params:
        spec=DATASET.model_dump(mode="json"),
        n_train=CONFIG.scale.n_train,
        n_test=CONFIG.scale.n_test,
    script:
        "../scripts/scale_pixels.py"
