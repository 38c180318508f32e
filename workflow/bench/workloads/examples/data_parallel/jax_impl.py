"""Training over arrays whose rows are divided over two devices, by jit and by shard_map, and on one device."""

from __future__ import annotations

from collections.abc import Callable, Iterator
from typing import Any

import jax
import jax.numpy as jnp
import numpy as np
import optax
from jax import lax
from jax.sharding import Mesh, NamedSharding, PartitionSpec

from bench.events import Event
from bench.workloads.examples.data_parallel import problem
from bench.workloads.examples.data_parallel.problem import ONE, THREADS
from bench.workloads.examples.turns.groups import Place, Way

BY_JIT, BY_SHARD_MAP = "two.jit", "two.shard_map"
WAYS = {ONE: Way(1, 1), THREADS: Way(1, 2), BY_JIT: Way(1, 2), BY_SHARD_MAP: Way(1, 2)}
DIVIDED = (BY_JIT, BY_SHARD_MAP)

Weights = dict[str, jax.Array]
OPTIMIZER = optax.sgd(problem.RATE, problem.MOMENTUM)


def loss(weights: Weights, x: jax.Array, t: jax.Array) -> jax.Array:
    """The mean squared error."""
    return ((jnp.tanh(x @ weights["W1"]) @ weights["W2"] - t) ** 2).mean()


def step(gradient: Callable[..., Weights], state: Any, x: jax.Array, t: jax.Array) -> Any:
    """Weights and the optimiser's state after a step."""
    weights, speeds = state
    updates, speeds = OPTIMIZER.update(gradient(weights, x, t), speeds, weights)
    return optax.apply_updates(weights, updates), speeds


def whole(state: Any, x: jax.Array, t: jax.Array) -> Any:
    """A step by the gradient over all rows, wherever they are."""
    return step(jax.grad(loss), state, x, t)


def half(state: Any, x: jax.Array, t: jax.Array) -> Any:
    """A step of one device by the mean of the gradients of all devices' rows."""

    def gradient(weights: Weights, x: jax.Array, t: jax.Array) -> Weights:
        # the weights are the same on both devices; made to vary, their gradient stays this device's own
        return lax.pmean(jax.grad(loss)(lax.pcast(weights, "rows", to="varying"), x, t), "rows")

    return step(gradient, state, x, t)


class Trainer:
    """The training of one process."""

    def __init__(self, place: Place, precision: str) -> None:
        """XLA counts by itself the cores that the process is bound to."""
        devices = problem.DEVICES if place.way in DIVIDED else 1
        jax.config.update("jax_num_cpu_devices", devices)
        jax.config.update("jax_enable_x64", precision == "float64")
        mesh = Mesh(np.array(jax.devices()), ("rows",))
        rows, everywhere = PartitionSpec("rows"), PartitionSpec()
        arrays = problem.inputs(precision)
        self.batch = tuple(jax.device_put(arrays[name], NamedSharding(mesh, rows)) for name in ("x", "t"))
        weights = {name: jax.device_put(arrays[name], NamedSharding(mesh, everywhere)) for name in ("W1", "W2")}
        self.state = jax.device_put((weights, OPTIMIZER.init(weights)), NamedSharding(mesh, everywhere))
        update: Callable[..., Any] = whole
        if place.way == BY_SHARD_MAP:
            update = jax.shard_map(half, mesh=mesh, in_specs=(everywhere, rows, rows), out_specs=everywhere)
        self.update = jax.jit(update, donate_argnums=0)

    def step(self) -> None:
        """Start one step."""
        self.state = self.update(self.state, *self.batch)

    def wait(self) -> None:
        """Return when the state is computed."""
        jax.block_until_ready(self.state)

    def observe(self) -> problem.Arrays:
        """W1 and W2."""
        return {name: np.asarray(value, dtype=float) for name, value in self.state[0].items()}


def events() -> Iterator[Event]:
    """One device against two."""
    yield from problem.events_of(Trainer, WAYS)
