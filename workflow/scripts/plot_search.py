"""Draw the trials of the search, and what the chosen setting reaches."""

from mlplab.provenance.records import run_job
from mlplab.reporting.figures.search import plot_search
from mlplab.reporting.figures.style import save_figure
from mlplab.runtime.files import read_table

with run_job(snakemake):
    tables = [read_table(getattr(snakemake.input, n)) for n in ("trials", "result", "summary")]
    save_figure(plot_search(*tables), snakemake.output, *tables)
