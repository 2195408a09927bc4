# in:  results/<run>/data/<space>/, results/<run>/data/labels/
# out: results/<run>/training/<framework>/<space>/, training/experiments/<experiment>/: a row per
#      epoch
#
# Trainings are timed, so each runs alone: it takes every slot that the default profile gives.


rule train_numpy:
    input:
        x_train=f"{RESULTS}/data/{{space}}/x_train.npy",
        x_test=f"{RESULTS}/data/{{space}}/x_test.npy",
        y_train=rules.extract_labels.output.train,
        y_test=rules.extract_labels.output.test,
    output:
        f"{RESULTS}/training/numpy/{{space}}/batch-{{batch_size}}-seed-{{seed}}.csv",
    log:
        f"{RESULTS}/logs/train_numpy/{{space}}-batch-{{batch_size}}-seed-{{seed}}.log",
    benchmark:
        f"{RESULTS}/benchmarks/train_numpy/{{space}}-batch-{{batch_size}}-seed-{{seed}}.tsv"
    threads: CONFIG.train.n_threads
    resources:
        slot=64,
    params:
        experiment=GRID_EXPERIMENT,
        space=lambda wildcards: wildcards.space,
        batch_size=lambda wildcards: int(wildcards.batch_size),
        epochs=CONFIG.train.epochs,
        hidden_layer_sizes=list(CONFIG.train.hidden_layer_sizes),
        n_threads=CONFIG.train.n_threads,
        scale_l2_with_inputs=CONFIG.train.scale_l2_with_inputs,
        n_pixels=DATASET.n_pixels,
        network=CONFIG.train.numpy.model_dump(),
    script:
        "../scripts/train_numpy.py"


use rule train_numpy as train_experiment with:
    input:
        x_train=lambda wildcards: features(experiment_space(wildcards.experiment), "train"),
        x_test=lambda wildcards: features(experiment_space(wildcards.experiment), "test"),
        y_train=rules.extract_labels.output.train,
        y_test=rules.extract_labels.output.test,
    output:
        f"{RESULTS}/training/experiments/{{experiment}}/seed-{{seed}}.csv",
    log:
        f"{RESULTS}/logs/train_experiment/{{experiment}}-seed-{{seed}}.log",
    benchmark:
        f"{RESULTS}/benchmarks/train_experiment/{{experiment}}-seed-{{seed}}.tsv"
    params:
        experiment=lambda wildcards: wildcards.experiment,
        space=lambda wildcards: experiment_space(wildcards.experiment),
        batch_size=experiment_value("batch_size"),
        epochs=experiment_value("epochs"),
        hidden_layer_sizes=experiment_value("hidden_layer_sizes"),
        scale_l2_with_inputs=experiment_value("scale_l2_with_inputs"),
        network=experiment_value("network"),


rule train_keras:
    input:
        x_train=f"{RESULTS}/data/{{space}}/x_train.npy",
        x_test=f"{RESULTS}/data/{{space}}/x_test.npy",
        y_train=rules.extract_labels.output.train,
        y_test=rules.extract_labels.output.test,
    output:
        f"{RESULTS}/training/keras/{{space}}/batch-{{batch_size}}-seed-{{seed}}.csv",
    log:
        f"{RESULTS}/logs/train_keras/{{space}}-batch-{{batch_size}}-seed-{{seed}}.log",
    benchmark:
        f"{RESULTS}/benchmarks/train_keras/{{space}}-batch-{{batch_size}}-seed-{{seed}}.tsv"
    threads: CONFIG.train.n_threads
    resources:
        slot=64,
    params:
        experiment=GRID_EXPERIMENT,
        space=lambda wildcards: wildcards.space,
        batch_size=lambda wildcards: int(wildcards.batch_size),
        epochs=CONFIG.train.epochs,
        hidden_layer_sizes=list(CONFIG.train.hidden_layer_sizes),
        n_threads=CONFIG.train.n_threads,
        scale_l2_with_inputs=CONFIG.train.scale_l2_with_inputs,
        n_pixels=DATASET.n_pixels,
        l2=CONFIG.train.keras.l2,
    script:
        "../scripts/train_keras.py"
