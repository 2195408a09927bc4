"""Join the measurements of all batch sizes, and tabulate their means and ratios."""

from mlplab.benchmark import summary
from mlplab.provenance.records import run_job
from mlplab.runtime.files import save_table

with run_job(snakemake):
    benchmark = summary.build_batch_size_benchmark(snakemake.input.measurements)
    save_table(snakemake.output.benchmark, benchmark)
    save_table(snakemake.output.summary, summary.summarize_batch_sizes(benchmark))
    save_table(snakemake.output.ratios, summary.build_batch_size_ratios(benchmark))
    save_table(snakemake.output.absent, summary.build_absent_variants(snakemake.input.absent))
