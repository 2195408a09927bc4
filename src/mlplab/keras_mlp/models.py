"""TensorFlow's limits, and the compiled models: those of the articles and the matched one."""

from __future__ import annotations

import itertools
import os
from collections.abc import Sequence
from dataclasses import dataclass
from typing import TYPE_CHECKING, Literal

import numpy as np

from mlplab.machine.processors import available_threads

if TYPE_CHECKING:
    import keras


def configure_tensorflow(
    n_threads: int,
    *,
    device: Literal["cpu", "gpu"] = "cpu",
    gpu_memory_mib: int | None = None,
    seed: int | None = None,
) -> None:
    """Set TensorFlow's threads, device and seed; call it before anything imports TensorFlow.

    Parameters
    ----------
    n_threads : limit of the intra-op and of the inter-op pool, at most the processors that this
        process may use
    device : "cpu" hides all GPUs; "gpu" requires one
    gpu_memory_mib : memory of the first GPU that may be taken, in MiB; None leaves it to TensorFlow
    seed : seed of Python's, NumPy's and TensorFlow's generators

    Raises
    ------
    RuntimeError
        TensorFlow's pools already run with other limits, or it finds no GPU for ``device="gpu"``.

    Examples
    --------
    >>> import subprocess, sys
    >>> program = (
    ...     "from mlplab.keras_mlp import configure_tensorflow; configure_tensorflow(1);"
    ...     "import tensorflow as tf; print(tf.config.threading.get_intra_op_parallelism_threads())"
    ... )
    >>> done = subprocess.run([sys.executable, "-c", program], capture_output=True, text=True)
    >>> int(done.stdout)
    1
    """
    if device == "cpu":
        os.environ["CUDA_VISIBLE_DEVICES"] = "-1"
    os.environ.setdefault("TF_CPP_MIN_LOG_LEVEL", "2")
    import keras
    import tensorflow as tf

    n_threads = min(n_threads, available_threads())
    threading = tf.config.threading
    try:
        threading.set_intra_op_parallelism_threads(n_threads)
        threading.set_inter_op_parallelism_threads(n_threads)
    except RuntimeError:
        intra = threading.get_intra_op_parallelism_threads()
        inter = threading.get_inter_op_parallelism_threads()
        raise RuntimeError(
            f"TensorFlow already runs with {intra} intra-op and {inter} inter-op thread(s) "
            f"(0 is its own choice), not with {n_threads}; configure it once per process, before "
            "the first use"
        ) from None
    if device == "gpu":
        _limit_gpu(gpu_memory_mib)
    if seed is not None:
        keras.utils.set_random_seed(seed)


def _limit_gpu(memory_mib: int | None) -> None:
    import tensorflow as tf

    gpus = tf.config.list_physical_devices("GPU")
    if not gpus:
        raise RuntimeError(
            "device gpu: TensorFlow finds no GPU; install tensorflow[and-cuda] and a driver, or "
            "set the device to cpu"
        )
    if memory_mib is not None:
        limit = tf.config.LogicalDeviceConfiguration(memory_limit=memory_mib)
        tf.config.set_logical_device_configuration(gpus[0], [limit])


def build_reference_model(
    n_features: int,
    n_classes: int,
    *,
    hidden: Sequence[int] = (70, 30),
    l2: float = 0.01,
    steps_per_execution: int = 1,
) -> keras.Model:
    """The model of article A: sigmoid layers, the hidden ones with L2, rmsprop, cross-entropy.

    Keras adds l2 · Σ w² (not half of it) to the mean loss over a batch. TensorFlow gets
    ``steps_per_execution`` batches at once, which changes only the time.

    Examples
    --------
    >>> model = build_reference_model(784, 10)
    >>> [layer.units for layer in model.layers], model.count_params()
    ([70, 30, 10], 57390)
    """
    return _build_sigmoid_model(
        n_features, n_classes, hidden, l2=l2, steps_per_execution=steps_per_execution
    )


def build_deep_model(
    n_features: int,
    n_classes: int,
    *,
    hidden: Sequence[int] = (200, 100, 50, 30),
    jit_compile: bool = False,
) -> keras.Model:
    """The model of article B: sigmoid layers without regularisation; ``jit_compile`` uses XLA.

    Examples
    --------
    >>> [layer.units for layer in build_deep_model(784, 10).layers]
    [200, 100, 50, 30, 10]
    """
    return _build_sigmoid_model(n_features, n_classes, hidden, jit_compile=jit_compile)


def _build_sigmoid_model(
    n_features: int,
    n_classes: int,
    hidden: Sequence[int],
    *,
    l2: float = 0.0,
    jit_compile: bool = False,
    steps_per_execution: int = 1,
) -> keras.Model:
    import keras

    model = keras.Sequential([keras.Input((n_features,))])
    for size in hidden:
        regularizer = keras.regularizers.L2(l2) if l2 else None
        model.add(keras.layers.Dense(size, activation="sigmoid", kernel_regularizer=regularizer))
    model.add(keras.layers.Dense(n_classes, activation="sigmoid"))
    model.compile(
        optimizer="rmsprop",
        loss="categorical_crossentropy",
        metrics=["accuracy"],
        jit_compile=jit_compile,
        steps_per_execution=steps_per_execution,
    )
    return model


@dataclass(frozen=True)
class Descent:
    """Settings of gradient descent; the defaults are those of ``NumpyMLPClassifier``.

    Attributes
    ----------
    learning_rate : η before the first epoch
    decrease_const : c, the decrease of the learning rate
    momentum : α, the share of the previous step that is added to a step
    l2, l1 : λ₂ and λ₁, the strengths of the regularisation
    """

    learning_rate: float = 1e-3
    decrease_const: float = 1e-6
    momentum: float = 5e-5
    l2: float = 0.01
    l1: float = 0.0


def build_matched_model(
    coefs: Sequence[np.ndarray],
    intercepts: Sequence[np.ndarray],
    *,
    steps_per_epoch: int,
    descent: Descent | None = None,
) -> keras.Model:
    """The mathematics of ``NumpyMLPClassifier`` as a Keras model, compiled.

    The loss of a batch is the sum of the binary log-losses of all outputs and samples, plus
    ``λ₂/2 · Σ w² + λ₁ · Σ |w|`` without the biases; nothing is divided by the batch size. An update
    is w ← w − (Δ + α Δ_previous) with Δ = η · gradient; η is divided by 1 + c · i before epoch
    i = 0, 1, … (Source: articles A and C.)

    The last layer has no activation: the model returns logits, which keep the loss stable.

    Parameters
    ----------
    coefs : start weights per layer, of shape (n_lower, n_upper); their dtype is that of the model.
        Keras trains in float32 only; a float64 model gives its loss and gradients
    intercepts : start biases per layer, of shape (n_upper,)
    steps_per_epoch : updates of an epoch, for the decrease of the learning rate
    descent : settings of gradient descent; None means the defaults

    Examples
    --------
    >>> coefs, intercepts = [np.zeros((4, 2), np.float32)], [np.zeros(2, np.float32)]
    >>> model = build_matched_model(coefs, intercepts, steps_per_epoch=5)
    >>> model.predict(np.ones((1, 4), np.float32), verbose=0).tolist()
    [[0.0, 0.0]]
    """
    descent = descent or Descent()
    import keras

    from mlplab.keras_mlp.extensions import LogLoss, MomentumDescent

    dtype = str(coefs[0].dtype)
    model = keras.Sequential([keras.Input((coefs[0].shape[0],), dtype=dtype)])
    for layer, weights in enumerate(coefs, start=1):
        model.add(
            keras.layers.Dense(
                weights.shape[1],
                activation="sigmoid" if layer < len(coefs) else "linear",
                kernel_regularizer=keras.regularizers.L1L2(l1=descent.l1, l2=descent.l2 / 2),
                dtype=dtype,
            )
        )
    pairs = zip(coefs, intercepts, strict=True)
    model.set_weights(list(itertools.chain.from_iterable(pairs)))
    model.compile(
        optimizer=MomentumDescent(
            descent.learning_rate,
            momentum=descent.momentum,
            decrease_const=descent.decrease_const,
            steps_per_epoch=steps_per_epoch,
        ),
        loss=LogLoss(dtype=dtype),
        # XLA reorders sums; without it the rounding stays comparable to NumPy's.
        jit_compile=False,
    )
    return model
