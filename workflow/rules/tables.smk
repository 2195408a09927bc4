# in:  results/<run>/models/clusters/, results/<run>/training/
# out: results/<run>/tables/: a table per subject

PUBLISHED = CONFIG.comparison.published if CONFIG.uses_published_data else []
# An experiment may be named for several comparisons.
PAIRED = [*dict.fromkeys([CONFIG.comparison.controls, *TIMED])]


rule tabulate_cluster_sweep:
    input:
        fits=cluster_fits("csv"),
        silhouettes=rules.score_silhouettes.output.scores,
    output:
        sweep=table_file("cluster_sweep"),
        choices=table_file("cluster_choices"),
    log:
        f"{RESULTS}/logs/tabulate_cluster_sweep.log",
    localrule: True
    params:
        sensitivities=list(CONFIG.cluster.elbow.sensitivities),
        trim=CONFIG.cluster.elbow.trim,
        max_width=CONFIG.cluster.elbow.max_width,
    script:
        "../scripts/tabulate_cluster_sweep.py"


rule tabulate_cluster_quality:
    input:
        labels=cluster_fits("labels.npy"),
        y_train=rules.extract_labels.output.train,
        y_test=rules.extract_labels.output.test,
        sweep=rules.tabulate_cluster_sweep.output.sweep,
    output:
        table_file("cluster_quality"),
    log:
        f"{RESULTS}/logs/tabulate_cluster_quality.log",
    localrule: True
    params:
        fits=CLUSTER_FITS,
        fit_on=CONFIG.cluster.fit_on,
    script:
        "../scripts/tabulate_cluster_quality.py"


rule describe_clusters:
    input:
        train=features(pixel_space("cluster"), "train"),
        test=features(pixel_space("cluster"), "test"),
        y_train=rules.extract_labels.output.train,
        y_test=rules.extract_labels.output.test,
        classes=rules.extract_labels.output.classes,
        centers=f"{RESULTS}/models/clusters/k-{{k}}-seed-{CONFIG.cluster.seeds[0]}.centers.npy",
        labels=f"{RESULTS}/models/clusters/k-{{k}}-seed-{CONFIG.cluster.seeds[0]}.labels.npy",
        scores=rules.score_silhouettes.output.scores,
        samples=rules.score_silhouettes.output.samples,
    output:
        clusters=table_file("clusters_{k}"),
        ambiguous=table_file("ambiguous_images_{k}"),
        silhouettes=f"{RESULTS}/clusters/k-{{k}}.silhouettes.npy",
        images=f"{RESULTS}/clusters/k-{{k}}.ambiguous_images.npy",
    log:
        f"{RESULTS}/logs/describe_clusters/{{k}}.log",
    priority: EARLY
    params:
        seed=CONFIG.cluster.seeds[0],
        fit_on=CONFIG.cluster.fit_on,
        n_ambiguous=CONFIG.cluster.n_ambiguous,
    script:
        "../scripts/describe_clusters.py"


rule tabulate_training:
    input:
        numpy_histories(),
        keras_histories(),
        experiment_results("csv"),
        keras_results(),
    output:
        history=table_file("training_history"),
        accuracies=table_file("final_accuracies"),
    log:
        f"{RESULTS}/logs/tabulate_training.log",
    localrule: True
    script:
        "../scripts/tabulate_training.py"


rule compare_keras_log:
    input:
        history=keras_results([CONFIG.comparison.keras_log]),
        y_train=rules.extract_labels.output.train,
        published=own_file("config/published_keras_log.csv"),
    output:
        log=table_file("keras_log"),
        summary=table_file("keras_log_summary"),
        passes=table_file("keras_log_passes"),
    log:
        f"{RESULTS}/logs/compare_keras_log.log",
    localrule: True
    params:
        with_published=CONFIG.uses_published_data,
    script:
        "../scripts/compare_keras_log.py"


rule tabulate_confusion:
    input:
        predictions=experiment_results("predictions.npy", DRAWN_ONE_BY_ONE),
        y_test=rules.extract_labels.output.test,
        classes=rules.extract_labels.output.classes,
    output:
        table_file("confusion"),
    log:
        f"{RESULTS}/logs/tabulate_confusion.log",
    localrule: True
    params:
        trainings=experiment_trainings(DRAWN_ONE_BY_ONE),
    script:
        "../scripts/tabulate_confusion.py"


rule compare_spaces:
    input:
        histories=experiment_results("csv", PAIRED),
        predictions=experiment_results("predictions.npy", PAIRED),
        y_test=rules.extract_labels.output.test,
    output:
        controls=table_file("feature_controls"),
        paired=table_file("reference_paired"),
    log:
        f"{RESULTS}/logs/compare_spaces.log",
    localrule: True
    params:
        trainings=experiment_trainings(PAIRED),
        controls=CONFIG.comparison.controls,
        timed=TIMED,
    script:
        "../scripts/compare_spaces.py"


rule compare_l2_factors:
    input:
        experiment_results("csv", [CONFIG.comparison.l2_rule]),
    output:
        table_file("lambda_rule"),
    log:
        f"{RESULTS}/logs/compare_l2_factors.log",
    localrule: True
    params:
        l2=CONFIG.network_of(CONFIG.experiments[CONFIG.comparison.l2_rule]).l2,
        n_pixels=DATA.size.n_pixels,
        scale=CONFIG.network_of(CONFIG.experiments[CONFIG.comparison.l2_rule]).scale_l2_with_inputs,
    script:
        "../scripts/compare_l2_factors.py"


rule compare_learning_rates:
    input:
        experiment_results("csv", CONFIG.comparison.learning_rates),
    output:
        table_file("learning_rates"),
    log:
        f"{RESULTS}/logs/compare_learning_rates.log",
    localrule: True
    params:
        experiments=list(CONFIG.comparison.learning_rates),
    script:
        "../scripts/compare_learning_rates.py"


rule compare_scalings:
    input:
        experiment_results("csv", [CONFIG.comparison.scalings]),
    output:
        table_file("scaling_comparison"),
    log:
        f"{RESULTS}/logs/compare_scalings.log",
    localrule: True
    params:
        scalings=CONFIG.comparison.scalings,
        published=[point.model_dump() for point in PUBLISHED],
        choose_at=list(CONFIG.comparison.choose_at),
    script:
        "../scripts/compare_scalings.py"


rule compare_times:
    input:
        timed=experiment_results("csv", TIMED),
        epochs=rules.measure_ladder_input_spaces.output[0],
        controls=experiment_results("csv", [CONFIG.comparison.controls]),
        fits=fits_of(TIMED),
    output:
        times=table_file("time_to_accuracy"),
        summary=table_file("time_to_accuracy_summary"),
        curves=table_file("accuracy_over_time"),
        controls=table_file("controls_over_time"),
    log:
        f"{RESULTS}/logs/compare_times.log",
    localrule: True
    params:
        reference=CONFIG.comparison.reference,
        targets={
            "published": [point.accuracy for point in PUBLISHED],
            "configured": list(CONFIG.comparison.targets),
        },
    script:
        "../scripts/compare_times.py"
