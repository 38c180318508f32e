"""The Jacobians of a linear map in PyTorch: torch.func's jacrev, jacfwd and vmap."""

from __future__ import annotations

from torch import Tensor
from torch.func import jacfwd, jacrev, vmap

from bench.backends import Step, torch_backend
from bench.workloads.autodiff.linear_jacobian.problem import Problem


def linear(x: Tensor, W: Tensor, b: Tensor) -> Tensor:
    """y = x W + b, for one row or many."""
    return x @ W + b


def jacobian(x: Tensor, W: Tensor, b: Tensor) -> dict[str, Tensor]:
    """All three Jacobians in full."""
    by_x, by_w = jacrev(linear, (0, 1))(x, W, b)
    return {"jacobian.x": by_x, "jacobian.W": by_w, "jacobian.b": jacfwd(linear, 2)(x, W, b)}


def per_sample(x: Tensor, W: Tensor, b: Tensor) -> dict[str, Tensor]:
    """The blocks of every row."""
    by_x, by_w, by_b = vmap(jacrev(linear, (0, 1, 2)), (0, None, None))(x, W, b)
    return {"jacobian.x": by_x, "jacobian.W": by_w, "jacobian.b": by_b}


def build(problem: Problem, task: str, mode: str, device: str, precision: str) -> Step:
    """A step of `jacobian` or `per_sample`. Raises Unsupported where the mode does not exist."""
    data = torch_backend.tensors(problem.inputs(), device, precision)
    function = {"jacobian": jacobian, "per_sample": per_sample}[task]
    return torch_backend.Evaluation(
        function, (data["x"], data["W"], data["b"]), mode=mode, device=device, precision=precision
    )
