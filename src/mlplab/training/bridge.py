"""Trainings at the stops between NumPy's network and the reference model in Keras."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import asdict, dataclass
from typing import Any

import pandas as pd

from mlplab.keras_mlp.bridge import Bridge, BridgeNetwork
from mlplab.keras_mlp.models import Descent, configure_tensorflow
from mlplab.runtime.progress import Progress
from mlplab.training.differences import Stop
from mlplab.training.samples import Samples
from mlplab.training.settings import NetworkSettings


@dataclass(frozen=True)
class BridgeTraining:
    """How often and how long each network is trained: epochs, seeds, and threads of TensorFlow."""

    epochs: int
    seeds: Sequence[int]
    n_threads: int = 1


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


def train_direction(
    samples: Mapping[str, Samples],
    stops: Sequence[Stop],
    network: BridgeNetwork,
    training: BridgeTraining,
) -> pd.DataFrame:
    """Train the networks of stops with every seed, in one process, so that TensorFlow starts once.

    Parameters
    ----------
    samples : "numpy" and "keras": the pixels in the scaling of each

    Returns
    -------
    DataFrame with a row per stop and seed: ``direction``, ``step``, ``seed`` and ``epochs``, then
    the fields of :class:`mlplab.keras_mlp.bridge.BridgeResult`
    """
    configure_tensorflow(training.n_threads)
    rows = []
    with Progress(len(stops) * len(training.seeds), "training") as progress:
        for stop in stops:
            own = samples["keras" if "pixels" in stop.keras else "numpy"]
            n_classes = int(own.y_train.max()) + 1
            bridge = Bridge(own.n_features, n_classes, network, stop.keras)
            for seed in training.seeds:
                result = bridge.train(
                    (own.x_train, own.y_train),
                    (own.x_test, own.y_test),
                    epochs=training.epochs,
                    seed=seed,
                )
                labels = {"direction": stop.direction, "step": stop.step, "seed": seed}
                rows.append(labels | {"epochs": training.epochs} | asdict(result))
                progress.advance(asdict(result))
    return pd.DataFrame(rows)
