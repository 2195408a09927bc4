"""The best network with few inputs: drawn settings, tried on validation images in stages."""

from mlplab.search.draws import draw_settings, find_decrease_const
from mlplab.search.inputs import make_search_features
from mlplab.search.ranking import choose_setting, rank_trials, tabulate_trials
from mlplab.search.results import summarize_search
from mlplab.search.trials import run_trial, train_final

__all__ = [
    "choose_setting",
    "draw_settings",
    "find_decrease_const",
    "make_search_features",
    "rank_trials",
    "run_trial",
    "summarize_search",
    "tabulate_trials",
    "train_final",
]
