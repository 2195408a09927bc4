"""Describe every cluster of one K, and find the most ambiguous images."""

from mlplab.clusters.quality import describe_clusters, find_ambiguous
from mlplab.provenance.records import run_job
from mlplab.runtime.files import load_array, load_parts, read_table, save_array, save_table

with run_job(snakemake):
    files, params = snakemake.input, snakemake.params
    x = load_parts(files.train, files.test, params.fit_on)
    codes = load_parts(files.y_train, files.y_test, params.fit_on)
    classes = load_array(files.classes)[codes]
    centers, clusters = load_array(files.centers), load_array(files.labels)
    fits = read_table(files.scores)
    row = fits.index[(fits["k"] == len(centers)) & (fits["seed"] == params.seed)].item()
    silhouettes = load_array(files.samples)[row]
    described = describe_clusters(clusters, classes, silhouettes, len(centers))
    ambiguous = find_ambiguous(x, centers, classes, silhouettes, params.n_ambiguous)
    save_table(snakemake.output.clusters, described)
    save_table(snakemake.output.ambiguous, ambiguous)
    save_array(snakemake.output.silhouettes, silhouettes)
    save_array(snakemake.output.images, x[ambiguous["index"]])
