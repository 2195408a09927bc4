"""Try the setting that has a place in the ranking of the stage before."""

from mlplab.files import load_array, read_table, save_table
from mlplab.provenance import run_job
from mlplab.search import run_trial

with run_job(snakemake):
    params = snakemake.params
    setting = read_table(snakemake.input.ranking).iloc[params.place]
    space = params.input_spaces.index(setting["input_space"])
    row = run_trial(
        load_array(snakemake.input.fit[space]),
        load_array(snakemake.input.validation[space]),
        load_array(snakemake.input.labels),
        setting,
        stage=params.stage,
        epochs=params.epochs,
        hidden_layer_sizes=params.hidden_layer_sizes,
        seed=params.seed,
        n_threads=snakemake.threads,
    )
    save_table(snakemake.output[0], row)
