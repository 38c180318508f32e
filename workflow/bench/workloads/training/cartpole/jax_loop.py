"""A loop of acting and learning in JAX, the step of the reinforcement-learning workloads."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

import jax
import jax.numpy as jnp
import numpy as np

from bench.backends import Arrays, Stage, jax_backend

Iterate = Callable[[Any, Any], tuple[Any, jax.Array]]


def scan(function: Callable, carry: Any, sequence: Any, mode: str, reverse: bool = False) -> tuple[Any, Any]:
    """`jax.lax.scan`; a loop of Python in the mode `eager`, where a scan would be compiled anew at every call."""
    if mode != "eager":
        return jax.lax.scan(function, carry, sequence, reverse=reverse)
    leaves, structure = jax.tree.flatten(sequence)
    rows = list(zip(*leaves, strict=True))
    results = []
    for row in reversed(rows) if reverse else rows:
        carry, result = function(carry, jax.tree.unflatten(structure, row))
        results.append(result)
    return carry, jax.tree.map(lambda *parts: jnp.stack(parts), *(reversed(results) if reverse else results))


class Loop:
    """Iterations of a loop: `iterate(state, pool)` returns the state after one and its loss.

    The state is a tuple that begins with the parameters and is donated; the pool holds the random numbers of all
    iterations. `start(seed)` returns both as the seed decides; `watch(state)` names the arrays that are observed beside
    losses and parameters; `score(state)` is the number that has to reach the target. One call takes `every`
    iterations, or, where it is compiled for many, `steps`.
    """

    def __init__(
        self,
        start: Callable[[int], tuple[Any, Any]],
        iterate: Iterate,
        watch: Callable[[Any], dict[str, jax.Array]],
        score: Callable[[Any], jax.Array],
        *,
        mode: str,
        steps: int = 1,
        every: int = 1,
    ) -> None:
        self.start, self.iterate, self.watch, self.grade, self.mode = start, iterate, watch, jax.jit(score), mode
        self.steps, self.every, self.steps_per_call = steps, every, steps * every
        self.jitted = jax.jit(iterate if steps == 1 else self._many, donate_argnums=0)
        self.call: Callable = iterate
        self.begin(0)

    def _many(self, state: Any, pool: Any) -> tuple[Any, jax.Array]:
        return jax.lax.scan(lambda state, _: self.iterate(state, pool), state, length=self.steps)

    def begin(self, seed: int) -> None:
        """Back to the start of this seed's run."""
        state, self.pool = self.start(seed)
        self.state = jax.tree.map(jnp.copy, state)  # a call takes its state's memory
        jax.block_until_ready((self.state, self.pool))

    def stages(self) -> list[Stage]:
        if self.mode == "eager":
            return []

        def trace() -> None:
            self.lowered = self.jitted.trace(self.state, self.pool).lower()

        def compile_() -> None:
            self.call = self.lowered.compile()

        return [("trace", trace), ("compile", compile_)]

    def step(self) -> None:
        self.losses = []
        for _ in range(self.every):
            self.state, loss = self.call(self.state, self.pool)
            self.losses.append(loss)

    def wait(self) -> None:
        jax.block_until_ready((self.state, self.losses))

    def score(self) -> float:
        """The number that has to reach the target, now."""
        return float(self.grade(self.state))

    def observe(self) -> Arrays:
        losses = np.concatenate([jax_backend.host(loss).reshape(-1) for loss in self.losses])
        parameters = {f"parameter.{name}": jax_backend.host(value) for name, value in self.state[0].items()}
        state = {f"buffer.{name}": jax_backend.host(value) for name, value in self.watch(self.state).items()}
        return {"loss": losses, **parameters, **state}

    def metrics(self) -> dict[str, float]:
        return {}
