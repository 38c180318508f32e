"""Sensitivity of planetary orbits."""

from __future__ import annotations

from collections.abc import Callable

from bench.workloads.autodiff.ode_sensitivity.problem import Problem
from tests.proof.alternatives import Alternative


def in_blocks_of(steps: int) -> Callable[[Problem], None]:
    """Changes how many steps PyTorch's compiler gets, where so many fit into what is integrated."""

    def adjust(problem: Problem) -> None:
        if problem.steps % steps == 0:
            problem.block_of = lambda task: steps  # type: ignore[method-assign]

    return adjust


ALTERNATIVES = (
    *(
        Alternative("torch", f"blocks of {steps}", ("gradient",), ("compile",), adjust=in_blocks_of(steps))
        for steps in (5, 10, 50)
    ),
    Alternative(
        "torch",
        "checkpoints around what is compiled",
        ("gradient_checkpointed",),
        ("compile",),
        {"inside": lambda task, mode: False},
    ),
)
