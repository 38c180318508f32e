"""The layer in JAX: a scan over the equations, and one that leaves to the loop only what has to be there."""

from __future__ import annotations

import jax
import jax.numpy as jnp

from bench.backends import Step, jax_backend
from bench.workloads.cases.forms.modes import form_of
from bench.workloads.cases.lstm_by_scan.problem import Problem

Outputs = dict[str, jax.Array]
State = tuple[jax.Array, jax.Array]
PLACES_A_TURN = 4


def cell(state: State, products: jax.Array) -> tuple[State, jax.Array]:
    """The state after a place, from the sum of all products there."""
    hidden, memory = state
    enter, forget, new, leave = jnp.split(products, 4, axis=1)
    memory = jax.nn.sigmoid(forget) * memory + jax.nn.sigmoid(enter) * jnp.tanh(new)
    hidden = jax.nn.sigmoid(leave) * jnp.tanh(memory)
    return (hidden, memory), hidden


def reported(x: jax.Array, weights: Outputs) -> jax.Array:
    """All of the equations in the loop."""

    def step(state: State, place: jax.Array) -> tuple[State, jax.Array]:
        return cell(state, place @ weights["W"] + state[0] @ weights["U"] + weights["c"])

    return jax.lax.scan(step, start(x, weights), x)[1]


def hoisted(x: jax.Array, weights: Outputs) -> jax.Array:
    """The products with the inputs before the loop."""

    def step(state: State, products: jax.Array) -> tuple[State, jax.Array]:
        return cell(state, products + state[0] @ weights["U"])

    return jax.lax.scan(step, start(x, weights), x @ weights["W"] + weights["c"], unroll=PLACES_A_TURN)[1]


def start(x: jax.Array, weights: Outputs) -> State:
    """Zeros."""
    zeros = jnp.zeros((x.shape[1], weights["U"].shape[0]), x.dtype)
    return zeros, zeros


def build(problem: Problem, task: str, mode: str, device: str, precision: str) -> Step:
    """A step of either task, in either form."""
    mode, expert = form_of(mode)
    layer = hoisted if expert else reported

    def forward(x: jax.Array, weights: Outputs) -> Outputs:
        return {"output": layer(x, weights)}

    def value(weights: Outputs, x: jax.Array) -> jax.Array:
        return jnp.square(layer(x, weights)).mean() / 2

    def gradient(x: jax.Array, weights: Outputs) -> Outputs:
        found, slopes = jax.value_and_grad(value)(weights, x)
        return {"value": found} | {f"gradient.{name}": slope for name, slope in slopes.items()}

    x = jax_backend.arrays(problem.inputs(), device, precision)["x"]
    weights = jax_backend.arrays(problem.parameters(), device, precision)
    return jax_backend.Evaluation(forward if task == "forward" else gradient, (x, weights), mode=mode)
