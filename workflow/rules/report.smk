# in:  results/<run>/tables/ and the records beside them
# out: results/<run>/report/findings.rst, which the first page of the report includes


rule summarize_findings:
    input:
        rules.tables.input,
        claims=rules.evaluate_claims.output[0],
    output:
        f"{RESULTS}/report/findings.rst",
    log:
        f"{RESULTS}/logs/summarize_findings.log",
    localrule: True
    script:
        "../scripts/summarize_findings.py"
