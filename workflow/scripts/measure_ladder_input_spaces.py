"""Time an epoch from pixels and from cluster distances, as article C ran it, in rounds."""

from mlplab.benchmark.interleaved import Schedule
from mlplab.benchmark.ladder.input_spaces import measure_ladder_input_spaces
from mlplab.benchmark.problem import Problem
from mlplab.provenance.records import run_job
from mlplab.runtime.files import load_array, save_table

with run_job(snakemake, capture_stderr=True):
    params, paths = snakemake.params, snakemake.input
    y_train, y_test = load_array(paths.y_train), load_array(paths.y_test)
    problems = {
        (training["experiment"], training["input_space"]): Problem.from_labels(
            load_array(x_train),
            y_train,
            batch_size=training["batch_size"],
            n_threads=params.n_threads,
            hidden=tuple(training["hidden"]),
            test=(load_array(x_test), y_test),
        )
        for training, x_train, x_test in zip(
            params.trainings, paths.x_train, paths.x_test, strict=True
        )
    }
    table = measure_ladder_input_spaces(problems, Schedule(**params.schedule))
    save_table(snakemake.output[0], table)
