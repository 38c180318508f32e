"""Memory of a training step in JAX."""

from __future__ import annotations

import warnings
from collections.abc import Iterator
from typing import Any

import jax
import jax.numpy as jnp
import numpy as np
import optax

from bench.events import Event
from bench.measuring.record import attempt, compact, ok
from bench.measuring.resources import forget_peak, peak_resident_bytes, resident_bytes
from bench.workloads.examples.memory import problem

DONATED = {"nothing": (), "parameters": (0,), "parameters and state": (0, 1)}
OPTIMISER = optax.adam(problem.LEARNING_RATE)
Tree = Any


def loss_of(parameters: list[jax.Array], x: jax.Array) -> jax.Array:
    """The loss, with few rows."""
    h = x
    for w in parameters:
        h = jnp.tanh(h @ w)
    return jnp.square(h).sum() / (2 * len(x))


def step(parameters: list[jax.Array], state: Tree, x: jax.Array) -> tuple[list[jax.Array], Tree, jax.Array]:
    """One optimiser step."""
    loss, gradient = jax.value_and_grad(loss_of)(parameters, x)
    updates, state = OPTIMISER.update(gradient, state, parameters)
    return optax.apply_updates(parameters, updates), state, loss


def resident() -> int:
    """Bytes resident now. Raises OSError where the system does not tell."""
    found = resident_bytes()
    if found is None:
        raise OSError("this system does not tell how much memory is resident")
    return found


def compiled_step(x: jax.Array, donated: tuple[int, ...]) -> Any:
    """The step, compiled from shapes alone."""
    shape = jax.ShapeDtypeStruct((problem.WIDTH, problem.WIDTH), jnp.float32)
    parameters = [shape] * problem.LAYERS
    return (
        jax.jit(step, donate_argnums=donated).lower(parameters, jax.eval_shape(OPTIMISER.init, parameters), x).compile()
    )


def train(donated: tuple[int, ...]) -> dict[str, Any]:
    """Losses of the steps; bytes in the last and after it; what became of its inputs; the compiler's plan in bytes."""
    jax.config.update("jax_cpu_enable_async_dispatch", False)
    x = jnp.asarray(problem.inputs("few"))
    compiled = compiled_step(x, donated)
    (x @ x.T).block_until_ready()  # the library of matrix products makes its buffers
    start = resident()
    parameters = [jnp.array(w) for w in problem.weights()]
    state = OPTIMISER.init(parameters)
    losses, deleted, peak = [], {}, 0
    for _ in range(problem.STEPS):
        old = {"parameters": parameters, "state": state}
        jax.block_until_ready(old)
        forget_peak()
        parameters, state, loss = jax.block_until_ready(compiled(parameters, state, x))
        peak = peak_resident_bytes() - start
        deleted = {name: all(leaf.is_deleted() for leaf in jax.tree.leaves(tree)) for name, tree in old.items()}
        del old
        losses.append(float(loss))
    plan = compiled.memory_analysis()
    return {
        "losses": losses,
        "peak": peak,
        "between": resident() - start,
        "deleted": deleted,
        "plan": {name: getattr(plan, f"{name}_size_in_bytes") for name in ("argument", "output", "alias", "temp")},
    }


def measurement(donated: tuple[int, ...]) -> tuple[float, str]:
    """One variant: the peak, and the rest of what was measured."""
    peak, found = problem.measured(train, donated)
    return peak, compact(found | {"error": problem.error("few", found.pop("losses"))})


def old_parameters() -> tuple[float, str]:
    """Read an array after it was donated: 1 if it shows the new values."""
    parameters = jnp.ones(4)
    new = jax.jit(lambda p: p - 0.25, donate_argnums=0)(parameters)
    read = np.asarray(parameters)
    return float(np.array_equal(read, new)), compact({"before": 1.0, "read": float(read[0])})


def unusable() -> tuple[float, str]:
    """1 if JAX warns of a donation that no output has room for, else 0; and what it says."""
    with warnings.catch_warnings(record=True) as caught:
        warnings.simplefilter("always")
        jax.jit(lambda p: p.sum(), donate_argnums=0)(jnp.ones(4)).block_until_ready()
    return float(bool(caught)), " ".join(str(warning.message) for warning in caught)


def events() -> Iterator[Event]:
    """Donating nothing, the parameters, and the optimiser's state too."""
    yield ok("bytes", problem.PARAMETER_BYTES, {"state": problem.STATE_BYTES, "outputs": problem.OUTPUT_BYTES})
    yield attempt("old parameters.read", old_parameters)
    yield attempt("donation without use", unusable)
    for name, donated in DONATED.items():
        yield attempt(f"donated.{name}", measurement, donated)
