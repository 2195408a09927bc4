"""Train the chosen setting on all training images, and classify the test images once."""

from mlplab.provenance.records import run_job
from mlplab.runtime.files import read_tables, save_table
from mlplab.training.samples import Samples, load_samples
from mlplab.training.search.inputs import make_search_features
from mlplab.training.search.ranking import choose_setting
from mlplab.training.search.trials import SearchNetwork, train_final

with run_job(snakemake):
    params, seed = snakemake.params, int(snakemake.wildcards.seed)
    setting = choose_setting(read_tables(snakemake.input.last_stage))
    pixels = load_samples(snakemake.input)
    x_train, x_test = make_search_features(
        setting["input_space"], pixels.x_train, pixels.x_test, seed=seed
    )
    row = train_final(
        Samples(x_train, pixels.y_train, x_test, pixels.y_test),
        setting,
        SearchNetwork(params.hidden_layer_sizes, params.engine, snakemake.threads),
        seed=seed,
    )
    save_table(snakemake.output[0], row)
