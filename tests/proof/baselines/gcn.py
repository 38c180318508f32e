"""The graph network as most people write it: GCN layers over a list of edges with self loops; flax.linen for JAX."""

from __future__ import annotations

from itertools import pairwise
from typing import Any

import flax.linen
import jax
import jax.numpy as jnp
import numpy as np
import optax
import torch
from torch import Tensor, nn


def edges(problem: Any) -> dict[str, np.ndarray]:
    """`source`, `target` and `weight` of all edges, self loops among them, as usual implementations take them."""
    found = problem.inputs()
    loops = np.arange(len(found["features"]))
    return {
        "source": np.concatenate([found["source"], loops]),
        "target": np.concatenate([found["target"], loops]),
        "weight": np.concatenate([found["edge_weight"], found["loop_weight"]])[:, None],
    }


class Convolution(nn.Module):
    """A linear layer, then the weighted sum over the edges, then the bias."""

    def __init__(self, inputs: int, outputs: int) -> None:
        super().__init__()
        self.linear = nn.Linear(inputs, outputs, bias=False)
        self.bias = nn.Parameter(torch.zeros(outputs))

    def forward(self, features: Tensor, source: Tensor, target: Tensor, weight: Tensor) -> Tensor:
        """Features of every node after the layer."""
        hidden = self.linear(features)
        return torch.zeros_like(hidden).index_add_(0, target, hidden[source] * weight) + self.bias


class TorchNetwork(nn.Module):
    """Graph convolutions, the mean over the atoms of each graph, a linear layer."""

    def __init__(self, widths: list[int]) -> None:
        super().__init__()
        self.layers = nn.ModuleList(Convolution(*pair) for pair in pairwise(widths))
        self.output = nn.Linear(widths[-1], 1)

    def forward(
        self, features: Tensor, source: Tensor, target: Tensor, weight: Tensor, graph: Tensor, atoms: Tensor
    ) -> Tensor:
        """Outputs (graphs,)."""
        for layer in self.layers:
            features = layer(features, source, target, weight).relu()
        sums = features.new_zeros((len(atoms) + 1, features.shape[1])).index_add_(0, graph, features)
        return self.output(sums[:-1] / atoms[:, None]).squeeze(1)


def torch_baseline(problem: Any) -> tuple[nn.Module, Any, tuple[Tensor, ...], torch.optim.Optimizer]:
    """(model, loss, batch, optimizer): indexing to gather, index_add to add up."""
    found, model = problem.inputs() | edges(problem), TorchNetwork(problem.widths)
    batch = tuple(
        torch.tensor(found[name], dtype=torch.float32 if found[name].dtype.kind == "f" else torch.int64)
        for name in ("features", "source", "target", "weight", "graph", "atoms", "property")
    )

    def loss(model: nn.Module, *batch: Tensor) -> Tensor:
        return nn.functional.mse_loss(model(*batch[:-1]), batch[-1])

    return model, loss, batch, torch.optim.Adam(model.parameters(), lr=1e-3)


class FlaxNetwork(flax.linen.Module):
    """Graph convolutions, the mean over the atoms of each graph, a linear layer."""

    widths: tuple[int, ...]

    @flax.linen.compact
    def __call__(
        self,
        features: jax.Array,
        source: jax.Array,
        target: jax.Array,
        weight: jax.Array,
        graph: jax.Array,
        atoms: jax.Array,
    ) -> jax.Array:
        """Outputs (graphs,)."""
        for number, width in enumerate(self.widths[1:]):
            hidden = flax.linen.Dense(width, use_bias=False)(features)
            features = jax.ops.segment_sum(hidden[source] * weight, target, num_segments=len(hidden))
            bias = self.param(f"bias_{number}", flax.linen.initializers.zeros, (width,))
            features = flax.linen.relu(features + bias)
        sums = jax.ops.segment_sum(features, graph, num_segments=len(atoms) + 1)
        return flax.linen.Dense(1)(sums[:-1] / atoms[:, None])[:, 0]


def jax_baseline(problem: Any) -> tuple[Any, Any, tuple[jax.Array, ...], optax.GradientTransformation]:
    """(loss, parameters, batch, optimizer): flax's Dense and jax.ops.segment_sum."""
    found, model = problem.inputs() | edges(problem), FlaxNetwork(tuple(problem.widths))
    batch = tuple(
        jnp.asarray(found[name], dtype=jnp.float32 if found[name].dtype.kind == "f" else jnp.int32)
        for name in ("features", "source", "target", "weight", "graph", "atoms", "property")
    )

    def loss(parameters: Any, *batch: jax.Array) -> jax.Array:
        outputs: Any = model.apply(parameters, *batch[:-1])
        return jnp.mean((outputs - batch[-1]) ** 2)

    return loss, model.init(jax.random.key(0), *batch[:-1]), batch, optax.adam(1e-3)
