"""The networks of the articles in Keras.

Importing this package does not import TensorFlow: its functions do so, after they have set the
thread limits.
"""

from typing import Any

__all__ = [
    "Descent",
    "build_deep_model",
    "build_matched_model",
    "build_reference_model",
    "configure_tensorflow",
    "train_keras",
    "train_matched_steps",
]


def __getattr__(name: str) -> Any:
    """Import a public name when it is first used, so that no stage imports what another needs."""
    match name:
        case "Descent":
            from mlplab.keras_mlp.models import Descent

            return Descent
        case "build_deep_model":
            from mlplab.keras_mlp.models import build_deep_model

            return build_deep_model
        case "build_matched_model":
            from mlplab.keras_mlp.models import build_matched_model

            return build_matched_model
        case "build_reference_model":
            from mlplab.keras_mlp.models import build_reference_model

            return build_reference_model
        case "configure_tensorflow":
            from mlplab.keras_mlp.models import configure_tensorflow

            return configure_tensorflow
        case "train_keras":
            from mlplab.keras_mlp.training import train_keras

            return train_keras
        case "train_matched_steps":
            from mlplab.keras_mlp.training import train_matched_steps

            return train_matched_steps
        case _:
            raise AttributeError(f"module {__name__!r} has no attribute {name!r}")
