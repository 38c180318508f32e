"""ADBench's LSTM in JAX: lax.scan over the steps of a layer, value_and_grad."""

from __future__ import annotations

from functools import partial

import jax
import jax.numpy as jnp

from bench.backends import Step, jax_backend
from bench.workloads.autodiff.lstm_objective.problem import BITS, UNROLLED, Problem

Outputs = dict[str, jax.Array]
State = tuple[jax.Array, jax.Array]


@partial(jax_backend.loop, static_argnames="unrolled")
def layer(weights: jax.Array, biases: jax.Array, state: State, inputs: jax.Array, *, unrolled: int) -> jax.Array:
    """One layer's h at all times, (steps, 14); `weights` and `biases` (4, 14), `inputs` (steps, 14)."""
    forget = jax.nn.sigmoid(weights[0] * inputs + biases[0])
    output = jax.nn.sigmoid(weights[2] * inputs + biases[2])

    def step(state: State, gates: State) -> tuple[State, jax.Array]:
        (h, c), (f, o) = state, gates
        i, g = jax.nn.sigmoid(weights[1] * h + biases[1]), jnp.tanh(weights[3] * h + biases[3])
        c = f * c + i * g
        h = o * jnp.tanh(c)
        return (h, c), h

    return jax.lax.scan(step, state, (forget, output), unroll=unrolled)[1]


def objective(main_params: jax.Array, extra_params: jax.Array, state: jax.Array, sequence: jax.Array) -> jax.Array:
    """L, a scalar."""
    values = extra_params[0] * sequence[:-1]
    for n in range(len(main_params) // 2):
        weights, biases = main_params[2 * n : 2 * n + 2].reshape(2, 4, BITS)
        values = layer(weights, biases, (state[2 * n], state[2 * n + 1]), values, unrolled=UNROLLED)
    y = values * extra_params[1] + extra_params[2]
    normalised = y - jnp.log(2 + jnp.exp(y).sum(1, keepdims=True))
    return -jnp.mean(sequence[1:] * normalised)


def build(problem: Problem, task: str, mode: str, device: str, precision: str) -> Step:
    """A step of `primal` or `gradient`."""
    data = jax_backend.arrays(problem.inputs(), device, precision)

    def primal(*arguments: jax.Array) -> Outputs:
        return {"value": objective(*arguments)}

    def gradient(*arguments: jax.Array) -> Outputs:
        value, (by_main, by_extra) = jax.value_and_grad(objective, (0, 1))(*arguments)
        return {"value": value, "gradient.main_params": by_main, "gradient.extra_params": by_extra}

    return jax_backend.Evaluation(
        {"primal": primal, "gradient": gradient}[task],
        [data[name] for name in ("main_params", "extra_params", "state", "sequence")],
        mode=mode,
    )
