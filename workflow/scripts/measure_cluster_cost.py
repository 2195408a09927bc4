"""Time one way to fit k-means, and keep its inertia."""

from mlplab.clusters.cost import measure_cluster_cost
from mlplab.provenance.records import run_job
from mlplab.runtime.files import load_parts, save_table

with run_job(snakemake):
    x = load_parts(snakemake.input.train, snakemake.input.test, snakemake.params.fit_on)
    cost = measure_cluster_cost(
        x, snakemake.params.k, setting=snakemake.wildcards.setting, **snakemake.params.kmeans
    )
    save_table(snakemake.output[0], cost)
