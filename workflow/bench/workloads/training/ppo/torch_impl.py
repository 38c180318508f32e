"""PPO in PyTorch: nn.Sequential networks, a Python loop over minibatches, the fused Adam; compiled in two functions."""

from __future__ import annotations

from typing import Any, NamedTuple

import torch
from torch import Tensor, nn

from bench.backends import Step, torch_backend
from bench.workloads.training.cartpole import torch_dynamics as dynamics
from bench.workloads.training.cartpole.dynamics import ACTIONS, STATES
from bench.workloads.training.cartpole.torch_loop import Loop, learner, static
from bench.workloads.training.ppo.problem import (
    ADVANTAGE_EPSILON,
    BETA1,
    BETA2,
    CLIP,
    DISCOUNT,
    ENTROPY_WEIGHT,
    EPSILON,
    LARGEST_NORM,
    LEARNING_RATE,
    NETWORKS,
    TARGET,
    TRACE,
    Problem,
)


def networks(problem: Problem) -> nn.ModuleDict:
    """Actor and critic: 4 → width → width → 2 or 1 with tanh."""

    def perceptron(name: str) -> nn.Sequential:
        first, second, third = (nn.Linear(rows, columns) for rows, columns in problem.shapes(name))
        return nn.Sequential(first, nn.Tanh(), second, nn.Tanh(), third)

    return nn.ModuleDict({name: perceptron(name) for name in NETWORKS})


def chosen(logarithms: Tensor, actions: Tensor) -> Tensor:
    """The entries of the actions taken."""
    return logarithms.gather(-1, actions[..., None])[..., 0]


def loss(
    model: nn.ModuleDict,
    states: Tensor,
    actions: Tensor,
    log_probabilities: Tensor,
    advantages: Tensor,
    targets: Tensor,
) -> Tensor:
    """The clipped objective, the critic's squared error and the entropy of a minibatch."""
    logarithms = model["actor"](states).to(states.dtype).log_softmax(-1)
    ratios = (chosen(logarithms, actions) - log_probabilities).exp()
    normal = (advantages - advantages.mean()) / (advantages.std(correction=0) + ADVANTAGE_EPSILON)
    gains = torch.minimum(ratios * normal, ratios.clamp(1 - CLIP, 1 + CLIP) * normal)
    values = model["critic"](states).to(states.dtype)[:, 0]
    entropy = -(logarithms.exp() * logarithms).sum(-1).mean()
    return -gains.mean() + 0.5 * (values - targets).square().mean() - ENTROPY_WEIGHT * entropy


class Rollout(NamedTuple):
    """Room for what a rollout leaves behind, each (steps, environments, …), and for what follows from it."""

    states: Tensor
    actions: Tensor
    logits: Tensor
    successors: Tensor
    terminated: Tensor
    done: Tensor
    log_probabilities: Tensor
    advantages: Tensor
    targets: Tensor

    def batch(self) -> list[Tensor]:
        """Its samples, flattened, in the order of `loss`."""
        parts = (self.states, self.actions, self.log_probabilities, self.advantages, self.targets)
        return [part.flatten(0, 1) for part in parts]


def room(steps: int, states: Tensor) -> Rollout:
    """An empty rollout of the environments with these states."""
    shape = (steps, len(states))
    wide = [states.new_empty(*shape, width) for width in (STATES, ACTIONS, STATES)]
    actions, terminated, done = (
        torch.empty(shape, dtype=kind, device=states.device) for kind in (torch.int64, torch.bool, torch.bool)
    )
    return Rollout(wide[0], actions, wide[1], wide[2], terminated, done, *states.new_empty(3, *shape))


@torch.no_grad()
def act(
    model: nn.ModuleDict,
    environments: dynamics.Environments,
    rollout: Rollout,
    place: Tensor,
    uniforms: Tensor,
    fresh: Tensor,
) -> None:
    """One step of all environments, in place, kept at `place` (1,) of the rollout."""
    logits = model["actor"](environments.states).to(environments.states.dtype)
    actions = (uniforms >= logits.softmax(-1)[:, 0]).long()
    after, outcome = dynamics.step(environments, actions, fresh)
    for kept, part in zip(rollout[:6], (environments.states, actions, logits, *outcome), strict=True):
        kept.index_copy_(0, place, part[None])
    for kept, part in zip(environments, after, strict=True):
        kept.copy_(part)


@torch.no_grad()
def judge(model: nn.ModuleDict, rollout: Rollout) -> None:
    """Probabilities, advantages and targets of a whole rollout."""
    dtype = rollout.states.dtype
    values, following = (model["critic"](seen).to(dtype)[..., 0] for seen in (rollout.states, rollout.successors))
    errors = 1.0 + DISCOUNT * following * ~rollout.terminated - values
    decays = DISCOUNT * TRACE * (~rollout.done).to(dtype)
    advantage, advantages = torch.zeros_like(values[0]), []
    for error, decay in zip(reversed(errors.unbind()), reversed(decays.unbind()), strict=True):
        advantage = error + decay * advantage
        advantages.append(advantage)
    rollout.advantages.copy_(torch.stack(advantages[::-1]))
    rollout.targets.copy_(rollout.advantages + values)
    rollout.log_probabilities.copy_(chosen(rollout.logits.log_softmax(-1), rollout.actions))


def build(problem: Problem, task: str, mode: str, device: str, precision: str) -> Step:
    """A step of `train`, `target` or `gradient`. Raises Unsupported where the mode or precision does not exist."""
    settings: dict[str, Any] = {"mode": mode, "device": device, "precision": precision}
    model = torch_backend.place(networks(problem), problem.parameters(), device, precision)
    if task == "gradient":
        data = torch_backend.tensors(problem.inputs(), device, precision)
        return torch_backend.Gradient(model, loss, tuple(data.values()), **settings)
    optimizer = torch.optim.Adam(model.parameters(), lr=LEARNING_RATE, betas=(BETA1, BETA2), eps=EPSILON, fused=True)
    pool = torch_backend.tensors(problem.pool(), device, precision)
    environments = dynamics.initial(torch_backend.tensor(problem.beginning(), device, precision))
    rollout = room(problem.steps, environments.states)
    batch = rollout.batch()
    static([*environments, *rollout, *batch], mode)
    move, look_back = (
        torch_backend.compiled(torch_backend.mixed(function, device, precision), mode, device)
        for function in (act, judge)
    )
    update = learner(
        model,
        lambda model, rows: loss(model, *(part[rows] for part in batch)),
        optimizer,
        most=LARGEST_NORM,
        **settings,
    )
    learn = torch_backend.compiled(update, mode, device)
    # Each in memory of its own: what is misaligned, as parts of one tensor are, Inductor copies in every call.
    places = [torch.full((1,), place, device=device) for place in range(problem.steps)]
    count = 0

    def iterate() -> Tensor:
        nonlocal count
        drawn = {name: numbers[count % problem.pool_length] for name, numbers in pool.items()}
        count += 1
        for numbers in zip(places, drawn["uniforms"].unbind(), drawn["fresh"].unbind(), strict=True):
            move(model, environments, rollout, *numbers)
        look_back(model, rollout)
        total = torch.zeros_like(environments.ages[0])
        for rows in drawn["permutations"].view(-1, problem.rows).unbind():
            total.add_(learn(rows))
        return total / (problem.epochs * problem.minibatches)

    def restart(seed: int) -> None:
        nonlocal count
        count = 0
        torch_backend.load(model, problem.parameters(seed))
        torch_backend.forget(optimizer)
        beginning = dynamics.initial(torch_backend.tensor(problem.beginning(seed), device, precision))
        drawn = torch_backend.tensors(problem.pool(seed), device, precision)
        torch._foreach_copy_([*environments, *pool.values()], [*beginning, *drawn.values()])

    every = TARGET[problem.size]["every"] if task == "target" else 1
    return Loop(model, iterate, restart, environments, device=device, every=every)
