"""Draw what experiments say over seeds: input spaces, strengths of λ₂, time to an accuracy."""

from mlplab.provenance.records import run_job
from mlplab.reporting.figures import comparisons
from mlplab.reporting.figures.style import save_figure
from mlplab.runtime.files import read_table

with run_job(snakemake):
    tables = {name: read_table(path) for name, path in snakemake.input.items()}
    drawn = snakemake.output
    figure = comparisons.plot_feature_controls(tables["controls"])
    save_figure(figure, drawn.controls, tables["controls"])
    save_figure(comparisons.plot_lambda_rule(tables["rule"]), drawn.rule, tables["rule"])
    figure = comparisons.plot_time_to_accuracy(tables["curves"], tables["summary"])
    save_figure(figure, drawn.times, tables["curves"], tables["summary"])
    figure = comparisons.plot_controls_over_time(tables["controls_curves"])
    save_figure(figure, drawn.controls_times, tables["controls_curves"])
