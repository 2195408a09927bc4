"""Trainings at one stop between NumPy's network and the reference model in Keras."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import asdict
from typing import Any

import pandas as pd

from mlplab.keras_mlp.bridge import Bridge, BridgeNetwork
from mlplab.keras_mlp.differences import Stop
from mlplab.keras_mlp.models import Descent, configure_tensorflow
from mlplab.runtime.progress import Progress
from mlplab.training.samples import Samples
from mlplab.training.settings import NetworkSettings


def describe_networks(
    settings: Mapping[str, Any], *, batch_size: int, n_features: int, n_pixels: int, keras_l2: float
) -> BridgeNetwork:
    """The numbers of all stops, from the settings of a network in the configuration.

    λ₂ of both ways is scaled with the inputs if ``scale_l2_with_inputs`` says so.
    """
    network = NetworkSettings(**settings).for_inputs(n_features, n_pixels)
    return BridgeNetwork(
        hidden=tuple(network.hidden_layer_sizes),
        batch_size=batch_size,
        descent=Descent(
            network.learning_rate,
            decrease_const=network.decrease_const,
            momentum=network.momentum,
            l2=network.l2,
        ),
        init=network.init,
        init_factor=network.init_factor,
        keras_l2=keras_l2,
    )


def train_stop(
    samples: Samples,
    stop: Stop,
    network: BridgeNetwork,
    *,
    epochs: int,
    seeds: Sequence[int],
    n_threads: int,
) -> pd.DataFrame:
    """Train the network of a stop with every seed, in one process, so that TensorFlow starts once.

    Returns
    -------
    DataFrame with a row per seed: ``direction``, ``step``, ``seed`` and ``epochs``, then the fields
    of :class:`mlplab.keras_mlp.bridge.BridgeResult`
    """
    configure_tensorflow(n_threads)
    n_classes = int(samples.y_train.max()) + 1
    bridge = Bridge(samples.n_features, n_classes, network, stop.keras)
    rows = []
    with Progress(len(seeds), "training") as progress:
        for seed in seeds:
            result = bridge.train(
                (samples.x_train, samples.y_train),
                (samples.x_test, samples.y_test),
                epochs=epochs,
                seed=seed,
            )
            labels = {"direction": stop.direction, "step": stop.step, "seed": seed}
            rows.append(labels | {"epochs": epochs} | asdict(result))
            progress.advance(asdict(result))
    return pd.DataFrame(rows)
