"""Score every fit of the sweep with its silhouettes: the mean, and the value of every image."""

import pandas as pd

from mlplab.clusters.silhouette import SILHOUETTES, measure_silhouettes
from mlplab.provenance.records import run_job
from mlplab.runtime.files import load_array, load_parts, save_array, save_table

with run_job(snakemake):
    params = snakemake.params
    found = measure_silhouettes(
        load_parts(snakemake.input.train, snakemake.input.test, params.fit_on),
        [load_array(path) for path in snakemake.input.labels],
        max_samples=params.max_samples,
        n_threads=snakemake.threads,
        memory_bytes=params.memory_mib * 2**20,
        progress=True,
    )
    scores = {"silhouette": found.scores, "silhouette_standard_error": found.standard_errors}
    table = SILHOUETTES.arrange(pd.DataFrame(params.fits).assign(**scores))
    save_table(snakemake.output.scores, table)
    save_array(snakemake.output.samples, found.every_sample())
