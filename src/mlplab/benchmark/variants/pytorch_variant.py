"""Eager PyTorch."""

from __future__ import annotations

import itertools
from typing import TYPE_CHECKING

from mlplab.benchmark.declaration import Variant
from mlplab.benchmark.problem import L2, LEARNING_RATE, MOMENTUM, Clock, Problem

if TYPE_CHECKING:
    import torch

VARIANT = Variant(
    package="torch",
    framework="pytorch",
    label="PyTorch",
    color="#332288",
    marker="P",
    linestyle="--",
    order=60,
)


def train(problem: Problem, clock: Clock) -> None:
    """See :mod:`mlplab.benchmark.registry`."""
    import torch

    network = _make_network(problem)
    loss = torch.nn.BCEWithLogitsLoss(reduction="sum")
    optimizer = torch.optim.SGD(
        network.parameters(), lr=LEARNING_RATE, momentum=MOMENTUM, weight_decay=L2
    )
    x, codes = torch.from_numpy(problem.x), torch.from_numpy(problem.codes)
    one_hot = torch.nn.functional.one_hot(codes, problem.layer_sizes[-1])
    targets = one_hot.to(x.dtype)
    for _ in range(problem.epochs):
        clock.start()
        for rows in torch.randperm(len(x)).split(problem.batch_size):
            optimizer.zero_grad()
            loss(network(x[rows]), targets[rows]).backward()
            optimizer.step()
        clock.stop()


def predict(problem: Problem, clock: Clock) -> None:
    """See :mod:`mlplab.benchmark.registry`."""
    import torch

    network, x = _make_network(problem), torch.from_numpy(problem.x)
    with torch.inference_mode():
        for _ in range(problem.epochs):
            clock.start()
            for rows in x.split(problem.batch_size):
                network(rows).argmax(dim=1).numpy()
            clock.stop()


def _make_network(problem: Problem) -> torch.nn.Sequential:
    """The network without the sigmoid of its outputs, which belongs to the loss."""
    import torch

    torch.set_num_threads(problem.n_threads)
    torch.manual_seed(0)
    layers: list[torch.nn.Module] = []
    for lower, upper in itertools.pairwise(problem.layer_sizes):
        layers += [torch.nn.Linear(lower, upper), torch.nn.Sigmoid()]
    network = torch.nn.Sequential(*layers[:-1])
    return network.double() if problem.x.dtype == "float64" else network
