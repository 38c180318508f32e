"""JAX: a compiled scaling."""

from typing import Any

from bench.backends import jax_backend as backend


def build(problem: Any, task: str, mode: str, device: str, precision: str) -> Any:
    """The scaled copy as a step."""
    x = backend.array(problem.inputs()["x"], device, precision)
    return backend.Evaluation(lambda x: {"output": x * 2.0}, (x,), mode=mode)
