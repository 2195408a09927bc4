"""Compare the time that trainings need to reach an accuracy with the reference training."""

from mlplab.provenance.records import own_parameters, run_job
from mlplab.reporting.tables import time_to_accuracy as time_tables
from mlplab.runtime.files import read_table, read_tables, save_table

with run_job(snakemake):
    history = read_tables(snakemake.input.timed)
    fits = read_tables(snakemake.input.fits) if snakemake.input.fits else None
    epochs = read_table(snakemake.input.epochs)
    times = time_tables.build_time_to_accuracy(
        history, epochs, kmeans=fits, **own_parameters(snakemake.params)
    )
    save_table(snakemake.output.times, times)
    save_table(snakemake.output.summary, time_tables.summarize_time_to_accuracy(times))
    curves = time_tables.build_accuracy_over_time(
        time_tables.add_epoch_seconds(history, epochs), accuracy="test_accuracy", seconds="seconds"
    )
    save_table(snakemake.output.curves, time_tables.ACCURACY_OVER_TIME.arrange(curves))
    controls = time_tables.build_accuracy_over_time(
        read_tables(snakemake.input.controls),
        accuracy="validation_accuracy",
        seconds="cpu_seconds",
    )
    save_table(snakemake.output.controls, time_tables.CONTROLS_OVER_TIME.arrange(controls))
