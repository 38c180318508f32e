"""JAX: a compiled product."""

from typing import Any

from bench.backends import jax_backend as backend


def build(problem: Any, task: str, mode: str, device: str, precision: str) -> Any:
    """The product as a step; bfloat16 multiplies matrices that are stored so."""
    inputs = backend.cast(backend.arrays(problem.inputs(), device, precision), precision)
    return backend.Evaluation(lambda a, b: {"output": a @ b}, (inputs["a"], inputs["b"]), mode=mode)
