"""All kinds of derivatives of a perceptron."""

from __future__ import annotations

import torch
from torch import Tensor

from bench.workloads.autodiff.mlp_derivatives.torch_impl import Tree
from tests.proof.alternatives import Alternative, by_inductor


def by_addmm(p: Tree, x: Tensor) -> Tensor:
    """`network` with the bias added within the product."""
    h1 = torch.tanh(torch.addmm(p["b1"], x, p["W1"]))
    h2 = torch.tanh(torch.addmm(p["b2"], h1, p["W2"]))
    return torch.addmm(p["b3"], h2, p["W3"])


TASKS = ("primal", "gradient", "jvp", "vjp", "hvp", "hessian")

ALTERNATIVES = (
    Alternative("torch", "bias within the product", TASKS, ("eager", "compile"), {"network": by_addmm}),
    *by_inductor(("primal", "gradient"), ("max-autotune", "C++ wrapper")),
)
