"""PyTorch: `torch.mm` into a matrix that is there."""

from typing import Any

import torch

from bench.backends import torch_backend as backend


def build(problem: Any, task: str, mode: str, device: str, precision: str) -> Any:
    """The product as a step; bfloat16 multiplies matrices that are stored so."""
    kind = torch.bfloat16 if precision == "bfloat16" else backend.data_type(precision, device)
    a, b = (value.to(kind) for value in backend.tensors(problem.inputs(), device, precision).values())
    output = torch.empty_like(a)
    return backend.Evaluation(
        lambda a, b: {"output": torch.mm(a, b, out=output)},
        (a, b),
        mode=mode,
        device=device,
        precision="as stored",
        inference=True,
    )
