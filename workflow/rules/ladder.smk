# in:  results/<run>/data/<pixel space of NumPy>/, results/<run>/data/labels/,
#      config/published_ladder.csv, config/published_backward.csv
# out: results/<run>/tables/optimization_ladder.csv, optimization_ladder_summary.csv,
#      backward_times.csv
#
# Seconds are measured, so measure_ladder runs alone like the trainings, and has no `benchmark:`
# line, see benchmark.smk.


rule measure_ladder:
    input:
        x_train=features(pixel_space("numpy"), "train"),
        y_train=rules.extract_labels.output.train,
    output:
        f"{RESULTS}/tables/optimization_ladder.csv",
    log:
        f"{RESULTS}/logs/measure_ladder.log",
    threads: CONFIG.train.n_threads
    resources:
        **ALONE,
    params:
        batch_size=CONFIG.ladder.batch_size,
        n_threads=CONFIG.train.n_threads,
        rounds=CONFIG.ladder.rounds,
        seed=CONFIG.seeds[0],
    script:
        "../scripts/measure_ladder.py"


rule tabulate_ladder:
    input:
        ladder=rules.measure_ladder.output[0],
        published=own_file("config/published_ladder.csv"),
        published_backward=own_file("config/published_backward.csv"),
    output:
        summary=f"{RESULTS}/tables/optimization_ladder_summary.csv",
        backward=f"{RESULTS}/tables/backward_times.csv",
    log:
        f"{RESULTS}/logs/tabulate_ladder.log",
    localrule: True
    params:
        with_published=CONFIG.uses_published_data,
        seed=CONFIG.seeds[0],
    script:
        "../scripts/tabulate_ladder.py"
