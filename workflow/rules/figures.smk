# in:  results/<run>/tables/
# out: results/<run>/figures/: each figure as PNG, SVG, and CSV with the rows that it shows
#
# A job takes seconds to start and less than one to draw, so figures of one subject share a rule.


rule plot_cluster_sweep:
    input:
        sweep=rules.tabulate_cluster_sweep.output.sweep,
        choices=rules.tabulate_cluster_sweep.output.choices,
    output:
        figure_files("cluster_sweep", "Clusters", "time, inertia and silhouette over K"),
    log:
        f"{RESULTS}/logs/plot_cluster_sweep.log",
    localrule: True
    params:
        fit_on=CONFIG.cluster.fit_on,
    script:
        "../scripts/plot_cluster_sweep.py"


rule plot_cluster_cost:
    input:
        rules.tabulate_cluster_cost.output,
    output:
        figure_files("cluster_cost_quality", "Clusters", "cost and quality of k-means"),
    log:
        f"{RESULTS}/logs/plot_cluster_cost.log",
    localrule: True
    script:
        "../scripts/plot_cluster_cost.py"


rule plot_clusters:
    input:
        centers=rules.describe_clusters.input.centers,
        labels=rules.describe_clusters.input.labels,
        clusters=rules.describe_clusters.output.clusters,
        ambiguous=rules.describe_clusters.output.ambiguous,
        silhouettes=rules.describe_clusters.output.silhouettes,
        images=rules.describe_clusters.output.images,
    output:
        centers=figure_files(
            "cluster_centers_{k}", "Clusters", "K = {k}: centres", caption="cluster_centers"
        ),
        silhouettes=figure_files(
            "silhouette_samples_{k}",
            "Clusters",
            "K = {k}: silhouettes of all images",
            caption="silhouette_samples",
        ),
        ambiguous=figure_files(
            "ambiguous_images_{k}",
            "Clusters",
            "K = {k}: images between two centres",
            caption="ambiguous_images",
        ),
    log:
        f"{RESULTS}/logs/plot_clusters/{{k}}.log",
    localrule: True
    params:
        seed=CONFIG.cluster.seeds[0],
        fit_on=CONFIG.cluster.fit_on,
        image_shape=DATA.size.image_shape,
    script:
        "../scripts/plot_clusters.py"


rule plot_training_history:
    input:
        rules.tabulate_training.output.history,
    output:
        figure_files("training_history", "Training", "both networks on all inputs"),
    log:
        f"{RESULTS}/logs/plot_training_history.log",
    localrule: True
    params:
        experiment=GRID_EXPERIMENT,
        batch_size=min(CONFIG.train.batch_sizes, key=lambda size: abs(size - 500)),
        seed=CONFIG.seeds[0],
    script:
        "../scripts/plot_training_history.py"


rule plot_training_run:
    input:
        history=rules.tabulate_training.output.history,
        confusion=rules.tabulate_confusion.output[0],
    output:
        panels=figure_files(
            "runs/{experiment}/{input_space}-panels",
            "Training",
            "{experiment}, {input_space}: costs and error",
            caption="run_panels",
        ),
        accuracy=figure_files(
            "runs/{experiment}/{input_space}-accuracy",
            "Training",
            "{experiment}, {input_space}: cost and accuracy",
            caption="run_accuracy",
        ),
        confusion=figure_files(
            "runs/{experiment}/{input_space}-confusion",
            "Training",
            "{experiment}, {input_space}: confusions",
            caption="run_confusion",
        ),
    log:
        f"{RESULTS}/logs/plot_training_run/{{experiment}}-{{input_space}}.log",
    localrule: True
    params:
        experiment=lambda wildcards: wildcards.experiment,
        input_space=lambda wildcards: wildcards.input_space,
        l2_factor=lambda wildcards: CONFIG.experiments[wildcards.experiment].l2_factors[0],
    script:
        "../scripts/plot_training_run.py"


rule plot_comparisons:
    input:
        controls=rules.compare_spaces.output.controls,
        rule=rules.compare_l2_factors.output[0],
        curves=rules.compare_times.output.curves,
        summary=rules.compare_times.output.summary,
        controls_curves=rules.compare_times.output.controls,
    output:
        controls=figure_files("feature_controls", "Clusters", "other inputs than cluster distances"),
        rule=figure_files("lambda_rule", "Clusters", "strengths of λ₂ around the rule"),
        times=figure_files("time_to_accuracy", "Clusters", "accuracy over seconds of training"),
        controls_times=figure_files(
            "controls_over_time", "Clusters", "all inputs: accuracy over seconds of training"
        ),
    log:
        f"{RESULTS}/logs/plot_comparisons.log",
    localrule: True
    params:
        controls=CONFIG.comparison.controls,
        l2_rule=CONFIG.comparison.l2_rule,
        reference=CONFIG.comparison.reference,
    script:
        "../scripts/plot_comparisons.py"


rule plot_seconds_per_epoch:
    input:
        rules.tabulate_batch_sizes.output.summary,
    output:
        figure_files("seconds_per_epoch", "Time", "seconds per epoch over the batch size"),
    log:
        f"{RESULTS}/logs/plot_seconds_per_epoch.log",
    localrule: True
    script:
        "../scripts/plot_seconds_per_epoch.py"


rule plot_batch_size_ratios:
    input:
        rules.tabulate_batch_sizes.output.ratios,
    output:
        figure_files("batch_size_ratios", "Time", "ratios to NumPy over the batch size"),
    log:
        f"{RESULTS}/logs/plot_batch_size_ratios.log",
    localrule: True
    script:
        "../scripts/plot_batch_size_ratios.py"


rule plot_optimization_ladder:
    input:
        rules.tabulate_ladder.output.summary,
    output:
        figure_files("optimization_ladder", "Time", "optimisation ladder beside Keras"),
    log:
        f"{RESULTS}/logs/plot_optimization_ladder.log",
    localrule: True
    script:
        "../scripts/plot_optimization_ladder.py"


rule plot_search:
    input:
        trials=rules.tabulate_search.output.trials,
        result=rules.tabulate_search.output.result,
        summary=rules.tabulate_search.output.summary,
    output:
        figure_files("search", "Training", "search for the best network with few inputs"),
    log:
        f"{RESULTS}/logs/plot_search.log",
    localrule: True
    script:
        "../scripts/plot_search.py"


rule plot_epoch_parts:
    input:
        backward=rules.tabulate_ladder.output.backward,
        summary=rules.tabulate_ladder.output.summary,
    output:
        shares=figure_files("epoch_shares", "Time", "shares of shuffling, batches, prediction"),
        backward=figure_files("backward_times", "Time", "backward pass layer by layer"),
    log:
        f"{RESULTS}/logs/plot_epoch_parts.log",
    localrule: True
    script:
        "../scripts/plot_epoch_parts.py"


rule plot_benchmarks:
    input:
        operations=rules.tabulate_operations.output[0],
        threads=rules.measure_threads.output[0],
        deep_model=rules.tabulate_deep_model.output[0],
    output:
        operations=figure_files("operations", "Time", "where the time of an epoch goes"),
        roofline=figure_files("roofline", "Time", "speed of the matrix products"),
        threads=figure_files("thread_scaling", "Time", "threads asked for and processors used"),
        deep_model=figure_files("deep_model", "Time", "deep model of article B"),
    log:
        f"{RESULTS}/logs/plot_benchmarks.log",
    localrule: True
    script:
        "../scripts/plot_benchmarks.py"


rule figures:
    input:
        rules.plot_cluster_sweep.output,
        rules.plot_cluster_cost.output,
        expand(rules.plot_clusters.output, k=CONFIG.transform.k_values),
        rules.plot_training_history.output,
        training_run_figures(),
        rules.plot_comparisons.output,
        rules.plot_seconds_per_epoch.output,
        rules.plot_batch_size_ratios.output,
        rules.plot_optimization_ladder.output,
        rules.plot_search.output,
        rules.plot_epoch_parts.output,
        rules.plot_benchmarks.output,
