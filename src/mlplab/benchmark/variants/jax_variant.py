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
    color="#E69F00",
    marker="X",
    linestyle="-.",
    order=70,
)


def train(problem: Problem, clock: Clock) -> None:
    """See :mod:`mlplab.benchmark.registry`."""
    import jax
    import jax.numpy as jnp

    jax.config.update("jax_platforms", "cpu")

    sizes, batch = problem.layer_sizes, problem.batch_size
    random = np.random.default_rng(0)
    parameters = [
        (
            jnp.asarray(random.uniform(-1, 1, (a, b)) * 2 / np.sqrt(a), jnp.float32),
            jnp.zeros(b, jnp.float32),
        )
        for a, b in itertools.pairwise(sizes)
    ]
    x, codes = jnp.asarray(problem.x), jnp.asarray(problem.codes)

    def cost(parameters: Layers, inputs: jax.Array, targets: jax.Array) -> jax.Array:
        below = inputs
        for layer, (weights, biases) in enumerate(parameters):
            logits = below @ weights + biases
            below = jax.nn.sigmoid(logits) if layer < len(parameters) - 1 else logits
        losses = jnp.logaddexp(0, below) - targets * below
        return losses.sum() + 0.5 * L2 * sum(jnp.square(w).sum() for w, _ in parameters)

    def take_step(state: State, rows: jax.Array) -> tuple[State, None]:
        parameters, previous = state
        gradients = jax.grad(cost)(parameters, x[rows], jax.nn.one_hot(codes[rows], sizes[-1]))
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
