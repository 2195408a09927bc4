# in:  results/<run>/data/<space>/, results/<run>/data/labels/
# out: results/<run>/training/numpy/<space>/, training/experiments/<experiment>/<space>/: a row per
#      epoch, and the NumPy network's final predictions for the test images; training/keras/,
#      training/keras_experiments/: a row per epoch, all seeds in one file
#
# A timed training (`exclusive`) takes every slot of the default profile, so it runs alone. Others
# run side by side.


rule train_numpy:
    input:
        x_train=features_of("train"),
        x_test=features_of("test"),
        y_train=rules.extract_labels.output.train,
        y_test=rules.extract_labels.output.test,
    output:
        history=f"{RESULTS}/training/numpy/{{space}}/batch-{{batch_size}}-seed-{{seed}}.csv",
        predictions=f"{RESULTS}/training/numpy/{{space}}/batch-{{batch_size}}-seed-{{seed}}.predictions.npy",
    log:
        f"{RESULTS}/logs/train_numpy/{{space}}-batch-{{batch_size}}-seed-{{seed}}.log",
    benchmark:
        f"{RESULTS}/job_times/train_numpy/{{space}}-batch-{{batch_size}}-seed-{{seed}}.tsv"
    priority: EARLY
    threads: threads_of(CONFIG.train)
    resources:
        slot=slots_of(CONFIG.train),
        slurm_extra=node_of(CONFIG.train),
    params:
        experiment=GRID_EXPERIMENT,
        space=lambda wildcards: wildcards.space,
        l2_factor=1.0,
        settings=grid_settings,
        n_threads=threads_of(CONFIG.train),
        n_pixels=DATA.size.n_pixels,
        network=network_of(CONFIG.train),
    script:
        "../scripts/train_numpy.py"


use rule train_numpy as train_experiment with:
    output:
        history=f"{RESULTS}/training/experiments/{{experiment}}/{{space}}/l2-{{l2_factor}}-seed-{{seed}}.csv",
        predictions=f"{RESULTS}/training/experiments/{{experiment}}/{{space}}/l2-{{l2_factor}}-seed-{{seed}}.predictions.npy",
    log:
        f"{RESULTS}/logs/train_experiment/{{experiment}}/{{space}}-l2-{{l2_factor}}-seed-{{seed}}.log",
    benchmark:
        f"{RESULTS}/job_times/train_experiment/{{experiment}}/{{space}}-l2-{{l2_factor}}-seed-{{seed}}.tsv"
    priority: 0
    threads: experiment_threads
    resources:
        slot=experiment_slots,
        slurm_extra=experiment_node,
    params:
        experiment=lambda wildcards: wildcards.experiment,
        l2_factor=lambda wildcards: float(wildcards.l2_factor),
        settings=experiment_settings,
        n_threads=experiment_threads,
        network=experiment_network,


# All trainings of a space are one job, so that TensorFlow starts once.
rule train_keras:
    input:
        x_train=lambda wildcards: [features(wildcards.space, "train", s) for s in CONFIG.seeds],
        x_test=lambda wildcards: [features(wildcards.space, "test", s) for s in CONFIG.seeds],
        y_train=rules.extract_labels.output.train,
        y_test=rules.extract_labels.output.test,
    output:
        f"{RESULTS}/training/keras/{{space}}.csv",
    log:
        f"{RESULTS}/logs/train_keras/{{space}}.log",
    benchmark:
        f"{RESULTS}/job_times/train_keras/{{space}}.tsv"
    priority: EARLY
    threads: threads_of(CONFIG.train)
    resources:
        slot=slots_of(CONFIG.train),
        slurm_extra=node_of(CONFIG.train),
    params:
        experiment=GRID_EXPERIMENT,
        space=lambda wildcards: wildcards.space,
        epochs=CONFIG.train.epochs,
        batch_sizes=list(CONFIG.train.batch_sizes),
        seeds=list(CONFIG.seeds),
        model=reference_model(CONFIG.train.keras.l2, CONFIG.train.exclusive),
    script:
        "../scripts/train_keras.py"


use rule train_keras as train_keras_experiment with:
    input:
        x_train=lambda wildcards: keras_pixels("train", wildcards.experiment),
        x_test=lambda wildcards: keras_pixels("test", wildcards.experiment),
        y_train=rules.extract_labels.output.train,
        y_test=rules.extract_labels.output.test,
    output:
        f"{RESULTS}/training/keras_experiments/{{experiment}}.csv",
    log:
        f"{RESULTS}/logs/train_keras_experiment/{{experiment}}.log",
    benchmark:
        f"{RESULTS}/job_times/train_keras_experiment/{{experiment}}.tsv"
    priority: 0
    threads: 1
    resources:
        slot=ONE_PROCESSOR,
    params:
        experiment=lambda wildcards: wildcards.experiment,
        space=pixel_space("keras"),
        epochs=lambda wildcards: CONFIG.keras_experiments[wildcards.experiment].epochs,
        batch_sizes=lambda wildcards: [CONFIG.keras_experiments[wildcards.experiment].batch_size],
        seeds=lambda wildcards: list(CONFIG.keras_experiments[wildcards.experiment].seeds),
        model=lambda wildcards: reference_model(
            CONFIG.keras_experiments[wildcards.experiment].l2, False
        ),
