"""Join the rows of the sweep with their silhouettes, and choose K."""

from mlplab.clusters.choice import choose_k
from mlplab.clusters.sweep import build_cluster_sweep
from mlplab.provenance.records import own_parameters, run_job
from mlplab.runtime.files import save_table

with run_job(snakemake):
    sweep = build_cluster_sweep(snakemake.input.fits, snakemake.input.silhouettes)
    save_table(snakemake.output.sweep, sweep)
    save_table(snakemake.output.choices, choose_k(sweep, **own_parameters(snakemake.params)))
