"""The linear regression in PyTorch."""

from __future__ import annotations

import importlib.util
import sys
from collections.abc import Callable, Iterator
from typing import Any

import numpy as np
import torch
from torch import nn

from bench.events import Event
from bench.measuring.record import absent, attempt, ok
from bench.workloads.examples.linear_regression_examples import problem

X, T, QUERY = (torch.from_numpy(array) for array in (problem.X, problem.T, problem.QUERY))


def train(seed: int) -> tuple[float, float]:
    """Last loss and the prediction for the query."""
    model = nn.Linear(2, 1)
    start = problem.initial(seed)
    with torch.no_grad():
        model.weight.copy_(torch.from_numpy(start["W"].T))
        model.bias.copy_(torch.from_numpy(start["b"]))
    optimiser = torch.optim.SGD(model.parameters(), lr=problem.RATE)
    for _ in range(problem.EPOCHS):
        optimiser.zero_grad()
        nn.functional.mse_loss(model(X), T).backward()
        optimiser.step()
    with torch.no_grad():
        return float(nn.functional.mse_loss(model(X), T)), float(model(QUERY))


def random_module() -> str:
    """Random numbers from torch.random."""
    torch.random.manual_seed(0)
    return str(tuple(torch.randn(2, 1).shape))


def integer_gradient() -> None:
    """The gradient with respect to an integer input."""
    x = torch.tensor([[1, 2], [3, 4]], requires_grad=True)
    torch.autograd.grad((x * x).sum(), x)


def gradient_of_non_scalar() -> None:
    """The gradient of all predictions at once."""
    w = torch.ones(2, 1, requires_grad=True)
    torch.autograd.grad(X @ w, w)


def closed_over() -> tuple[float, str]:
    """Loss reported by a compiled function after its parameters were replaced, minus the true loss."""
    w = torch.zeros(2, 1)

    def loss() -> torch.Tensor:
        return ((X @ w - T) ** 2).mean()

    torch.compiler.reset()
    compiled: Callable[..., Any] = torch.compile(loss, backend="eager")
    before = float(compiled())
    w = torch.full((2, 1), 0.25)
    after = float(compiled())
    return after - float(loss()), f"{before:.6g} {after:.6g}"


def formatted() -> str:
    """A prediction formatted as a number."""
    prediction = QUERY @ torch.ones(2, 1)
    return f"{prediction:.4f}"


def events() -> Iterator[Event]:
    """The patterns, then the fits. The module `extras.*` are looked for after everything else has run."""
    yield attempt("pattern.random module", random_module)
    yield attempt("pattern.integer gradient", integer_gradient)
    yield attempt("pattern.gradient of non-scalar", gradient_of_non_scalar)
    yield attempt("pattern.closed-over parameters", closed_over)
    yield attempt("pattern.formatting", formatted)
    results = np.array([train(seed) for seed in range(problem.SEEDS)])
    yield ok("fit.loss", float(np.median(results[:, 0])), problem.summary(results[:, 0]))
    yield ok("fit.prediction", float(np.median(results[:, 1])), problem.summary(results[:, 1]))
    yield ok("fit.least squares", problem.least_squares())
    for module in ("torchvision", "torchaudio"):
        if importlib.util.find_spec(module) is None:
            yield absent(f"extras.{module}", "not installed")
        else:
            yield ok(f"extras.{module}", float(module in sys.modules), "installed")
