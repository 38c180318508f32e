"""The perceptron in PyTorch: nn.Sequential, cross_entropy and the fused Adam."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

import torch
from torch import Tensor, nn
from torch.nn import functional

from bench.backends import Arrays, Step, torch_backend
from bench.workloads.training.by_hand.adam import BETA1, BETA2, EPSILON
from bench.workloads.training.mlp.problem import DROPOUT, LEARNING_RATE, SEED, TARGET, Problem


def perceptron(problem: Problem) -> nn.Sequential:
    """64 → width → width → 10 with the exact GELU, nn.GELU's default."""
    return _between(problem, nn.GELU)


def with_dropout(problem: Problem) -> nn.Sequential:
    """The same with dropout behind both activations, which draws in every call of the model."""
    return _between(problem, lambda: nn.Sequential(nn.GELU(), nn.Dropout(DROPOUT)))


def _between(problem: Problem, activation: Callable[[], nn.Module]) -> nn.Sequential:
    first, second, third = (nn.Linear(rows, columns) for rows, columns in problem.shapes())
    return nn.Sequential(first, activation(), second, activation(), third)


def loss(model: nn.Module, images: Tensor, labels: Tensor) -> Tensor:
    """Mean cross entropy; autocast computes it in float32."""
    return functional.cross_entropy(model(images), labels)


class Dropping(torch_backend.Training):
    """The step with dropout; at the size of the parity gate the moments of the logits are observed too."""

    def __init__(self, problem: Problem, model: nn.Module, *arguments: Any, **settings: Any) -> None:
        super().__init__(model, *arguments, **settings)
        self.problem = problem
        self.logits: Tensor | None = None
        if problem.draws:
            drawing = torch_backend.compiled(model, self.mode, self.device)
            with torch.no_grad():
                images = torch_backend.tensor(problem.repeated(), self.device, settings["precision"])
                self.logits = drawing(images).clone()  # the next call may overwrite what a CUDA graph put out

    def observe(self) -> Arrays:
        moments = {} if self.logits is None else self.problem.moments(torch_backend.host(self.logits))
        return {"loss": super().observe()["loss"], **moments}


def build(problem: Problem, task: str, mode: str, device: str, precision: str) -> Step:
    """A step of one of the tasks. Raises Unsupported where the mode or precision does not exist."""
    settings: dict[str, Any] = {"mode": mode, "device": device, "precision": precision}
    data = torch_backend.tensors(problem.inputs(), device, precision)
    make = with_dropout if task == "train_dropout" else perceptron
    model = torch_backend.place(make(problem), problem.parameters(), device, precision)
    if task == "forward":
        return torch_backend.Evaluation(
            lambda images: {"output": model(images)}, (data["images"],), inference=True, **settings
        )
    batch = (data["images"], data["labels"])
    if task == "gradient":
        return torch_backend.Gradient(model, loss, batch, **settings)
    optimizer = torch.optim.Adam(model.parameters(), lr=LEARNING_RATE, betas=(BETA1, BETA2), eps=EPSILON, fused=True)

    if task == "train_dropout":
        torch.manual_seed(SEED)
        return Dropping(problem, model, loss, batch, optimizer, **settings)

    def metrics(training: torch_backend.Training) -> dict[str, float]:
        whole = torch_backend.tensors(problem.training_set(), device, precision)
        training.restart(problem.parameters())
        losses = [
            [training.run(whole["images"][rows], whole["labels"][rows]).item() for rows in epoch]
            for epoch in problem.epochs()
        ]
        with torch.inference_mode():
            logits = model(torch_backend.tensors(problem.test_set(), device, precision)["images"])
        return problem.metrics(losses, torch_backend.host(logits))

    steps = torch_backend.steps_per_call(problem, mode)
    training = torch_backend.Training(model, loss, batch, optimizer, steps=steps, metrics=metrics, **settings)
    if task == "target":
        test = torch_backend.tensors(problem.test_set(), device, precision)

        def accuracy(model: nn.Module) -> Tensor:
            return (model(test["images"]).argmax(dim=1) == test["labels"]).double().mean()

        return torch_backend.Course(
            training, problem.course, accuracy, TARGET[problem.size]["every"], precision=precision
        )
    return training
