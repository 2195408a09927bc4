# in:  results/<run>/tables/, config/claims.yaml
# out: results/<run>/tables/claims.csv: published figures beside those found here; the same as
#      claims.html and claims.md; results/<run>/report/findings.rst, which the first page of the
#      report includes
from mlplab.reporting.claims.needs import find_needs

CLAIMED = find_needs(own_file("config/claims.yaml"))


rule evaluate_claims:
    input:
        tables=[f"{RESULTS}/tables/{name}.csv" for name in CLAIMED.tables],
        claims=own_file("config/claims.yaml"),
    output:
        table=table_file("claims"),
        html=report(
            f"{RESULTS}/tables/claims.html",
            caption="../report/claims.rst",
            category="Claims",
            labels={"table": "published statements and their verdicts"},
        ),
        markdown=f"{RESULTS}/tables/claims.md",
    log:
        f"{RESULTS}/logs/evaluate_claims.log",
    localrule: True
    params:
        config=CONFIG.resolved(CLAIMED.sections),
    script:
        "../scripts/evaluate_claims.py"


rule summarize_findings:
    input:
        instances(TABLES),
    output:
        f"{RESULTS}/report/findings.rst",
    log:
        f"{RESULTS}/logs/summarize_findings.log",
    localrule: True
    script:
        "../scripts/summarize_findings.py"
