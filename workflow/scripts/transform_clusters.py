"""Replace pixels by scaled distances to the centres of K clusters."""

from mlplab.clustering import cluster_distances
from mlplab.files import load_array, save_array
from mlplab.provenance import run_job
from mlplab.scaling import scale_features

with run_job(snakemake):
    centers = load_array(snakemake.input.centers)
    train, test = scale_features(
        cluster_distances(load_array(snakemake.input.train), centers),
        cluster_distances(load_array(snakemake.input.test), centers),
        snakemake.params.scaling,
    )
    save_array(snakemake.output.train, train)
    save_array(snakemake.output.test, test)
