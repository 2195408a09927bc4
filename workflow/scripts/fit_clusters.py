"""Fit k-means for one K and one seed."""

from mlplab.clusters.clustering import KMeansSettings, fit_kmeans, summarize_fit
from mlplab.provenance.records import run_job
from mlplab.runtime.files import load_parts, save_array, save_table

with run_job(snakemake):
    params = snakemake.params
    seed = int(snakemake.wildcards.seed)
    fit = fit_kmeans(
        load_parts(snakemake.input.train, snakemake.input.test, params.fit_on),
        int(snakemake.wildcards.k),
        KMeansSettings(params.algorithm, params.n_init, params.max_iter, params.batch_size),
        seed=seed,
        n_threads=snakemake.threads,
    )
    save_array(snakemake.output.centers, fit.centers)
    save_array(snakemake.output.labels, fit.labels)
    save_table(snakemake.output.row, summarize_fit(fit, dataset=params.dataset, seed=seed))
