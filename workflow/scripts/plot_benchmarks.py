"""Draw the operations of a batch, the speed of products, threads, and the deep model."""

from mlplab.provenance.records import run_job
from mlplab.reporting.figures.deep_model import plot_deep_model
from mlplab.reporting.figures.operations import plot_operations, plot_roofline
from mlplab.reporting.figures.style import save_figure
from mlplab.reporting.figures.threads import plot_thread_scaling
from mlplab.reporting.tables.operations import select_operations
from mlplab.runtime.files import read_table

with run_job(snakemake):
    tables, output = snakemake.input, snakemake.output
    times = select_operations(read_table(tables.operations))
    save_figure(plot_operations(times), output.operations, times)
    save_figure(plot_roofline(times), output.roofline, times[times["gflops"].notna()])
    turns, deep_model = read_table(tables.threads), read_table(tables.deep_model)
    save_figure(plot_thread_scaling(turns), output.threads, turns)
    save_figure(plot_deep_model(deep_model), output.deep_model, deep_model)
