"""CartPole-v1 in PyTorch; see dynamics.py for the mathematics."""

from __future__ import annotations

from typing import NamedTuple

import torch
from torch import Tensor

from bench.workloads.training.cartpole.dynamics import (
    FARTHEST,
    FORCE,
    GRAVITY,
    HALF_LENGTH,
    LONGEST,
    POLE_MASS,
    POLE_MOMENT,
    RECENT,
    SECONDS,
    STEEPEST,
    TOTAL_MASS,
)


class Environments(NamedTuple):
    """Many environments: `states` (environments, 4), `ages` and `returns` (environments,)."""

    states: Tensor
    ages: Tensor
    returns: Tensor


class Outcome(NamedTuple):
    """What a step has led to: `successors` (environments, 4), `terminated` and `done` (environments,) of bool."""

    successors: Tensor
    terminated: Tensor
    done: Tensor


def initial(states: Tensor) -> Environments:
    """Environments at the given states that have finished no episode."""
    return Environments(states.clone(), *torch.zeros((2, len(states)), dtype=states.dtype, device=states.device))


def advance(states: Tensor, actions: Tensor) -> Tensor:
    """The states (…, 4) one step after `actions` (…) of bool or integers were taken."""
    x, speed, angle, turning = states.unbind(-1)
    cosine, sine = angle.cos(), angle.sin()
    push = (actions * (2 * FORCE) - FORCE + POLE_MOMENT * turning**2 * sine) / TOTAL_MASS
    bend = HALF_LENGTH * (4.0 / 3.0 - POLE_MASS * cosine**2 / TOTAL_MASS)
    turn = (GRAVITY * sine - cosine * push) / bend
    pull = push - POLE_MOMENT * turn * cosine / TOTAL_MASS
    return torch.stack(
        [x + SECONDS * speed, speed + SECONDS * pull, angle + SECONDS * turning, turning + SECONDS * turn], dim=-1
    )


def step(environments: Environments, actions: Tensor, fresh: Tensor) -> tuple[Environments, Outcome]:
    """All environments one step on; those whose episode ends begin anew at their state of `fresh` (environments, 4)."""
    successors = advance(environments.states, actions)
    terminated = (successors[:, 0].abs() > FARTHEST) | (successors[:, 2].abs() > STEEPEST)
    ages = environments.ages + 1
    done = terminated | (ages >= LONGEST)
    returns = torch.where(done, environments.returns.lerp(ages, RECENT), environments.returns)
    after = Environments(torch.where(done[:, None], fresh, successors), torch.where(done, 0.0, ages), returns)
    return after, Outcome(successors, terminated, done)
