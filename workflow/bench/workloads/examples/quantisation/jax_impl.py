"""Inference in int8 and in float32 in JAX."""

from __future__ import annotations

from collections.abc import Callable, Iterator
from typing import Any

import jax
import jax.numpy as jnp
import numpy as np
from jax import lax

from bench.events import Event
from bench.measuring.record import attempt
from bench.workloads.examples.quantisation import problem

Layers = list[tuple[jax.Array, ...]]
Way = Callable[[Layers, jax.Array], jax.Array]


def placed(layers: list[tuple[np.ndarray, ...]]) -> Layers:
    """The arrays of every layer on the device."""
    return [tuple(jnp.asarray(array) for array in layer) for layer in layers]


def through(layers: Layers, layer_of: Callable[..., jax.Array], x: jax.Array) -> jax.Array:
    """The logits: the layers with the exact GELU between them."""
    for place, layer in enumerate(layers):
        x = layer_of(x, *layer)
        if place < len(layers) - 1:
            x = jax.nn.gelu(x, approximate=False)
    return x


def product(q: jax.Array, integers: jax.Array) -> jax.Array:
    """int8 times int8, summed in int32."""
    return lax.dot_general(q, integers, (((1,), (0,)), ((), ())), preferred_element_type=jnp.int32)


def int8_layer(x: jax.Array, integers: jax.Array, scales: jax.Array, bias: jax.Array) -> jax.Array:
    """x W + b, with W as integers and scales and x made integers by rows."""
    own = jnp.abs(x).max(-1, keepdims=True) / problem.LARGEST
    q = jnp.round(x / own).astype(jnp.int8)
    return product(q, integers).astype(jnp.float32) * (own * scales) + bias


def in_float32(layers: Layers, x: jax.Array) -> jax.Array:
    """The logits in float32."""
    return through(layers, lambda x, weight, bias: x @ weight + bias, x)


def in_int8(layers: Layers, x: jax.Array) -> jax.Array:
    """The logits in int8."""
    return through(layers, int8_layer, x)


def twice(layers: Layers, x: jax.Array) -> jax.Array:
    """The logits of a single row in int8, computed as two."""
    return in_int8(layers, jnp.broadcast_to(x, (2, x.shape[1])))[:1]


class Inference:
    """The ways to compute the logits, each with its own layers."""

    def __init__(self) -> None:
        """Places the layers of both precisions."""
        float32, int8 = placed(list(problem.layers())), placed(list(problem.int8_layers()))
        self.layers = {"float32": float32, "int8": int8}
        self.ways: dict[str, tuple[Way, Layers]] = {
            "float32.compiled": (in_float32, float32),
            "int8.compiled": (in_int8, int8),
        }

    def logits(self, precision: str) -> np.ndarray:
        """The logits of the test images, (360, 10)."""
        way, layers = self.ways[f"{precision}.compiled"]
        return np.asarray(jax.jit(way)(layers, jnp.asarray(problem.test_set()[0])))

    def size(self, precision: str) -> int:
        """The bytes of its arrays."""
        return sum(array.nbytes for layer in self.layers[precision] for array in layer)

    def calls(self, images: np.ndarray) -> dict[str, Callable[[], Any]]:
        """What computes the logits of a batch, way by way, and waits for them."""
        ways = dict(self.ways)
        if len(images) == 1:
            ways["int8.twice"] = (twice, self.layers["int8"])
        return {name: self._call(way, layers, jnp.asarray(images)) for name, (way, layers) in ways.items()}

    def _call(self, way: Way, layers: Layers, x: jax.Array) -> Callable[[], Any]:
        compiled = jax.jit(way).lower(layers, x).compile()
        return lambda: compiled(layers, x).block_until_ready()


def product_error() -> float:
    """Difference of an int8 product from the exact one."""
    return problem.product_error(np.asarray(jax.jit(product)(*(jnp.asarray(array) for array in problem.operands()))))


def events() -> Iterator[Event]:
    """Values first, then bytes, accuracy and times."""
    yield attempt("product", product_error)
    yield from problem.events_of(Inference())
