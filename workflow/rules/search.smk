# in:  results/<run>/data/<pixel space of k-means>/, results/<run>/data/labels/
# out: results/<run>/search/: features of the fit and validation part, rows of trials and of the
#      final trainings; results/<run>/tables/search_*.csv
#
# A stage has as many places as trials. The job of a place ranks the stage before to find its
# setting, so all jobs are known at the start. Trainings run side by side, one thread each.


rule make_search_features:
    input:
        x_train=features(pixel_space("cluster"), "train"),
    output:
        fit=f"{RESULTS}/search/data/{{space}}/x_fit.npy",
        validation=f"{RESULTS}/search/data/{{space}}/x_validation.npy",
    log:
        f"{RESULTS}/logs/make_search_features/{{space}}.log",
    benchmark:
        f"{RESULTS}/job_times/make_search_features/{{space}}.tsv"
    priority: EARLY
    threads: 1
    params:
        space=lambda wildcards: wildcards.space,
        n_validation=CONFIG.search.n_validation,
        seed=CONFIG.search.seed,
    script:
        "../scripts/make_search_features.py"


rule run_trial:
    input:
        previous=lambda wildcards: search_places(int(wildcards.stage) - 1),
        labels=rules.extract_labels.output.train,
        fit=expand(rules.make_search_features.output.fit, space=CONFIG.search.space.input_spaces),
        validation=expand(
            rules.make_search_features.output.validation,
            space=CONFIG.search.space.input_spaces,
        ),
    output:
        f"{RESULTS}/search/stage-{{stage}}/place-{{place}}.csv",
    log:
        f"{RESULTS}/logs/run_trial/stage-{{stage}}-place-{{place}}.log",
    benchmark:
        f"{RESULTS}/job_times/run_trial/stage-{{stage}}-place-{{place}}.tsv"
    priority: EARLY
    threads: 1
    resources:
        slot=ONE_PROCESSOR,
    params:
        stage=lambda wildcards: int(wildcards.stage),
        place=lambda wildcards: int(wildcards.place),
        epochs=lambda wildcards: CONFIG.search.stages[int(wildcards.stage) - 1].epochs,
        n_drawn=CONFIG.search.stages[0].trials,
        space=CONFIG.search.space.model_dump(mode="json"),
        hidden_layer_sizes=list(CONFIG.search.hidden_layer_sizes),
        engine=CONFIG.search.engine,
        seed=CONFIG.search.seed,
    script:
        "../scripts/run_trial.py"


rule train_final:
    input:
        last_stage=search_places(len(CONFIG.search.stages)),
        x_train=features(pixel_space("cluster"), "train"),
        x_test=features(pixel_space("cluster"), "test"),
        y_train=rules.extract_labels.output.train,
        y_test=rules.extract_labels.output.test,
    output:
        f"{RESULTS}/search/final/seed-{{seed}}.csv",
    log:
        f"{RESULTS}/logs/train_final/seed-{{seed}}.log",
    benchmark:
        f"{RESULTS}/job_times/train_final/seed-{{seed}}.tsv"
    priority: EARLY
    threads: 1
    resources:
        slot=ONE_PROCESSOR,
    params:
        hidden_layer_sizes=list(CONFIG.search.hidden_layer_sizes),
        engine=CONFIG.search.engine,
    script:
        "../scripts/train_final.py"


rule tabulate_search:
    input:
        trials=[search_places(stage) for stage in range(1, len(CONFIG.search.stages) + 1)],
        final=expand(rules.train_final.output[0], seed=CONFIG.search.final_seeds),
    output:
        trials=table_file("search_trials"),
        result=table_file("search_result"),
        summary=table_file("search_summary"),
    log:
        f"{RESULTS}/logs/tabulate_search.log",
    localrule: True
    params:
        published_accuracy=CONFIG.search.published_accuracy if CONFIG.uses_published_data else None,
    script:
        "../scripts/tabulate_search.py"
