"""
Train the classifier in a pipeline
==================================

``NumpyMLPClassifier`` is a scikit-learn classifier, so it works in pipelines, in grid searches and
with ``cross_val_score``. Its ``history_`` has a row per epoch.
"""

import os

import matplotlib.pyplot as plt
from sklearn.pipeline import make_pipeline
from sklearn.preprocessing import StandardScaler

from mlplab.data import load_dataset
from mlplab.numpy_mlp import NumpyMLPClassifier

images = load_dataset(os.environ.get("MLPLAB_DATA_DIR", "resources/mnist")).first(10_000, 2_000)
network = NumpyMLPClassifier(epochs=30, batch_size=100, random_state=0)
pipeline = make_pipeline(StandardScaler(), network)
pipeline.fit(images.x_train, images.y_train)
print(f"test accuracy: {pipeline.score(images.x_test, images.y_test):.3f}")

# %%
# The cost and the accuracy of all training images, after every epoch.

history = network.history_.set_index("epoch")
figure, (cost, accuracy) = plt.subplots(1, 2, figsize=(8, 3), layout="constrained")
history["total_cost"].plot(ax=cost, logy=True, ylabel="cost of all training images")
history["train_accuracy"].plot(ax=accuracy, ylabel="training accuracy")
plt.show()
