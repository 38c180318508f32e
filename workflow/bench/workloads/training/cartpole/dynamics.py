r"""CartPole-v1, the environment of the reinforcement-learning workloads: constants and the NumPy reference.

A pole of half-length l and mass m stands on a cart of mass M that is pushed left or right with a force F = ∓10 N. With
the position x (m), the angle θ (rad) and their rates ẋ and θ̇,

    a  = (F + m l θ̇² sin θ) / (M + m)
    θ̈ = (g sin θ - a cos θ) / (l (4/3 - m cos² θ / (M + m)))
    ẍ  = a - m l θ̈ cos θ / (M + m),

integrated by Euler's explicit method with a step of 0.02 s. An episode ends when |x| > 2.4 m or |θ| > 12°
(termination) or after 500 steps (truncation); every step earns a reward of 1, so that the return of an episode is its
length. An environment whose episode has ended begins at once at a new state, each component uniform in ±0.05.

The state is (x, ẋ, θ, θ̇), shape (…, 4); the action 0 pushes left, 1 right.

The recent return of an environment is an exponential mean over its finished episodes, r ← r + (R - r)/2, from 0; the
mean return is its mean over the environments. It says what the last three episodes or so of each came to.

Source: A. G. Barto, R. S. Sutton, C. W. Anderson, "Neuronlike adaptive elements that can solve difficult learning
control problems", IEEE Trans. SMC 13 (1983) 834-846; constants and order of the updates are those of Gymnasium's
CartPole-v1.
"""

from __future__ import annotations

import math
from typing import NamedTuple

import numpy as np

GRAVITY = 9.8
CART_MASS, POLE_MASS = 1.0, 0.1
TOTAL_MASS = CART_MASS + POLE_MASS
HALF_LENGTH = 0.5
POLE_MOMENT = POLE_MASS * HALF_LENGTH
FORCE = 10.0
SECONDS = 0.02
"""Length of a step."""
FARTHEST, STEEPEST = 2.4, 12 * 2 * math.pi / 360
"""|x| (m) and |θ| (rad) beyond which an episode terminates."""
LONGEST = 500
"""Steps after which an episode is truncated."""
SPREAD = 0.05
"""Initial states are uniform in plus and minus this."""
STATES, ACTIONS = 4, 2
RECENT = 0.5
"""Weight of the newest episode in the recent return of its environment."""


class Environments(NamedTuple):
    """Many environments, in whichever framework's arrays."""

    states: np.ndarray
    """(environments, 4)"""
    ages: np.ndarray
    """(environments,): steps since the episode began, as a real number"""
    returns: np.ndarray
    """(environments,): the recent return of each"""


class Outcome(NamedTuple):
    """What a step has led to, before any new beginning."""

    successors: np.ndarray
    """(environments, 4)"""
    terminated: np.ndarray
    """(environments,) of bool: the pole fell or the cart left the track"""
    done: np.ndarray
    """(environments,) of bool: terminated or truncated"""


def initial(states: np.ndarray) -> Environments:
    """Environments at the given states that have finished no episode."""
    return Environments(states, np.zeros(len(states)), np.zeros(len(states)))


def draw_states(random: np.random.Generator, *shape: int) -> np.ndarray:
    """Initial states of episodes, shape (*shape, 4)."""
    return random.uniform(-SPREAD, SPREAD, (*shape, STATES))


def advance(states: np.ndarray, actions: np.ndarray) -> np.ndarray:
    """The states (…, 4) one step after `actions` (…) were taken."""
    x, speed, angle, turning = np.moveaxis(states, -1, 0)
    cosine, sine = np.cos(angle), np.sin(angle)
    push = (np.where(actions == 1, FORCE, -FORCE) + POLE_MOMENT * turning**2 * sine) / TOTAL_MASS
    bend = HALF_LENGTH * (4.0 / 3.0 - POLE_MASS * cosine**2 / TOTAL_MASS)
    turn = (GRAVITY * sine - cosine * push) / bend
    pull = push - POLE_MOMENT * turn * cosine / TOTAL_MASS
    return np.stack(
        [x + SECONDS * speed, speed + SECONDS * pull, angle + SECONDS * turning, turning + SECONDS * turn], axis=-1
    )


def step(environments: Environments, actions: np.ndarray, fresh: np.ndarray) -> tuple[Environments, Outcome]:
    """All environments one step on; those whose episode ends begin anew at their state of `fresh` (environments, 4)."""
    successors = advance(environments.states, actions)
    terminated = (np.abs(successors[:, 0]) > FARTHEST) | (np.abs(successors[:, 2]) > STEEPEST)
    ages = environments.ages + 1
    done = terminated | (ages >= LONGEST)
    returns = np.where(done, environments.returns + RECENT * (ages - environments.returns), environments.returns)
    after = Environments(np.where(done[:, None], fresh, successors), np.where(done, 0.0, ages), returns)
    return after, Outcome(successors, terminated, done)
