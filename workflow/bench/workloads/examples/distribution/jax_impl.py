"""pmap, shard_map and jit over sharded arrays on two devices of the CPU."""

from __future__ import annotations

from collections.abc import Callable, Iterator
from typing import Any

import jax
import jax.numpy as jnp
import numpy as np
from jax import lax
from jax.sharding import Mesh, NamedSharding, PartitionSpec

from bench.events import Event
from bench.measuring.record import attempt, ok
from bench.workloads.examples.distribution import problem

Weights = dict[str, jax.Array]


def loss(weights: Weights, x: jax.Array, t: jax.Array) -> jax.Array:
    """The mean squared error."""
    return ((jnp.tanh(x @ weights["W1"]) @ weights["W2"] - t) ** 2).mean()


def mean_gradient(weights: Weights, x: jax.Array, t: jax.Array) -> Weights:
    """The gradient on this device's rows, averaged over the devices."""
    return lax.pmean(jax.grad(loss)(weights, x, t), "rows")


def arrays() -> tuple[Weights, jax.Array, jax.Array]:
    """Weights, x and t on one device."""
    values = {name: jax.device_put(array, jax.devices()[0]) for name, array in problem.inputs().items()}
    return {name: values[name] for name in ("W1", "W2")}, values["x"], values["t"]


def one() -> tuple[Callable[..., Weights], tuple[Any, ...]]:
    """One device."""
    return jax.jit(jax.grad(loss)), arrays()


def mapped() -> tuple[Callable[..., Weights], tuple[Any, ...]]:
    """Two devices by pmap: a leading axis for the devices."""
    _, placed = _placed((problem.DEVICES, -1))
    return jax.pmap(mean_gradient, "rows", in_axes=(None, 0, 0), out_axes=None), placed


def _placed(rows_as: tuple[int, ...] = (-1,)) -> tuple[Mesh, tuple[Any, ...]]:
    mesh = Mesh(np.array(jax.devices()), ("rows",))
    weights, x, t = arrays()
    x, t = (value.reshape(*rows_as, value.shape[-1]) for value in (x, t))
    rows, everywhere = NamedSharding(mesh, PartitionSpec("rows")), NamedSharding(mesh, PartitionSpec())
    return mesh, (jax.device_put(weights, everywhere), jax.device_put(x, rows), jax.device_put(t, rows))


def sharded() -> tuple[Callable[..., Weights], tuple[Any, ...]]:
    """Two devices by jit of the plain gradient, over arrays whose rows are divided."""
    return jax.jit(jax.grad(loss)), _placed()[1]


def shard_mapped() -> tuple[Callable[..., Weights], tuple[Any, ...]]:
    """Two devices by shard_map."""
    mesh, placed = _placed()
    rows, everywhere = PartitionSpec("rows"), PartitionSpec()

    def half(weights: Weights, x: jax.Array, t: jax.Array) -> Weights:
        # the weights are the same on both devices; made to vary, their gradient stays this device's own
        weights = lax.pcast(weights, "rows", to="varying")
        return mean_gradient(weights, x, t)

    return jax.jit(jax.shard_map(half, mesh=mesh, in_specs=(everywhere, rows, rows), out_specs=everywhere)), placed


def error(way: Callable[[], tuple[Callable[..., Weights], tuple[Any, ...]]]) -> float:
    """Difference of the gradient from the reference."""
    function, arguments = way()
    return problem.error({name: np.asarray(value) for name, value in function(*arguments).items()})


def events() -> Iterator[Event]:
    """One device against two."""
    jax.config.update("jax_num_cpu_devices", problem.DEVICES)
    jax.config.update("jax_enable_x64", True)
    yield ok("devices", len(jax.devices()), jax.devices()[0].device_kind)
    for name, way in (("one", one), ("two", mapped), ("two by shard_map", shard_mapped), ("two by jit", sharded)):
        yield attempt(f"{name}.gradient", error, way)
