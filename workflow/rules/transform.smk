# in:  results/<run>/data/pixels-<scaling>/, results/<run>/models/clusters/
# out: results/<run>/data/<space>/, and data/<space>/seed-<seed>/ where features depend on chance:
#      distances to K centres, principal components, random directions or images; float32


rule transform_components:
    input:
        train=features(pixel_space("cluster"), "train"),
        test=features(pixel_space("cluster"), "test"),
    output:
        train=f"{RESULTS}/data/{{components}}/x_train.npy",
        test=f"{RESULTS}/data/{{components}}/x_test.npy",
    log:
        f"{RESULTS}/logs/transform_components/{{components}}.log",
    benchmark:
        f"{RESULTS}/job_times/transform_components/{{components}}.tsv"
    priority: EARLY
    params:
        space=lambda wildcards: wildcards.components,
        scaling=CONFIG.transform.scaling,
    script:
        "../scripts/transform_features.py"


use rule transform_components as transform_clusters with:
    input:
        centers=f"{RESULTS}/models/clusters/k-{{k}}-seed-{{seed}}.centers.npy",
        train=features(pixel_space("cluster"), "train"),
        test=features(pixel_space("cluster"), "test"),
    output:
        train=f"{RESULTS}/data/clusters-{{k}}{{rescaling}}/seed-{{seed}}/x_train.npy",
        test=f"{RESULTS}/data/clusters-{{k}}{{rescaling}}/seed-{{seed}}/x_test.npy",
    log:
        f"{RESULTS}/logs/transform_clusters/{{k}}{{rescaling}}-seed-{{seed}}.log",
    benchmark:
        f"{RESULTS}/job_times/transform_clusters/{{k}}{{rescaling}}-seed-{{seed}}.tsv"
    params:
        space=lambda wildcards: f"clusters-{wildcards.k}{wildcards.rescaling}",


use rule transform_clusters as transform_raw_clusters with:
    input:
        centers=f"{RESULTS}/models/clusters/raw-k-{{k}}-seed-{{seed}}.centers.npy",
        train=features("pixels-unit", "train"),
        test=features("pixels-unit", "test"),
    output:
        train=f"{RESULTS}/data/clusters-{{k}}-raw{{rescaling}}/seed-{{seed}}/x_train.npy",
        test=f"{RESULTS}/data/clusters-{{k}}-raw{{rescaling}}/seed-{{seed}}/x_test.npy",
    log:
        f"{RESULTS}/logs/transform_raw_clusters/{{k}}{{rescaling}}-seed-{{seed}}.log",
    benchmark:
        f"{RESULTS}/job_times/transform_raw_clusters/{{k}}{{rescaling}}-seed-{{seed}}.tsv"
    params:
        space=lambda wildcards: f"clusters-{wildcards.k}-raw{wildcards.rescaling}",


use rule transform_components as transform_random with:
    output:
        train=f"{RESULTS}/data/{{random_space}}/seed-{{seed}}/x_train.npy",
        test=f"{RESULTS}/data/{{random_space}}/seed-{{seed}}/x_test.npy",
    log:
        f"{RESULTS}/logs/transform_random/{{random_space}}-seed-{{seed}}.log",
    benchmark:
        f"{RESULTS}/job_times/transform_random/{{random_space}}-seed-{{seed}}.tsv"
    params:
        space=lambda wildcards: wildcards.random_space,
