"""Draw the trials of the search, and what the chosen setting reaches."""

from mlplab.figures.search import plot_search
from mlplab.figures.style import save_figure
from mlplab.files import read_table
from mlplab.provenance import run_job

with run_job(snakemake):
    tables = [read_table(getattr(snakemake.input, n)) for n in ("trials", "result", "summary")]
    save_figure(plot_search(*tables), snakemake.output, *tables)
