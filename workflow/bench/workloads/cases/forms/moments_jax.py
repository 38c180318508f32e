"""Random numbers in JAX, from a key of the default generator, or of one that the device brings along."""

from __future__ import annotations

from collections.abc import Callable

import jax
import numpy as np

from bench.backends import Step, jax_backend
from bench.workloads.cases.forms.modes import form_of
from bench.workloads.cases.forms.moments import Sampled

SEED = 0
FAST = "unsafe_rbg"
"""The generator of XLA's RngBitGenerator, by which keys are split too: fast, and with weaker promises."""


class Sampling(jax_backend.Evaluation):
    """Draws, of which the moments are observed."""

    problem: Sampled

    def observe(self) -> dict[str, np.ndarray]:
        return {"moments": self.problem.moments(super().observe()["drawn"])}


def step(problem: Sampled, draw: Callable[[jax.Array], jax.Array], mode: str, device: str, *, fast: bool) -> Step:
    """The draws from the key of a seed, the same in every call."""

    def drawn(seed: jax.Array) -> dict[str, jax.Array]:
        return {"drawn": draw(jax.random.key(seed, impl=FAST if fast else None))}

    made = Sampling(drawn, (jax_backend.array(np.array(SEED), device, "float32"),), mode=mode)
    made.problem = problem
    return made


def build_of(draw: Callable[..., jax.Array]) -> Callable[[Sampled, str, str, str, str], Step]:
    """The `build` of an implementation from what draws numbers by a key, a shape and a type; as an expert writes it,
    from the fast generator.
    """

    def build(problem: Sampled, task: str, mode: str, device: str, precision: str) -> Step:
        mode, expert = form_of(mode)
        kind, draws = jax_backend.data_type(precision, device), problem.setting["draws"]
        return step(problem, lambda key: draw(key, (draws,), kind), mode, device, fast=expert)

    return build
