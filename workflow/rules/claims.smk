# in:  results/<run>/tables/, config/claims.yaml
# out: results/<run>/tables/claims.csv: published figures beside those found here, and the same as
#      claims.md
from mlplab.reporting.claims.needs import find_needs

CLAIMED = find_needs(own_file("config/claims.yaml"))


rule evaluate_claims:
    input:
        tables=[f"{RESULTS}/tables/{name}.csv" for name in CLAIMED.tables],
        claims=own_file("config/claims.yaml"),
    output:
        table=table_file("claims"),
        markdown=f"{RESULTS}/tables/claims.md",
    log:
        f"{RESULTS}/logs/evaluate_claims.log",
    localrule: True
    params:
        config=CONFIG.resolved(CLAIMED.sections),
    script:
        "../scripts/evaluate_claims.py"
