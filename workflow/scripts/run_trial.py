"""Try a setting: a drawn one, or the one that has a place in the ranking of the stage before."""

from mlplab.provenance.records import run_job
from mlplab.runtime.files import load_array, read_tables, save_table
from mlplab.training.search.draws import SearchSpace, draw_settings
from mlplab.training.search.ranking import rank_trials
from mlplab.training.search.trials import SearchNetwork, run_trial, split_samples

with run_job(snakemake):
    paths, params = snakemake.input, snakemake.params
    if paths.previous:
        settings = rank_trials(read_tables(paths.previous))
    else:
        settings = draw_settings(params.n_drawn, SearchSpace(**params.space), seed=params.seed)
    setting = settings.iloc[params.place]
    space = params.space["input_spaces"].index(setting["input_space"])
    row = run_trial(
        split_samples(
            load_array(paths.fit[space]),
            load_array(paths.validation[space]),
            load_array(paths.labels),
        ),
        setting,
        SearchNetwork(params.hidden_layer_sizes, params.engine, snakemake.threads),
        stage=params.stage,
        epochs=params.epochs,
        seed=params.seed,
    )
    save_table(snakemake.output[0], row)
