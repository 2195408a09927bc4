"""Draw the settings that the search tries."""

from mlplab.files import save_table
from mlplab.provenance import run_job
from mlplab.search import draw_settings

with run_job(snakemake):
    params = snakemake.params
    settings = draw_settings(params.n_trials, seed=params.seed, **params.space)
    save_table(snakemake.output[0], settings)
