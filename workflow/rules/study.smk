# in:   results/<run>/tables/,
# out: results/<run>/study.html: the study page; results/<run>/report/answers.rst, which the first
#      page of the report includes
rule make_study:
    input:
        instances(TABLES),
    output:
        page=f"{RESULTS}/study.html",
        answers=f"{RESULTS}/report/answers.rst",
    log:
        f"{RESULTS}/logs/make_study.log",
    localrule: True
    params:
        # As the module of each variant declares them.
        styles=VARIANT_STYLES,
        config=CONFIG.model_dump(
            mode="json",
            include={
                "run": True,
                "dataset": True,
                "scale": {"n_train", "cluster"},
                "comparison": {"reference", "controls"},
                "experiments": {name: {"n_validation"} for name in CONFIG.experiments},
                "search": {"max_features"},
            },
        ),
    script:
        "../scripts/make_study.py"
