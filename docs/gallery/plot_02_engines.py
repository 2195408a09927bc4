"""
The compiled engine against NumPy
=================================

Both engines compute the same network. The engine ``numpy`` calls a function of NumPy for each
operation, which costs most where batches are small. The engine ``compiled`` has no such calls.

Your first fit with the compiled engine takes some seconds longer, because it compiles the code.
Later processes load that code.
"""

import os

import matplotlib.pyplot as plt
import pandas as pd
from sklearn.preprocessing import StandardScaler

from mlplab.data import load_dataset
from mlplab.numpy_mlp import NumpyMLPClassifier

images = load_dataset(os.environ.get("MLPLAB_DATA_DIR", "resources/mnist")).first(10_000, 0)
x = StandardScaler().fit_transform(images.x_train).astype("float32")

rows = []
for batch_size in (32, 100, 500, 2_000, 10_000):
    for engine in ("numpy", "compiled"):
        network = NumpyMLPClassifier(
            epochs=4,
            batch_size=batch_size,
            engine=engine,
            monitor="none",
            learning_rate=1e-4,
            random_state=0,
        )
        seconds = network.fit(x, images.y_train).history_["wall_seconds"].iloc[1:].median()
        rows.append({"batch size": batch_size, "engine": engine, "seconds": seconds})

table = pd.DataFrame(rows).pivot(index="batch size", columns="engine", values="seconds")
print((table["compiled"] / table["numpy"]).rename("compiled over NumPy").round(2).to_string())

# %%
# Each point is the median of three epochs. For a comparison with an interval, see
# :ref:`sphx_glr_auto_gallery_plot_08_paired_ratio.py`.

axes = table.plot(marker="o", logx=True, logy=True, figsize=(6, 3.5))
axes.set(ylabel="seconds per epoch, 10,000 images")
plt.show()
