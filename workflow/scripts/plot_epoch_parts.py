"""Draw the shares of an epoch and the backward pass on the steps of the optimisation ladder."""

from mlplab.provenance.records import run_job
from mlplab.reporting.figures import epoch_parts
from mlplab.reporting.figures.style import save_figure
from mlplab.runtime.files import read_table

with run_job(snakemake):
    epochs = epoch_parts.select_full_epochs(read_table(snakemake.input.summary))
    save_figure(epoch_parts.plot_epoch_shares(epochs), snakemake.output.shares, epochs)
    times = read_table(snakemake.input.backward)
    save_figure(epoch_parts.plot_backward_times(times), snakemake.output.backward, times)
