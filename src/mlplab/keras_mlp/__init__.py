"""The networks of the articles in Keras.

TensorFlow is imported by the functions that need it, after its thread limits are set: importing
this package costs nothing.
"""

from mlplab.keras_mlp.models import (
    build_deep_model,
    build_matched_model,
    build_reference_model,
    configure_tensorflow,
)
from mlplab.keras_mlp.training import train_keras, train_matched_steps

__all__ = [
    "build_deep_model",
    "build_matched_model",
    "build_reference_model",
    "configure_tensorflow",
    "train_keras",
    "train_matched_steps",
]
