# in:  results/<run>/training/experiments/<name>/, results/<run>/data/labels/
# out: results/<run>/tables/: feature_controls.csv, reference_paired.csv, lambda_rule.csv,
#      scaling_comparison.csv, time_to_accuracy.csv, time_to_accuracy_summary.csv,
#      accuracy_over_time.csv, controls_over_time.csv

TIMED = [CONFIG.comparison.reference, CONFIG.comparison.against_reference]
PUBLISHED = CONFIG.comparison.published if CONFIG.uses_published_data else []
PAIRED = [CONFIG.comparison.controls, *TIMED]


rule compare_spaces:
    input:
        histories=experiment_results("csv", PAIRED),
        predictions=experiment_results("predictions.npy", PAIRED),
        y_test=rules.extract_labels.output.test,
    output:
        controls=f"{RESULTS}/tables/feature_controls.csv",
        paired=f"{RESULTS}/tables/reference_paired.csv",
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
        f"{RESULTS}/tables/lambda_rule.csv",
    log:
        f"{RESULTS}/logs/compare_l2_factors.log",
    localrule: True
    params:
        l2=CONFIG.experiments[CONFIG.comparison.l2_rule].network.l2,
        n_pixels=DATA.size.n_pixels,
        scale=CONFIG.experiments[CONFIG.comparison.l2_rule].scale_l2_with_inputs,
    script:
        "../scripts/compare_l2_factors.py"


rule compare_scalings:
    input:
        experiment_results("csv", [TIMED[1], CONFIG.comparison.scalings]),
    output:
        f"{RESULTS}/tables/scaling_comparison.csv",
    log:
        f"{RESULTS}/logs/compare_scalings.log",
    localrule: True
    params:
        scalings=CONFIG.comparison.scalings,
        published=[point.model_dump() for point in PUBLISHED],
    script:
        "../scripts/compare_scalings.py"


rule compare_times:
    input:
        timed=experiment_results("csv", TIMED),
        controls=experiment_results("csv", [CONFIG.comparison.controls]),
    output:
        times=f"{RESULTS}/tables/time_to_accuracy.csv",
        summary=f"{RESULTS}/tables/time_to_accuracy_summary.csv",
        curves=f"{RESULTS}/tables/accuracy_over_time.csv",
        controls=f"{RESULTS}/tables/controls_over_time.csv",
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
