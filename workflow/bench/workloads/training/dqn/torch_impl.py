"""DQN in PyTorch: nn.Sequential networks and the fused Adam; compiled as one function with the environment."""

from __future__ import annotations

import functools
from collections.abc import Callable
from typing import Any

import torch
from torch import Tensor, nn
from torch.nn import functional

from bench.backends import Arrays, Step, torch_backend
from bench.workloads.training.cartpole import torch_dynamics as dynamics
from bench.workloads.training.cartpole.dynamics import ACTIONS, SPREAD, STATES
from bench.workloads.training.cartpole.torch_loop import Loop, learner, static
from bench.workloads.training.dqn.problem import (
    BETA1,
    BETA2,
    DECAY,
    DISCOUNT,
    DRAWS,
    EPSILON,
    FOLLOW,
    LEARNING_RATE,
    LEAST,
    MOST,
    NUMBERS,
    REWARD,
    SCALE,
    SEED,
    TARGET,
    Problem,
    finite,
)

Tensors = dict[str, Tensor]


class Network(nn.Sequential):
    """4 → width → width → 2 with ReLU, of the states divided by their scale."""

    scale: Tensor

    def __init__(self, problem: Problem) -> None:
        first, second, third = (nn.Linear(rows, columns) for rows, columns in problem.shapes())
        super().__init__(first, nn.ReLU(), second, nn.ReLU(), third)
        self.register_buffer("scale", torch.tensor(SCALE, dtype=torch.float64), persistent=False)

    def forward(self, states: Tensor) -> Tensor:
        return super().forward(states / self.scale)


def chosen(values: Tensor, actions: Tensor) -> Tensor:
    """The values of the actions taken."""
    return values.gather(1, actions[:, None])[:, 0]


def loss(model: nn.Module, target: nn.Module, batch: Tensors) -> Tensor:
    """Mean Huber loss of double Q-learning on a minibatch."""
    states, successors = batch["states"], batch["successors"]
    with torch.no_grad():
        best = model(successors).argmax(1)
        following = chosen(target(successors).to(states.dtype), best)
        wanted = REWARD + DISCOUNT * (1.0 - batch["terminated"]) * following
    return functional.smooth_l1_loss(chosen(model(states).to(states.dtype), batch["actions"]), wanted)


@torch.no_grad()
def act(
    model: nn.Module,
    environments: dynamics.Environments,
    buffer: Tensors,
    count: Tensor,
    uniforms: Tensor,
    actions: Tensor,
    fresh: Tensor,
) -> None:
    """One step of all environments, in place; the transitions replace the oldest of the buffer; counts."""
    states = environments.states
    share = (MOST * (1.0 - count.to(states.dtype) / DECAY)).clamp(min=LEAST)
    taken = torch.where(uniforms < share, actions, model(states).argmax(1))
    after, outcome = dynamics.step(environments, taken, fresh)
    place = count % len(buffer["states"])
    transitions = {
        "states": states,
        "actions": taken,
        "successors": outcome.successors,
        "terminated": outcome.terminated.to(states.dtype),
    }
    for name, new in transitions.items():
        buffer[name].index_copy_(0, place, new[None])
    for kept, part in zip(environments, after, strict=True):
        kept.copy_(part)
    count.add_(1)


def draw(problem: Problem, environments: int, batch: int, device: str, precision: str) -> tuple[Tensor, ...]:
    """`NUMBERS` of so many environments, and of a minibatch of so many rows."""
    kind = torch_backend.data_type(precision, device)
    return (
        torch.rand(environments, dtype=kind, device=device),
        torch.randint(ACTIONS, (environments,), device=device),
        (2 * torch.rand(environments, STATES, dtype=kind, device=device) - 1) * SPREAD,
        torch.randint(problem.kept(), (batch,), device=device),
    )


class Drawing(Loop):
    """The loop that draws its numbers itself, of which moments are observed."""

    def __init__(self, moments: Callable[[], Arrays], *arguments: Any, **settings: Any) -> None:
        super().__init__(*arguments, **settings)
        self.moments = functools.cache(moments)

    def observe(self) -> Arrays:
        return self.moments() | finite(super().observe())


def build(problem: Problem, task: str, mode: str, device: str, precision: str) -> Step:
    """A step of one of the tasks. Raises Unsupported where the mode or precision does not exist."""
    settings: dict[str, Any] = {"mode": mode, "device": device, "precision": precision}
    model, target = (torch_backend.place(Network(problem), problem.parameters(), device, precision) for _ in range(2))
    target.requires_grad_(False)
    if task == "gradient":
        data = torch_backend.tensors(problem.inputs(), device, precision)
        return torch_backend.Gradient(
            model,
            lambda model, *parts: loss(model, target, dict(zip(data, parts, strict=True))),
            tuple(data.values()),
            **settings,
        )
    optimizer = torch.optim.Adam(model.parameters(), lr=LEARNING_RATE, betas=(BETA1, BETA2), eps=EPSILON, fused=True)
    pool = torch_backend.tensors(problem.pool(), device, precision)
    buffer = torch_backend.tensors(problem.buffer(), device, precision)
    environments = dynamics.initial(torch_backend.tensor(problem.beginning(), device, precision))
    count = torch.zeros(1, dtype=torch.int64, device=device)
    static([*environments, *buffer.values(), *target.parameters(), count], mode)
    move = torch_backend.mixed(act, device, precision)
    learn = learner(model, lambda model, batch: loss(model, target, batch), optimizer, **settings)
    own: list[Tensor] = list(model.parameters())
    followers: list[Tensor] = list(target.parameters())

    def update(uniforms: Tensor, actions: Tensor, fresh: Tensor, rows: Tensor) -> Tensor:
        move(model, environments, buffer, count, uniforms, actions, fresh)
        value = learn({name: kept.flatten(0, 1)[rows] for name, kept in buffer.items()})
        with torch.no_grad():
            torch._foreach_lerp_(followers, own, FOLLOW)
        return value

    def drawing() -> Tensor:
        return update(*draw(problem, problem.environments, problem.batch, device, precision))

    def moments() -> Arrays:
        many = torch_backend.compiled(lambda: draw(problem, DRAWS, DRAWS, device, precision), mode, device)()
        return problem.moments({name: torch_backend.host(value) for name, value in zip(NUMBERS, many, strict=True)})

    draws = task == "train_drawn"
    if draws:
        torch.manual_seed(SEED)
    steps = torch_backend.steps_per_call(problem, mode)
    one = drawing if draws else update
    whole = torch_backend.compiled(one if steps == 1 else torch_backend.repeated(one), mode, device)
    turns = [pool[name].unbind() if steps == 1 else pool[name].split(steps) for name in NUMBERS]
    given: list[tuple[Tensor, ...]] = [()] if draws else list(zip(*turns, strict=True))
    number = 0

    def iterate() -> Tensor:
        nonlocal number
        value: Tensor = whole(*given[number % len(given)])
        number += 1
        # A CUDA graph writes the loss of every step to the same place.
        return value.clone() if mode == "compile-max" else value

    def restart(seed: int) -> None:
        nonlocal number
        number = 0
        for each in (model, target):
            torch_backend.load(each, problem.parameters(seed))
        torch_backend.forget(optimizer)
        count.zero_()
        beginning = dynamics.initial(torch_backend.tensor(problem.beginning(seed), device, precision))
        first, numbers = (
            torch_backend.tensors(arrays, device, precision) for arrays in (problem.buffer(seed), problem.pool(seed))
        )
        torch._foreach_copy_(
            [*environments, *buffer.values(), *pool.values()], [*beginning, *first.values(), *numbers.values()]
        )

    every = TARGET[problem.size]["every"] if task == "target" else 1
    kind = functools.partial(Drawing, moments) if draws else Loop
    return kind(model, iterate, restart, environments, device=device, steps=steps, every=every)
