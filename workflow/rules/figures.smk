# in:  results/<run>/tables/
# out: results/<run>/figures/: PNG and SVG


rule plot_cluster_sweep:
    input:
        sweep=rules.tabulate_cluster_sweep.output.sweep,
        choices=rules.tabulate_cluster_sweep.output.choices,
    output:
        png=report(
            f"{RESULTS}/figures/cluster_sweep.png",
            caption="../report/cluster_sweep.rst",
            category="Clusters",
        ),
        svg=f"{RESULTS}/figures/cluster_sweep.svg",
    log:
        f"{RESULTS}/logs/plot_cluster_sweep.log",
    params:
        fit_on=CONFIG.cluster.fit_on,
    script:
        "../scripts/plot_cluster_sweep.py"


rule plot_cluster_cost:
    input:
        rules.tabulate_cluster_cost.output,
    output:
        png=report(
            f"{RESULTS}/figures/cluster_cost_quality.png",
            caption="../report/cluster_cost_quality.rst",
            category="Clusters",
        ),
        svg=f"{RESULTS}/figures/cluster_cost_quality.svg",
    log:
        f"{RESULTS}/logs/plot_cluster_cost.log",
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
        centers=report(
            f"{RESULTS}/figures/cluster_centers_{{k}}.png",
            caption="../report/cluster_centers.rst",
            category="Clusters",
        ),
        centers_svg=f"{RESULTS}/figures/cluster_centers_{{k}}.svg",
        silhouettes=report(
            f"{RESULTS}/figures/silhouette_samples_{{k}}.png",
            caption="../report/silhouette_samples.rst",
            category="Clusters",
        ),
        silhouettes_svg=f"{RESULTS}/figures/silhouette_samples_{{k}}.svg",
        ambiguous=report(
            f"{RESULTS}/figures/ambiguous_images_{{k}}.png",
            caption="../report/ambiguous_images.rst",
            category="Clusters",
        ),
        ambiguous_svg=f"{RESULTS}/figures/ambiguous_images_{{k}}.svg",
    log:
        f"{RESULTS}/logs/plot_clusters/{{k}}.log",
    params:
        seed=CONFIG.cluster.seeds[0],
        fit_on=CONFIG.cluster.fit_on,
    script:
        "../scripts/plot_clusters.py"


rule plot_training_history:
    input:
        rules.tabulate_training.output.history,
    output:
        png=report(
            f"{RESULTS}/figures/training_history.png",
            caption="../report/training_history.rst",
            category="Training",
        ),
        svg=f"{RESULTS}/figures/training_history.svg",
    log:
        f"{RESULTS}/logs/plot_training_history.log",
    params:
        experiment=GRID_EXPERIMENT,
        batch_size=min(CONFIG.train.batch_sizes, key=lambda size: abs(size - 500)),
        seed=CONFIG.seeds[0],
    script:
        "../scripts/plot_training_history.py"


rule plot_seconds_per_epoch:
    input:
        rules.tabulate_batch_sizes.output.summary,
    output:
        png=report(
            f"{RESULTS}/figures/seconds_per_epoch.png",
            caption="../report/seconds_per_epoch.rst",
            category="Time",
        ),
        svg=f"{RESULTS}/figures/seconds_per_epoch.svg",
    log:
        f"{RESULTS}/logs/plot_seconds_per_epoch.log",
    script:
        "../scripts/plot_seconds_per_epoch.py"


rule plot_batch_size_ratios:
    input:
        rules.tabulate_batch_sizes.output.ratios,
    output:
        png=report(
            f"{RESULTS}/figures/batch_size_ratios.png",
            caption="../report/batch_size_ratios.rst",
            category="Time",
        ),
        svg=f"{RESULTS}/figures/batch_size_ratios.svg",
    log:
        f"{RESULTS}/logs/plot_batch_size_ratios.log",
    script:
        "../scripts/plot_batch_size_ratios.py"


rule plot_optimization_ladder:
    input:
        rules.tabulate_ladder.output,
    output:
        png=report(
            f"{RESULTS}/figures/optimization_ladder.png",
            caption="../report/optimization_ladder.rst",
            category="Training",
        ),
        svg=f"{RESULTS}/figures/optimization_ladder.svg",
    log:
        f"{RESULTS}/logs/plot_optimization_ladder.log",
    script:
        "../scripts/plot_optimization_ladder.py"


rule figures:
    input:
        rules.plot_cluster_sweep.output,
        rules.plot_cluster_cost.output,
        expand(rules.plot_clusters.output, k=CONFIG.transform.k_values),
        rules.plot_training_history.output,
        rules.plot_seconds_per_epoch.output,
        rules.plot_batch_size_ratios.output,
        rules.plot_optimization_ladder.output,
