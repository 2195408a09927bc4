"""
One claim evaluated
===================

A claim is a published figure, the tolerance we grant it, and a query that finds our figure in a
table. Here the claim is that a network reaches an accuracy of 0.9, tested with five seeds.
"""

import os

import matplotlib.pyplot as plt
import pandas as pd
from sklearn.preprocessing import StandardScaler

from mlplab.data import load_dataset
from mlplab.numpy_mlp import NumpyMLPClassifier
from mlplab.reporting.claims.evaluation import evaluate_claims
from mlplab.reporting.claims.model import Claim

claim = Claim(
    id="small-network",
    article="A",
    statement="Test accuracy after 20 epochs on 5,000 images",
    kind="statistical",
    published=0.9,
    unit="share",
    tolerance=0.02,
    absolute=True,
    tolerance_reason="an example",
    value={"table": "accuracies", "column": "test_accuracy", "per": "seed"},
)

images = load_dataset(os.environ.get("MLPLAB_DATA_DIR", "resources/mnist")).first(5_000, 2_000)
scaler = StandardScaler()
train, test = scaler.fit_transform(images.x_train), scaler.transform(images.x_test)
rows = []
for seed in range(5):
    network = NumpyMLPClassifier(epochs=20, batch_size=100, monitor="none", random_state=seed)
    accuracy = network.fit(train, images.y_train).score(test, images.y_test)
    rows.append({"seed": seed, "test_accuracy": accuracy})
accuracies = pd.DataFrame(rows)

result = evaluate_claims([claim], {"accuracies": accuracies}, config={}).iloc[0]
low, high = result["prediction_low"], result["prediction_high"]
print(f"{result['verdict']}: one more run would reach {low:.3f} to {high:.3f}")

# %%
# The published figure comes from a single run. So it is compared with the interval in which one
# more run would lie, which is wider than the interval of our mean.

figure, axes = plt.subplots(figsize=(6, 2), layout="constrained")
axes.axvspan(low, high, alpha=0.2, label="one more run, 95 %")
axes.axvline(claim.published, color="tab:orange", label="published")
axes.plot(accuracies["test_accuracy"], [0.5] * len(accuracies), "o", label="our seeds")
axes.set(xlabel="test accuracy", ylim=(0, 1), yticks=[])
axes.legend(loc="upper left", bbox_to_anchor=(1, 1))
plt.show()
