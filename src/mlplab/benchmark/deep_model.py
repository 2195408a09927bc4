"""The deep model of article B: time and accuracy in Keras, with XLA or not, and in NumPy."""

from __future__ import annotations

from collections.abc import Sequence
from typing import TYPE_CHECKING, Any, Literal

import pandas as pd

from mlplab.machine.processors import available_threads
from mlplab.machine.watch import QuietWatch

if TYPE_CHECKING:
    from mlplab.training.samples import Samples

COLUMNS = [
    "framework",
    "variant",
    "xla",
    "batch_size",
    "epochs",
    "seed",
    "n_threads",
    "train_accuracy",
    "test_accuracy",
    "wall_seconds",
    "cpu_seconds",
    "seconds_per_epoch",
    "first_epoch_seconds",
    "foreign_cpu_share",
    "disturbed",
]


def train_deep_model(
    samples: Samples,
    *,
    variant: Literal["numpy", "keras", "keras_xla"],
    hidden_layer_sizes: Sequence[int],
    batch_size: int,
    epochs: int,
    n_threads: int,
    seed: int,
    learning_rate: float,
    momentum: float,
    decrease_const: float,
) -> pd.DataFrame:
    """Train the deep model once.

    Parameters
    ----------
    samples : both parts, scaled as the framework wants them
    variant : ``keras_xla`` compiles the steps of Keras with XLA
    learning_rate, momentum, decrease_const : of ``NumpyMLPClassifier``; Keras has rmsprop

    Returns
    -------
    DataFrame with the ``COLUMNS`` and one row. ``wall_seconds`` are those of training in all
    epochs, evaluation not included; ``seconds_per_epoch`` is the median of the epochs after the
    first, which compiles. No variant has regularisation.
    """
    settings: dict[str, Any] = {
        "batch_size": batch_size,
        "epochs": epochs,
        "seed": seed,
        "n_threads": min(n_threads, available_threads()),
    }
    with QuietWatch() as watch:
        if variant == "numpy":
            from mlplab.training.numpy_training import train_numpy
            from mlplab.training.settings import NetworkSettings, Schedule

            network = NetworkSettings(
                hidden_layer_sizes=tuple(hidden_layer_sizes),
                learning_rate=learning_rate,
                momentum=momentum,
                decrease_const=decrease_const,
                l2=0.0,
            )
            history = train_numpy(
                samples,
                network,
                Schedule(epochs, batch_size),
                seed=seed,
                n_threads=settings["n_threads"],
            ).history
        else:
            history = _train_keras(
                samples, hidden_layer_sizes, jit_compile=variant == "keras_xla", **settings
            )
    row = {
        "framework": variant.split("_")[0],
        "variant": variant,
        "xla": variant == "keras_xla",
        **settings,
        **history.iloc[-1][["train_accuracy", "test_accuracy"]],
        **history[["wall_seconds", "cpu_seconds"]].sum(),
        "seconds_per_epoch": history["wall_seconds"].iloc[1:].median(),
        "first_epoch_seconds": history["wall_seconds"].iloc[0],
        "foreign_cpu_share": watch.foreign_share,
        "disturbed": watch.disturbed,
    }
    return pd.DataFrame([row], columns=COLUMNS)


def _train_keras(
    samples: Samples,
    hidden_layer_sizes: Sequence[int],
    *,
    jit_compile: bool,
    n_threads: int,
    seed: int,
    **training: Any,
) -> pd.DataFrame:
    """``training`` is how long and in which batches, as :func:`train_keras` takes them."""
    from mlplab.keras_mlp.models import build_deep_model, configure_tensorflow
    from mlplab.keras_mlp.training import train_keras

    configure_tensorflow(n_threads, seed=seed)
    model = build_deep_model(
        samples.n_features,
        int(samples.y_train.max()) + 1,
        hidden=hidden_layer_sizes,
        jit_compile=jit_compile,
    )
    return train_keras(
        model,
        samples.x_train,
        samples.y_train,
        samples.x_test,
        samples.y_test,
        **training,
    )
