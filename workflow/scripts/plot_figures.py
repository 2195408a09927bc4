"""Draw the figures of one module; ``draw`` there returns a drawing for every output of the rule."""

from importlib import import_module

from mlplab.provenance.records import own_parameters, run_job
from mlplab.reporting.figures.drawing import load_inputs, save_figure

with run_job(snakemake):
    figures = import_module(snakemake.params.module)
    inputs = load_inputs(snakemake.input.items())
    for name, drawing in figures.draw(inputs, own_parameters(snakemake.params)).items():
        save_figure(drawing.figure, snakemake.output[name], *drawing.tables)
