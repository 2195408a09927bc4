# in:  resources/<dataset>/, or files of the user's own
# out: results/<run>/data/labels/, results/<run>/data/pixels-<scaling>/: float32 features


rule extract_labels:
    input:
        DATA_FILES,
    output:
        train=f"{RESULTS}/data/labels/y_train.npy",
        test=f"{RESULTS}/data/labels/y_test.npy",
        classes=f"{RESULTS}/data/labels/classes.npy",
    log:
        f"{RESULTS}/logs/extract_labels.log",
    benchmark:
        f"{RESULTS}/job_times/extract_labels.tsv"
    localrule: True
    params:
        spec=DATASET,
        own_content=OWN_CONTENT,
        n_train=CONFIG.scale.n_train,
        n_test=CONFIG.scale.n_test,
    script:
        "../scripts/extract_labels.py"


rule scale_pixels:
    input:
        DATA_FILES,
    output:
        train=f"{RESULTS}/data/pixels-{{scaling}}/x_train.npy",
        test=f"{RESULTS}/data/pixels-{{scaling}}/x_test.npy",
    log:
        f"{RESULTS}/logs/scale_pixels/{{scaling}}.log",
    benchmark:
        f"{RESULTS}/job_times/scale_pixels/{{scaling}}.tsv"
    params:
        spec=DATASET,
        own_content=OWN_CONTENT,
        n_train=CONFIG.scale.n_train,
        n_test=CONFIG.scale.n_test,
    script:
        "../scripts/scale_pixels.py"
