"""Time one way to fit k-means, and keep its inertia."""

from mlplab.clusters.clustering import KMeansSettings
from mlplab.clusters.cost import measure_cluster_cost
from mlplab.provenance.records import run_job
from mlplab.runtime.files import load_parts, save_table

with run_job(snakemake):
    params = snakemake.params
    x = load_parts(snakemake.input.train, snakemake.input.test, params.fit_on)
    cost = measure_cluster_cost(
        x,
        params.k,
        KMeansSettings(**params.kmeans),
        setting=params.setting,
        seeds=params.seeds,
    )
    save_table(snakemake.output[0], cost)
