"""Write the labels of both parts as codes 0, 1, …, and the classes that these stand for."""

from mlplab.data.dataset import encode_labels, load_files
from mlplab.provenance.records import run_job
from mlplab.runtime.files import save_array

with run_job(snakemake):
    params, output = snakemake.params, snakemake.output
    dataset = load_files(snakemake.input, params.spec).first(params.n_train, params.n_test)
    train, test, classes = encode_labels(dataset.y_train, dataset.y_test)
    save_array(output.train, train)
    save_array(output.test, test)
    save_array(output.classes, classes)
