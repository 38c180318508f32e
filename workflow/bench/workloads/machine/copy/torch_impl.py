"""PyTorch: `torch.mul` into an array that is there."""

from typing import Any

import torch

from bench.backends import torch_backend as backend


def build(problem: Any, task: str, mode: str, device: str, precision: str) -> Any:
    """The scaled copy as a step."""
    x = backend.tensor(problem.inputs()["x"], device, precision)
    output = torch.empty_like(x)
    return backend.Evaluation(
        lambda x: {"output": torch.mul(x, 2.0, out=output)},
        (x,),
        mode=mode,
        device=device,
        precision=precision,
        inference=True,
    )
