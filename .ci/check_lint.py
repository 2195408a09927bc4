"""Fail on any remark of `snakemake --lint`, read from standard input, but one.

The rules name no conda environment of their own: the whole project runs in one environment, which
requirements.lock pins with hashes.
"""

import re
import sys

ACCEPTED = "Specify a conda environment or container for each rule."

text = sys.stdin.read()
if "Lints for" not in text and "Congratulations" not in text:
    sys.exit(f"snakemake --lint did not finish:\n{text}")
remarks = [found for found in re.findall(r"^    \* (.*?):?$", text, re.M) if found != ACCEPTED]
print(*remarks, f"{len(remarks)} remark(s) of snakemake --lint", sep="\n")
sys.exit(bool(remarks))
