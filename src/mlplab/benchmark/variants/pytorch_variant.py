"""Eager PyTorch."""

import itertools

from mlplab.benchmark.declaration import Variant
from mlplab.benchmark.problem import L2, LEARNING_RATE, MOMENTUM, Clock, Problem

VARIANT = Variant(
    package="torch",
    framework="pytorch",
    label="PyTorch",
    color="#CC79A7",
    marker="P",
    linestyle="--",
    order=60,
)


def train(problem: Problem, clock: Clock) -> None:
    """See :mod:`mlplab.benchmark.registry`."""
    import torch

    torch.set_num_threads(problem.n_threads)
    torch.manual_seed(0)
    sizes = problem.layer_sizes
    layers: list[torch.nn.Module] = []
    for lower, upper in itertools.pairwise(sizes):
        layers += [torch.nn.Linear(lower, upper), torch.nn.Sigmoid()]
    network = torch.nn.Sequential(*layers[:-1])
    loss = torch.nn.BCEWithLogitsLoss(reduction="sum")
    optimizer = torch.optim.SGD(
        network.parameters(), lr=LEARNING_RATE, momentum=MOMENTUM, weight_decay=L2
    )
    x, codes = torch.from_numpy(problem.x), torch.from_numpy(problem.codes)
    targets = torch.nn.functional.one_hot(codes, sizes[-1]).float()
    for _ in range(problem.epochs):
        clock.start()
        for rows in torch.randperm(len(x)).split(problem.batch_size):
            optimizer.zero_grad()
            loss(network(x[rows]), targets[rows]).backward()
            optimizer.step()
        clock.stop()
