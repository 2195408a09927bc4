"""Count the test images by label and predicted class."""

from mlplab.provenance.records import run_job
from mlplab.reporting.tables.confusion import build_confusion
from mlplab.runtime.files import load_array, save_table

with run_job(snakemake):
    confusion = build_confusion(
        snakemake.input.predictions,
        snakemake.params.trainings,
        load_array(snakemake.input.y_test),
        load_array(snakemake.input.classes),
    )
    save_table(snakemake.output[0], confusion)
