# in:  results/<run>/tables/
# out: results/<run>/figures/: each figure as PNG, SVG, and CSV with the rows that it shows
#
# A job takes seconds to start and less than one to draw, so figures of one subject share a rule.
# Every rule names one module, whose `draw` gets the rule's inputs and params and returns a drawing for
# each output. A new figure is its module, its rule and its caption.
from mlplab.reporting.words import describe_space


rule plot_cluster_sweep:
    input:
        sweep=rules.tabulate_cluster_sweep.output.sweep,
        choices=rules.tabulate_cluster_sweep.output.choices,
    output:
        sweep=figure_files("cluster_sweep", "Clusters", "time, inertia and silhouette over K"),
    log:
        f"{RESULTS}/logs/plot_cluster_sweep.log",
    localrule: True
    params:
        module="mlplab.reporting.figures.cluster_sweep",
        fit_on=CONFIG.cluster.fit_on,
    script:
        "../scripts/plot_figures.py"


rule plot_cluster_cost:
    input:
        cost=rules.tabulate_cluster_cost.output[0],
    output:
        cost=figure_files("cluster_cost_quality", "Clusters", "cost and quality of k-means"),
    log:
        f"{RESULTS}/logs/plot_cluster_cost.log",
    localrule: True
    params:
        module="mlplab.reporting.figures.cluster_cost",
    script:
        "../scripts/plot_figures.py"


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
        module="mlplab.reporting.figures.clusters",
        seed=CONFIG.cluster.seeds[0],
        fit_on=CONFIG.cluster.fit_on,
        image_shape=DATA.size.image_shape,
    script:
        "../scripts/plot_figures.py"


rule plot_training_history:
    input:
        history=rules.tabulate_training.output.history,
    output:
        history=figure_files("training_history", "Training", "both networks on all inputs"),
    log:
        f"{RESULTS}/logs/plot_training_history.log",
    localrule: True
    params:
        module="mlplab.reporting.figures.training_history",
        experiment=GRID_EXPERIMENT,
        batch_size=min(CONFIG.train.batch_sizes, key=lambda size: abs(size - 500)),
        seed=CONFIG.seeds[0],
    script:
        "../scripts/plot_figures.py"


rule plot_keras_log:
    input:
        log=rules.compare_keras_log.output.log,
    output:
        log=figure_files("keras_log", "Training", "Keras' printed log against several seeds"),
    log:
        f"{RESULTS}/logs/plot_keras_log.log",
    localrule: True
    params:
        module="mlplab.reporting.figures.keras_log",
    script:
        "../scripts/plot_figures.py"


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
        module="mlplab.reporting.figures.training_run",
        experiment=lambda wildcards: wildcards.experiment,
        input_space=lambda wildcards: wildcards.input_space,
        space_in_words=lambda wildcards: describe_space(wildcards.input_space),
        l2_factor=lambda wildcards: CONFIG.experiments[wildcards.experiment].l2_factors[0],
    script:
        "../scripts/plot_figures.py"


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
        module="mlplab.reporting.figures.comparisons",
        controls=CONFIG.comparison.controls,
        first_in_words=describe_space(
            CONFIG.experiments[CONFIG.comparison.controls].input_spaces[0]
        ),
        l2_rule=CONFIG.comparison.l2_rule,
        reference=CONFIG.comparison.reference,
    script:
        "../scripts/plot_figures.py"


rule plot_bridge:
    input:
        bridge=rules.tabulate_bridge.output[0],
    output:
        bridge=figure_files("bridge", "Training", "from NumPy to Keras, one difference at a time"),
    log:
        f"{RESULTS}/logs/plot_bridge.log",
    localrule: True
    params:
        module="mlplab.reporting.figures.bridge",
    script:
        "../scripts/plot_figures.py"


rule plot_batch_sizes:
    input:
        summary=rules.tabulate_batch_sizes.output.summary,
        ratios=rules.tabulate_batch_sizes.output.ratios,
    output:
        seconds=figure_files("seconds_per_epoch", "Time", "seconds per epoch over the batch size"),
        ratios=figure_files("batch_size_ratios", "Time", "ratios to NumPy over the batch size"),
    log:
        f"{RESULTS}/logs/plot_batch_sizes.log",
    localrule: True
    params:
        module="mlplab.reporting.figures.batch_sizes",
        styles=VARIANT_STYLES,
    script:
        "../scripts/plot_figures.py"


rule plot_optimization_ladder:
    input:
        summary=rules.tabulate_ladder.output.summary,
    output:
        ladder=figure_files("optimization_ladder", "Time", "optimisation ladder beside Keras"),
    log:
        f"{RESULTS}/logs/plot_optimization_ladder.log",
    localrule: True
    params:
        module="mlplab.reporting.figures.optimization_ladder",
    script:
        "../scripts/plot_figures.py"


rule plot_search:
    input:
        trials=rules.tabulate_search.output.trials,
        result=rules.tabulate_search.output.result,
        summary=rules.tabulate_search.output.summary,
    output:
        search=figure_files("search", "Training", "search for the best network with few inputs"),
    log:
        f"{RESULTS}/logs/plot_search.log",
    localrule: True
    params:
        module="mlplab.reporting.figures.search",
    script:
        "../scripts/plot_figures.py"


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
    params:
        module="mlplab.reporting.figures.epoch_parts",
    script:
        "../scripts/plot_figures.py"


rule plot_operations:
    input:
        operations=rules.tabulate_operations.output[0],
    output:
        operations=figure_files("operations", "Time", "where the time of an epoch goes"),
        roofline=figure_files("roofline", "Time", "speed of the matrix products"),
    log:
        f"{RESULTS}/logs/plot_operations.log",
    localrule: True
    params:
        module="mlplab.reporting.figures.operations",
    script:
        "../scripts/plot_figures.py"


rule plot_threads:
    input:
        threads=rules.measure_threads.output[0],
    output:
        threads=figure_files("thread_scaling", "Time", "threads allowed and processors used"),
    log:
        f"{RESULTS}/logs/plot_threads.log",
    localrule: True
    params:
        module="mlplab.reporting.figures.threads",
    script:
        "../scripts/plot_figures.py"


rule plot_deep_model:
    input:
        deep_model=rules.tabulate_deep_model.output[0],
    output:
        deep_model=figure_files("deep_model", "Time", "deep model of article B"),
    log:
        f"{RESULTS}/logs/plot_deep_model.log",
    localrule: True
    params:
        module="mlplab.reporting.figures.deep_model",
    script:
        "../scripts/plot_figures.py"
