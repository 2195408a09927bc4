"""Compare silhouettes of samples of several sizes with those of the sweep."""

from mlplab.clusters.silhouette_error import measure_silhouette_error
from mlplab.provenance.records import run_job
from mlplab.runtime.files import load_array, load_parts, read_table, save_table

with run_job(snakemake):
    params = snakemake.params
    table = measure_silhouette_error(
        load_parts(snakemake.input.train, snakemake.input.test, params.fit_on),
        params.fits,
        [load_array(path) for path in snakemake.input.labels],
        read_table(snakemake.input.scores),
        sample_sizes=params.sample_sizes,
        n_threads=snakemake.threads,
        memory_bytes=params.memory_mib * 2**20,
    )
    save_table(snakemake.output[0], table)
