# in:  results/<run>/models/clusters/, results/<run>/training/
# out: results/<run>/tables/: a table per subject


rule tabulate_cluster_sweep:
    input:
        fits=cluster_fits("csv"),
        silhouettes=rules.score_silhouettes.output,
    output:
        sweep=f"{RESULTS}/tables/cluster_sweep.csv",
        choices=f"{RESULTS}/tables/cluster_choices.csv",
    log:
        f"{RESULTS}/logs/tabulate_cluster_sweep.log",
    script:
        "../scripts/tabulate_cluster_sweep.py"


rule tabulate_training:
    input:
        training_histories("numpy"),
        training_histories("keras"),
        experiment_results("csv"),
    output:
        history=f"{RESULTS}/tables/training_history.csv",
        accuracies=f"{RESULTS}/tables/final_accuracies.csv",
    log:
        f"{RESULTS}/logs/tabulate_training.log",
    script:
        "../scripts/tabulate_training.py"


rule tabulate_confusion:
    input:
        predictions=experiment_results("predictions.npy", EXCLUSIVE),
        y_test=rules.extract_labels.output.test,
    output:
        f"{RESULTS}/tables/confusion.csv",
    log:
        f"{RESULTS}/logs/tabulate_confusion.log",
    params:
        trainings=experiment_trainings(EXCLUSIVE),
    script:
        "../scripts/tabulate_confusion.py"


rule tables:
    input:
        rules.tabulate_cluster_sweep.output,
        rules.tabulate_training.output,
        rules.compare_spaces.output,
        rules.compare_l2_factors.output,
        rules.compare_scalings.output,
        rules.compare_times.output,
        rules.measure_ladder.output,
        rules.tabulate_ladder.output,
        rules.tabulate_batch_sizes.output,
        rules.tabulate_operations.output,
        rules.measure_threads.output,
        rules.tabulate_deep_model.output,
        rules.tabulate_search.output,
