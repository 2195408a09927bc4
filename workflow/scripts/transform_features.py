"""Replace pixels by other features: distances to centres, components or random directions."""

from mlplab.features.transform import make_features
from mlplab.provenance.records import run_job
from mlplab.runtime.files import load_array, save_array

with run_job(snakemake):
    centers, seed = snakemake.input.get("centers"), snakemake.wildcards.get("seed")
    train, test = make_features(
        snakemake.params.space,
        load_array(snakemake.input.train),
        load_array(snakemake.input.test),
        seed=None if seed is None else int(seed),
        centers=None if centers is None else load_array(centers),
        scaling=snakemake.params.scaling,
    )
    save_array(snakemake.output.train, train)
    save_array(snakemake.output.test, test)
