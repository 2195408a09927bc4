"""Draw the clusters of one K: centres, silhouettes of the images, and ambiguous images."""

import pandas as pd

from mlplab.provenance.records import run_job
from mlplab.reporting.figures import cluster_images as figures
from mlplab.reporting.figures.style import save_figure
from mlplab.runtime.files import load_array, read_table

with run_job(snakemake):
    files, drawn, shape = snakemake.input, snakemake.output, snakemake.params.image_shape
    centers, clusters = load_array(files.centers), read_table(files.clusters)
    figure = figures.plot_cluster_centers(centers, clusters, shape)
    save_figure(figure, drawn.centers, clusters)
    silhouettes, labels = load_array(files.silhouettes), load_array(files.labels)
    figure = figures.plot_silhouette_samples(silhouettes, labels, clusters)
    rows = pd.DataFrame({"cluster": labels, "silhouette": silhouettes})
    save_figure(figure, drawn.silhouettes, rows)
    images, ambiguous = load_array(files.images), read_table(files.ambiguous)
    figure = figures.plot_ambiguous_images(images, centers, ambiguous, shape)
    save_figure(figure, drawn.ambiguous, ambiguous)
