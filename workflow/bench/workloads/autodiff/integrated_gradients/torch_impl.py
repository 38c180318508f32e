"""Integrated gradients in PyTorch: all points of all paths as one batch."""

from __future__ import annotations

from typing import Any

import torch
from torch import Tensor
from torch.nn.functional import linear

from bench.backends import Step, torch_backend
from bench.workloads.autodiff.integrated_gradients.problem import Problem

Weights = dict[str, Tensor]


def probability(weights: Weights, x: Tensor, classes: Tensor) -> Tensor:
    """The probabilities (n,) of the classes (n,) for points x (n, 64); weights (out, in), as nn.Linear has them.

    The scores of a class stand in a row: a softmax along the long axis is vectorised.
    """
    hidden = torch.relu(linear(x, weights["W0"], weights["b0"]))
    hidden = torch.relu(linear(hidden, weights["W1"], weights["b1"]))
    scores = weights["W2"] @ hidden.T + weights["b2"][:, None]
    return torch.softmax(scores, dim=0).gather(0, classes[None])[0]


def path(images: Tensor, baseline: Tensor, steps: int) -> Tensor:
    """The points (m·n, 64) of all paths, those of one α after the other."""
    alphas = (torch.arange(steps, dtype=images.dtype, device=images.device) + 0.5) / steps
    return (baseline + alphas[:, None, None] * (images - baseline)).flatten(0, 1)


def build(problem: Problem, task: str, mode: str, device: str, precision: str) -> Step:
    """A step of either task. Raises Unsupported where the mode does not exist."""
    weights = {
        name: value.T.contiguous() if value.ndim == 2 else value
        for name, value in torch_backend.tensors(problem.parameters(), device, precision).items()
    }
    data = torch_backend.tensors(problem.inputs(), device, precision)

    def primal(weights: Weights, images: Tensor, baseline: Tensor, classes: Tensor) -> dict[str, Tensor]:
        points = path(images, baseline, problem.steps)
        return {"probability": probability(weights, points, classes.repeat(problem.steps)).view(problem.steps, -1)}

    def attribution(weights: Weights, images: Tensor, baseline: Tensor, classes: Tensor) -> dict[str, Tensor]:
        points = path(images, baseline, problem.steps).requires_grad_()
        total = probability(weights, points, classes.repeat(problem.steps)).sum()
        (slopes,) = torch.autograd.grad(total, points)
        return {"attribution": (images - baseline) * slopes.view(problem.steps, *images.shape).mean(dim=0)}

    arguments = (weights, data["images"], data["baseline"], data["classes"])
    settings: dict[str, Any] = {"mode": mode, "device": device, "precision": precision}
    if task == "primal":
        return torch_backend.Evaluation(primal, arguments, inference=True, **settings)
    return torch_backend.Evaluation(attribution, arguments, metrics=problem.metrics, **settings)
