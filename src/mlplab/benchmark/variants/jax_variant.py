"""JAX with one compiled scan over the batches of an epoch; a short last batch is left out."""

from __future__ import annotations

import itertools
from typing import TYPE_CHECKING

import numpy as np

from mlplab.benchmark.declaration import Variant
from mlplab.benchmark.problem import L2, LEARNING_RATE, MOMENTUM, Clock, Problem

if TYPE_CHECKING:
    import jax

    Layers = list[tuple[jax.Array, jax.Array]]
    State = tuple[Layers, Layers]  # weights and biases, and their previous steps

VARIANT = Variant(
    package="jax",
    framework="jax",
    label="JAX",
    color="#999933",
    marker="X",
    linestyle="-.",
    order=70,
)


def train(problem: Problem, clock: Clock) -> None:
    """See :mod:`mlplab.benchmark.registry`."""
    parameters = _start(problem)
    import jax
    import jax.numpy as jnp

    sizes, batch = problem.layer_sizes, problem.batch_size
    random = np.random.default_rng(0)
    x, codes = jnp.asarray(problem.x), jnp.asarray(problem.codes)

    def cost(parameters: Layers, inputs: jax.Array, targets: jax.Array) -> jax.Array:
        logits = _propagate(parameters, inputs)
        losses = jnp.logaddexp(0, logits) - targets * logits
        return losses.sum() + 0.5 * L2 * sum(jnp.square(w).sum() for w, _ in parameters)

    def take_step(state: State, rows: jax.Array) -> tuple[State, None]:
        parameters, previous = state
        targets = jax.nn.one_hot(codes[rows], sizes[-1], dtype=x.dtype)
        gradients = jax.grad(cost)(parameters, x[rows], targets)
        delta = jax.tree.map(lambda g: LEARNING_RATE * g, gradients)
        parameters = jax.tree.map(
            lambda w, d, p: w - (d + MOMENTUM * p), parameters, delta, previous
        )
        return (parameters, delta), None

    def run_epoch(state: State, order: jax.Array) -> State:
        last: State = jax.lax.scan(take_step, state, order.reshape(-1, batch))[0]
        return last

    compiled = jax.jit(run_epoch)

    state = (parameters, jax.tree.map(jnp.zeros_like, parameters))
    n_used = len(x) // batch * batch
    for _ in range(problem.epochs):
        clock.start()
        order = jnp.asarray(random.permutation(len(x))[:n_used])
        state = jax.block_until_ready(compiled(state, order))
        clock.stop()


def predict(problem: Problem, clock: Clock) -> None:
    """See :mod:`mlplab.benchmark.registry`; one compiled call for each batch."""
    parameters = _start(problem)
    import jax
    import jax.numpy as jnp

    x, size = jnp.asarray(problem.x), problem.batch_size
    classify = jax.jit(lambda rows: _propagate(parameters, rows).argmax(axis=1))
    for _ in range(problem.epochs):
        clock.start()
        for start in range(0, len(x), size):
            np.asarray(classify(x[start : start + size]))
        clock.stop()


def _start(problem: Problem) -> Layers:
    """Start weights, after JAX was told processor and type of numbers."""
    import jax
    import jax.numpy as jnp

    jax.config.update("jax_platforms", "cpu")
    jax.config.update("jax_enable_x64", problem.x.dtype == "float64")
    random, dtype = np.random.default_rng(0), problem.x.dtype
    return [
        (
            jnp.asarray(random.uniform(-1, 1, (a, b)) * 2 / np.sqrt(a), dtype),
            jnp.zeros(b, dtype),
        )
        for a, b in itertools.pairwise(problem.layer_sizes)
    ]


def _propagate(parameters: Layers, inputs: jax.Array) -> jax.Array:
    """Outputs before the last sigmoid."""
    import jax

    below = inputs
    for layer, (weights, biases) in enumerate(parameters):
        logits = below @ weights + biases
        below = jax.nn.sigmoid(logits) if layer < len(parameters) - 1 else logits
    return below
