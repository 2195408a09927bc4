"""Copy the clusters of the K that the sweep chooses."""

import shutil

from mlplab.clusters.choice import chosen_k
from mlplab.provenance.records import run_job
from mlplab.runtime.files import atomic_path, read_table

with run_job(snakemake) as log:
    k = chosen_k(read_table(snakemake.input.choices))
    log.info("K = %d", k)
    index = snakemake.params.k_values.index(k)
    for name in ("centers", "labels"):
        with atomic_path(snakemake.output[name]) as temporary:
            shutil.copyfile(snakemake.input[name][index], temporary)
