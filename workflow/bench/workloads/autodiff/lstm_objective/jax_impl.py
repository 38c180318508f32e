"""ADBench's LSTM in JAX: lax.scan over the steps, value_and_grad."""

from __future__ import annotations

import jax
import jax.numpy as jnp

from bench.backends import Step, jax_backend
from bench.workloads.autodiff.lstm_objective.problem import BITS, Problem

Outputs = dict[str, jax.Array]


def objective(main_params: jax.Array, extra_params: jax.Array, state: jax.Array, sequence: jax.Array, *,
              unrolled: int) -> jax.Array:
    """L, a scalar; `unrolled` steps of the recurrence make an iteration of the loop."""
    weights, biases = (main_params[part::2].reshape(-1, 4, BITS) for part in (0, 1))

    def step(states: tuple[tuple[jax.Array, jax.Array], ...], x: jax.Array) -> tuple[tuple, jax.Array]:
        after = []
        for (h, c), w, b in zip(states, weights, biases, strict=True):
            f, o = jax.nn.sigmoid(w[0] * x + b[0]), jax.nn.sigmoid(w[2] * x + b[2])
            i, g = jax.nn.sigmoid(w[1] * h + b[1]), jnp.tanh(w[3] * h + b[3])
            c = f * c + i * g
            x = o * jnp.tanh(c)
            after.append((x, c))
        return tuple(after), x

    states = tuple(zip(state[0::2], state[1::2], strict=True))
    _, tops = jax.lax.scan(step, states, extra_params[0] * sequence[:-1], unroll=unrolled)
    y = tops * extra_params[1] + extra_params[2]
    normalised = y - jnp.log(2 + jnp.exp(y).sum(1, keepdims=True))
    return -jnp.mean(sequence[1:] * normalised)


def build(problem: Problem, task: str, mode: str, device: str, precision: str) -> Step:
    """A step of `primal` or `gradient`; in `scan` every step has arguments of its own."""
    data = jax_backend.arrays(problem.inputs(), device, precision)

    def primal(*arguments: jax.Array) -> Outputs:
        return {"value": objective(*arguments, unrolled=problem.unrolled)}

    def gradient(*arguments: jax.Array) -> Outputs:
        differentiated = jax.value_and_grad(objective, (0, 1))
        value, (by_main, by_extra) = differentiated(*arguments, unrolled=problem.unrolled)
        return {"value": value, "gradient.main_params": by_main, "gradient.extra_params": by_extra}

    return jax_backend.Evaluation({"primal": primal, "gradient": gradient}[task],
                                  [data[name] for name in ("main_params", "extra_params", "state", "sequence")],
                                  mode=mode, steps=jax_backend.scan_steps(problem))
