# in:  results/<run>/data/<space>/, results/<run>/data/labels/, config/published_*.csv
# out: results/<run>/measurements/<space>/: measurements of all variants with one batch size,
#      measurements/operations/, measurements/deep_model/, results/<run>/tables/batch_size_*.csv,
#      absent_variants.csv, operation_times.csv, thread_scaling.csv, deep_model.csv,
#      optimization_ladder.csv, allocation.csv, optimization_ladder_summary.csv, backward_times.csv,
#      ladder_batch_sizes.csv, ladder_input_spaces.csv, keras_run.csv
#
# A job that measures seconds runs alone. It has no `benchmark:` line, which would disturb it.
# See "Jobs that measure have no benchmark line" in docs/explanation/snakemake.md.

# Whose epochs the ladder compares: of each experiment and input space the first training.
LADDER_TRAININGS = [
    training
    for training in experiment_trainings(TIMED)
    for run in [CONFIG.experiments[training["experiment"]]]
    if (training["seed"], training["l2_factor"]) == (run.seeds[0], run.l2_factors[0])
]


rule measure_batch_size:
    input:
        x_train=lambda wildcards: features(wildcards.space, "train"),
        y_train=rules.extract_labels.output.train,
    output:
        measurements=f"{RESULTS}/measurements/{{space}}/batch-{{batch_size}}.csv",
        absent=f"{RESULTS}/measurements/{{space}}/batch-{{batch_size}}.absent.csv",
    log:
        f"{RESULTS}/logs/measure_batch_size/{{space}}-batch-{{batch_size}}.log",
    threads: CONFIG.benchmark.n_threads
    resources:
        **ALONE,
    params:
        input_space=lambda wildcards: parse_space(wildcards.space).input_space,
        batch_size=lambda wildcards: int(wildcards.batch_size),
        variants=list(CONFIG.benchmark.variants),
        n_threads=CONFIG.benchmark.n_threads,
        schedule=schedule(
            CONFIG.benchmark.rounds,
            measurement_seconds=CONFIG.benchmark.measurement_seconds,
            retries=CONFIG.benchmark.retries,
        ),
        device=dict(
            kind=CONFIG.benchmark.device,
            memory_mib=CONFIG.benchmark.gpu_memory_mib,
        ),
    script:
        "../scripts/measure_batch_size.py"


rule tabulate_batch_sizes:
    input:
        measurements=batch_size_measurements("csv"),
        absent=batch_size_measurements("absent.csv"),
    output:
        benchmark=table_file("batch_size_benchmark"),
        summary=table_file("batch_size_summary"),
        ratios=table_file("batch_size_ratios"),
        absent=table_file("absent_variants"),
    log:
        f"{RESULTS}/logs/tabulate_batch_sizes.log",
    localrule: True
    script:
        "../scripts/tabulate_batch_sizes.py"


rule measure_operations:
    input:
        x_train=features(pixel_space("numpy"), "train"),
        y_train=rules.extract_labels.output.train,
    output:
        f"{RESULTS}/measurements/operations/batch-{{batch_size}}.csv",
    log:
        f"{RESULTS}/logs/measure_operations/batch-{{batch_size}}.log",
    threads: CONFIG.benchmark.n_threads
    resources:
        **ALONE,
    params:
        batch_size=lambda wildcards: int(wildcards.batch_size),
        n_threads=CONFIG.benchmark.n_threads,
        schedule=schedule(
            CONFIG.benchmark.operations.rounds,
            retries=CONFIG.benchmark.retries,
        ),
    script:
        "../scripts/measure_operations.py"


rule tabulate_operations:
    input:
        expand(
            rules.measure_operations.output[0],
            batch_size=CONFIG.benchmark.operations.batch_sizes,
        ),
    output:
        table_file("operation_times"),
    log:
        f"{RESULTS}/logs/tabulate_operations.log",
    localrule: True
    script:
        "../scripts/join_tables.py"


rule measure_threads:
    input:
        x_train=features(pixel_space("numpy"), "train"),
        y_train=rules.extract_labels.output.train,
    output:
        table_file("thread_scaling"),
    log:
        f"{RESULTS}/logs/measure_threads.log",
    threads: CONFIG.benchmark.n_threads
    resources:
        **ALONE,
    params:
        batch_size=CONFIG.benchmark.threads.batch_size,
        schedule=schedule(
            CONFIG.benchmark.threads.rounds,
            measurement_seconds=CONFIG.benchmark.measurement_seconds,
            retries=CONFIG.benchmark.retries,
        ),
    script:
        "../scripts/measure_threads.py"


rule train_deep_model:
    input:
        x_train=lambda wildcards: features(deep_model_space(wildcards.variant), "train"),
        x_test=lambda wildcards: features(deep_model_space(wildcards.variant), "test"),
        y_train=rules.extract_labels.output.train,
        y_test=rules.extract_labels.output.test,
    output:
        f"{RESULTS}/measurements/deep_model/{{variant}}.csv",
    log:
        f"{RESULTS}/logs/train_deep_model/{{variant}}.log",
    threads: CONFIG.benchmark.n_threads
    resources:
        **ALONE,
    params:
        variant=lambda wildcards: wildcards.variant,
        training=dict(
            hidden_layer_sizes=CONFIG.benchmark.deep_model.hidden_layer_sizes,
            batch_size=CONFIG.benchmark.deep_model.batch_size,
            epochs=CONFIG.benchmark.deep_model.epochs,
            n_threads=CONFIG.benchmark.n_threads,
            seed=CONFIG.seeds[0],
        ),
        parameters=dict(
            learning_rate=CONFIG.network_of(CONFIG.train).learning_rate,
            momentum=CONFIG.network_of(CONFIG.train).momentum,
            decrease_const=CONFIG.network_of(CONFIG.train).decrease_const,
        ),
    script:
        "../scripts/train_deep_model.py"


rule measure_keras_run:
    input:
        x_train=features(pixel_space("keras"), "train"),
        x_test=features(pixel_space("keras"), "test"),
        y_train=rules.extract_labels.output.train,
        y_test=rules.extract_labels.output.test,
    output:
        table_file("keras_run"),
    log:
        f"{RESULTS}/logs/measure_keras_run.log",
    threads: CONFIG.benchmark.n_threads
    resources:
        **ALONE,
    params:
        batch_size=CONFIG.benchmark.keras_run.batch_size,
        epochs=CONFIG.benchmark.keras_run.epochs,
        processes=CONFIG.benchmark.keras_run.processes,
        retries=CONFIG.benchmark.retries,
        n_threads=CONFIG.benchmark.n_threads,
    script:
        "../scripts/measure_keras_run.py"


rule tabulate_deep_model:
    input:
        expand(rules.train_deep_model.output[0], variant=DEEP_VARIANTS),
    output:
        table_file("deep_model"),
    log:
        f"{RESULTS}/logs/tabulate_deep_model.log",
    localrule: True
    script:
        "../scripts/join_tables.py"


rule measure_ladder:
    input:
        x_train=features(pixel_space("numpy"), "train"),
        x_test=features(pixel_space("numpy"), "test"),
        y_train=rules.extract_labels.output.train,
        y_test=rules.extract_labels.output.test,
    output:
        ladder=table_file("optimization_ladder"),
        allocation=table_file("allocation"),
    log:
        f"{RESULTS}/logs/measure_ladder.log",
    threads: CONFIG.train.n_threads
    resources:
        **ALONE,
    params:
        batch_size=CONFIG.ladder.batch_size,
        n_threads=CONFIG.train.n_threads,
        schedule=ladder_schedule(),
    script:
        "../scripts/measure_ladder.py"


rule measure_ladder_batch_sizes:
    input:
        x_train=features(pixel_space("numpy"), "train"),
        y_train=rules.extract_labels.output.train,
    output:
        table_file("ladder_batch_sizes"),
    log:
        f"{RESULTS}/logs/measure_ladder_batch_sizes.log",
    threads: CONFIG.train.n_threads
    resources:
        **ALONE,
    params:
        batch_sizes=list(CONFIG.ladder.batch_sizes),
        n_threads=CONFIG.train.n_threads,
        schedule=ladder_schedule(),
    script:
        "../scripts/measure_ladder_batch_sizes.py"


rule measure_ladder_input_spaces:
    input:
        x_train=[features(t["space"], "train", t["seed"]) for t in LADDER_TRAININGS],
        x_test=[features(t["space"], "test", t["seed"]) for t in LADDER_TRAININGS],
        y_train=rules.extract_labels.output.train,
        y_test=rules.extract_labels.output.test,
    output:
        table_file("ladder_input_spaces"),
    log:
        f"{RESULTS}/logs/measure_ladder_input_spaces.log",
    threads: CONFIG.train.n_threads
    resources:
        **ALONE,
    params:
        trainings=[
            dict(
                experiment=training["experiment"],
                input_space=parse_space(training["space"]).input_space,
                batch_size=run.batch_size,
                hidden=list(CONFIG.network_of(run).hidden_layer_sizes),
            )
            for training in LADDER_TRAININGS
            for run in [CONFIG.experiments[training["experiment"]]]
        ],
        n_threads=CONFIG.train.n_threads,
        schedule=ladder_schedule(),
    script:
        "../scripts/measure_ladder_input_spaces.py"


rule tabulate_ladder:
    input:
        ladder=rules.measure_ladder.output.ladder,
        published=own_file("config/published_ladder.csv"),
        published_backward=own_file("config/published_backward.csv"),
    output:
        summary=table_file("optimization_ladder_summary"),
        backward=table_file("backward_times"),
    log:
        f"{RESULTS}/logs/tabulate_ladder.log",
    localrule: True
    params:
        with_published=CONFIG.uses_published_data,
    script:
        "../scripts/tabulate_ladder.py"
