# in:  results/<run>/data/<space>/, results/<run>/data/labels/
# out: results/<run>/training/<framework>/<space>/, training/experiments/<experiment>/<space>/: a
#      row per epoch, and the NumPy network's final predictions for the test images;
#      training/keras_experiments/: a row per epoch and seed
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


rule train_keras:
    input:
        x_train=features_of("train"),
        x_test=features_of("test"),
        y_train=rules.extract_labels.output.train,
        y_test=rules.extract_labels.output.test,
    output:
        f"{RESULTS}/training/keras/{{space}}/batch-{{batch_size}}-seed-{{seed}}.csv",
    log:
        f"{RESULTS}/logs/train_keras/{{space}}-batch-{{batch_size}}-seed-{{seed}}.log",
    benchmark:
        f"{RESULTS}/job_times/train_keras/{{space}}-batch-{{batch_size}}-seed-{{seed}}.tsv"
    priority: EARLY
    threads: threads_of(CONFIG.train)
    resources:
        slot=slots_of(CONFIG.train),
        slurm_extra=node_of(CONFIG.train),
    params:
        experiment=GRID_EXPERIMENT,
        space=lambda wildcards: wildcards.space,
        settings=grid_settings,
        hidden_layer_sizes=list(CONFIG.network_of(CONFIG.train).hidden_layer_sizes),
        n_threads=threads_of(CONFIG.train),
        n_pixels=DATA.size.n_pixels,
        scale_l2_with_inputs=CONFIG.network_of(CONFIG.train).scale_l2_with_inputs,
        l2=CONFIG.train.keras.l2,
    script:
        "../scripts/train_keras.py"


rule train_keras_seeds:
    input:
        x_train=features(pixel_space("keras"), "train"),
        x_test=features(pixel_space("keras"), "test"),
        y_train=rules.extract_labels.output.train,
        y_test=rules.extract_labels.output.test,
    output:
        f"{RESULTS}/training/keras_experiments/{{experiment}}.csv",
    log:
        f"{RESULTS}/logs/train_keras_seeds/{{experiment}}.log",
    benchmark:
        f"{RESULTS}/job_times/train_keras_seeds/{{experiment}}.tsv"
    priority: EARLY
    threads: 1
    resources:
        slot=ONE_PROCESSOR,
    params:
        space=pixel_space("keras"),
        seeds=lambda wildcards: list(CONFIG.keras_experiments[wildcards.experiment].seeds),
        model=keras_model,
        settings=keras_settings,
        n_threads=1,
    script:
        "../scripts/train_keras_seeds.py"
