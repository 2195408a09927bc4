"""Score every fit of the sweep with its mean silhouette coefficient."""

import pandas as pd

from mlplab.files import load_array, load_parts, save_table
from mlplab.provenance import run_job
from mlplab.silhouette import silhouette_scores

with run_job(snakemake):
    x = load_parts(snakemake.input.train, snakemake.input.test, snakemake.params.fit_on)
    scores = silhouette_scores(
        x,
        [load_array(path) for path in snakemake.input.labels],
        n_threads=snakemake.threads,
        memory_bytes=snakemake.params.memory_mib * 2**20,
        progress=True,
    )
    save_table(snakemake.output[0], pd.DataFrame(snakemake.params.fits).assign(silhouette=scores))
