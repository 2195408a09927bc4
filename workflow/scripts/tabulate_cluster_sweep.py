"""Put the rows of the sweep and the silhouettes into one table, and what they say about K."""

from mlplab.cluster_choice import choose_k
from mlplab.files import save_table
from mlplab.provenance import own_parameters, run_job
from mlplab.tables import build_cluster_sweep

with run_job(snakemake):
    sweep = build_cluster_sweep(snakemake.input.fits, snakemake.input.silhouettes)
    save_table(snakemake.output.sweep, sweep)
    save_table(snakemake.output.choices, choose_k(sweep, **own_parameters(snakemake.params)))
