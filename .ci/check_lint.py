"""Fail on any remark of `snakemake --lint json`, read from standard input, but one.

The rules name no conda environment of their own: the whole project runs in one environment, which
requirements.lock pins with hashes.
"""

import json
import sys

ACCEPTED = "Specify a conda environment or container for each rule."

report = json.load(sys.stdin)
remarks = [
    f"{part.get('rule', part.get('snakefile'))}: {lint['title']}"
    for part in [*report["snakefiles"], *report["rules"]]
    for lint in part["lints"]
    if lint["title"] != ACCEPTED
]
print(*remarks, f"{len(remarks)} remark(s) of snakemake --lint", sep="\n")
sys.exit(bool(remarks))
