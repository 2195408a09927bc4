"""Compare every clustering of the sweep with the labels of the images."""

from mlplab.clusters.quality import build_cluster_quality
from mlplab.provenance.records import run_job
from mlplab.runtime.files import load_array, load_parts, read_table, save_table

with run_job(snakemake):
    quality = build_cluster_quality(
        snakemake.params.fits,
        [load_array(path) for path in snakemake.input.labels],
        load_parts(snakemake.input.y_train, snakemake.input.y_test, snakemake.params.fit_on),
        read_table(snakemake.input.sweep),
    )
    save_table(snakemake.output[0], quality)
