"""The graph network in JAX: gathers and sorted scatter-adds, and optax.adam, the state donated."""

from __future__ import annotations

import jax
import jax.numpy as jnp
import optax

from bench.backends import Step, jax_backend
from bench.workloads.training.by_hand.adam import BETA1, BETA2, EPSILON
from bench.workloads.training.gcn.problem import LEARNING_RATE, Problem

Arrays = dict[str, jax.Array]

GRAPH = ("features", "source", "target", "edge_weight", "loop_weight", "graph", "atoms")
"""What the network takes, in this order."""


def outputs(
    parameters: Arrays,
    features: jax.Array,
    source: jax.Array,
    target: jax.Array,
    edge_weight: jax.Array,
    loop_weight: jax.Array,
    graph: jax.Array,
    atoms: jax.Array,
) -> jax.Array:
    """Outputs (graphs,) of the graphs that problem.py describes, with the weights of Â as columns."""
    hidden, kind = features, features.dtype
    for number in range(len(parameters) // 2 - 1):
        messages = hidden.at[source].get(mode="promise_in_bounds") * edge_weight
        # segment_sum, but onto the self loops instead of onto zeros
        spread = (hidden * loop_weight).at[target].add(messages, indices_are_sorted=True, mode="promise_in_bounds")
        hidden = jax.nn.relu(spread @ parameters[f"layers.{number}.weight"] + parameters[f"layers.{number}.bias"])
    sums = jax.ops.segment_sum(
        hidden.astype(atoms.dtype),
        graph,
        num_segments=len(atoms) + 1,
        indices_are_sorted=True,
        mode=jax.lax.GatherScatterMode.PROMISE_IN_BOUNDS,
    )
    means = (sums[:-1] / atoms[:, None]).astype(kind)
    return (means @ parameters["output.weight"] + parameters["output.bias"])[:, 0]


def build(problem: Problem, task: str, mode: str, device: str, precision: str) -> Step:
    """A step of `train`, `forward` or `gradient`. Raises Unsupported where the precision does not exist."""
    data = jax_backend.arrays(problem.inputs(), device, precision)
    data |= {name: data[name][:, None] for name in ("edge_weight", "loop_weight")}
    data |= jax_backend.cast({name: data[name] for name in ("features", "edge_weight", "loop_weight")}, precision)
    inputs = tuple(data[name] for name in GRAPH)
    parameters = jax_backend.arrays(problem.parameters(), device, precision)

    def mixed(parameters: Arrays, *inputs: jax.Array) -> jax.Array:
        return outputs(jax_backend.cast(parameters, precision), *inputs)

    def loss(parameters: Arrays, *batch: jax.Array) -> jax.Array:
        *inputs, wanted = batch
        return jnp.mean((mixed(parameters, *inputs).astype(wanted.dtype) - wanted) ** 2)

    if task == "forward":
        return jax_backend.Evaluation(
            lambda parameters, *inputs: {"output": mixed(parameters, *inputs)},
            inputs,
            constants=(parameters,),
            mode=mode,
        )
    batch = (*inputs, data["property"])
    if task == "gradient":
        return jax_backend.Gradient(parameters, loss, batch, mode=mode)
    optimizer = optax.adam(LEARNING_RATE, b1=BETA1, b2=BETA2, eps=EPSILON)
    steps = jax_backend.steps_per_call(problem, mode)
    return jax_backend.Training(parameters, loss, batch, optimizer, mode=mode, steps=steps)
