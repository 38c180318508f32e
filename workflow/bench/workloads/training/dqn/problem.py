r"""Deep Q-learning on CartPole: environment, replay buffer and learning as one step (section 6).

Environment: CartPole-v1 as tensors (`training/cartpole`), N environments side by side, each beginning anew where its
episode ends. The Q-network is a perceptron 4 → width → width → 2 action values with ReLU, of the states divided by
`SCALE`; weights are stored (in, out); initial weights and biases are uniform in ±1/√in, as torch.nn.Linear draws them.
The target network begins as its copy.

A step of the task `train`, the k-th from 0:

1. Every environment takes one step: a random action where a uniform number is below
   ε_k = max(`LEAST`, `MOST` (1 - k / `DECAY`)), else the one of the largest value.
2. The N transitions (state, action, successor, terminated) replace the oldest in the replay buffer, a ring in the
   device's memory. The successor is the state before any new beginning, so that truncated episodes are continued by
   their value. The reward r = `REWARD` is always the same and not stored.
3. Learning from a minibatch of the buffer: y = r + γ (1 - terminated) Q_target(s', argmax_a Q(s', a)) (double
   Q-learning), loss = mean Huber(Q(s, a) - y), with Huber(e) = e²/2 where |e| ≤ 1, else |e| - 1/2; Adam, ε = 1e-8
   outside the root.
4. The target network follows: θ_target ← θ_target + τ (θ - θ_target).

The buffer begins full with transitions of random actions, so that learning happens from the first step. `items` are
environment steps, N. `gradient` (parity gate) is the loss and its gradient at the initial parameters on a fixed
minibatch.

`target` runs from the initial weights and random numbers of a seed until the mean return, the mean over environments of
an exponential mean of their episodes' returns (see `cartpole/dynamics.py`), has reached 400 of 500.

All random numbers are drawn here once and given to both frameworks: the transitions that the buffer begins with, and
for a stated number of iterations, `pool`, used round and round, the initial states of episodes, the uniform numbers and
actions of the exploration and the rows of the minibatches.

In `train_drawn` each framework draws these numbers itself, anew in every step and in what it compiles, by the generator
that it takes by default; only the transitions that the buffer begins with are the same. Trajectories, and with them
losses, then agree in nothing: what is observed, at every size, are moments of `DRAWS` numbers of each kind, drawn by
the same function in the same mode, held to those of the distributions, and whether all is finite. The rest of the
step is that of `train`.

Precision bfloat16 is mixed: matrix products and ReLU of both networks in bfloat16; the environment, the loss and the
optimiser in float32. Actions are discrete: where two values are equal but for rounding, now and then one action differs
between frameworks, and with it a trajectory; hence the wide tolerances below float64.

Source: V. Mnih et al., "Human-level control through deep reinforcement learning", Nature 518 (2015) 529-533;
H. van Hasselt et al., "Deep reinforcement learning with double Q-learning", AAAI 2016; the soft update of the target is
that of T. P. Lillicrap et al., arXiv:1509.02971. Everything is dimensionless.

Asymmetries: the step is one compiled function in both. PyTorch's writes into its tensors; JAX's donates its state,
which comes to the same. PyTorch's eager step uses its fused Adam, for which JAX's eager mode has no counterpart, and
JAX's eager mode, which cannot write in place, copies the whole buffer.
"""

from __future__ import annotations

import math
from typing import Any

import numpy as np

from bench.workloads.training.by_hand import observed
from bench.workloads.training.cartpole import dynamics
from bench.workloads.training.cartpole.dynamics import ACTIONS, SPREAD, STATES, draw_states

TITLE = {"en": "DQN on CartPole", "zh": "CartPole 上的 DQN"}
SECTION = 6
SCENARIO = "reinforcement"
ITEM = "environment steps"
SIZES: dict[str, dict[str, Any]] = {
    "tiny": {"environments": 4, "width": 8, "buffer_steps": 16, "batch": 16, "pool": 200},
    "small": {"environments": 16, "width": 128, "buffer_steps": 4096, "batch": 128, "pool": 1000},
    "medium": {"environments": 256, "width": 128, "buffer_steps": 256, "batch": 1024, "pool": 500},
    "large": {"environments": 4096, "width": 128, "buffer_steps": 64, "batch": 8192, "pool": 50},
}
SWEEPS: dict[str, dict[str, Any]] = {
    f"batch-{count}": SIZES["medium"] | {"batch": count} for count in (64, 256, 1024, 4096, 16384)
}
TASKS = ("train", "target", "train_drawn")
QUICK_TASKS = ("train",)
CHECK_TASKS = ("gradient", "train", "train_drawn")
DRAWN_TASKS = {"train_drawn": 0.02}
"""The standard errors over `DRAWS` numbers are below 0.5 %."""
MANY_TASKS = ("train",)
QUICK_MODES = {"torch": ("compile",), "jax": ("jit",)}
PRECISIONS = ("float32", "float64", "tf32", "bfloat16")
TOLERANCE = 1e-8
PRECISION_TOLERANCE = {"float64": 1e-8, "float32": 1e-4, "tf32": 1e-2, "bfloat16": 5e-2}
TARGET: dict[str, dict[str, Any]] = {
    "tiny": {"score": "mean_return", "value": 10.0, "above": True, "every": 5, "most": 500},
    "small": {"score": "mean_return", "value": 400.0, "above": True, "every": 100, "most": 12000},
}

DISCOUNT = 0.995
REWARD = 0.01
"""What a step is worth to the learner, so that values are about 1; a return is counted with 1."""
SCALE = (2.4, 2.0, 0.21, 2.0)
"""What the network divides the states by: m, m/s, rad, rad/s."""
MOST, LEAST, DECAY = 0.5, 0.02, 1000
"""The share of random actions: at first, in the end, and the steps in which it would fall to zero."""
FOLLOW = 0.05
"""τ: how much of the way to the Q-network the target network goes in a step."""
LEARNING_RATE, BETA1, BETA2, EPSILON = 1e-3, 0.9, 0.999, 1e-8
SEED = 20240302
DRAWS = 2**16
"""Numbers of each kind that moments are made of."""

NUMBERS = ("uniforms", "actions", "fresh", "rows")
"""The random numbers of an iteration, in the order in which they are drawn."""
LAYERS = ("0", "2", "4")
"""Names of the three linear layers: their places between the activations."""


class Problem:
    """The initial parameters, the random numbers and the reference values at one size."""

    def __init__(self, size: str) -> None:
        self.size = size
        chosen = {**SIZES, **SWEEPS}[size]
        self.environments: int = chosen["environments"]
        self.width: int = chosen["width"]
        self.length: int = chosen["buffer_steps"]
        self.batch: int = chosen["batch"]
        self.pool_length: int = chosen["pool"]

    def inputs(self) -> dict[str, np.ndarray]:
        """The fixed minibatch of `gradient`: `states` (batch, 4), `actions` (batch,), `successors` (batch, 4) and
        `terminated` (batch,) as 0 or 1, from the buffer.
        """
        random = np.random.default_rng(SEED)
        rows = random.integers(0, self.length * self.environments, self.batch)
        return {name: values.reshape(-1, *values.shape[2:])[rows] for name, values in self.buffer().items()}

    def shapes(self) -> list[tuple[int, int]]:
        """Shapes of the three weights."""
        return [(STATES, self.width), (self.width, self.width), (self.width, ACTIONS)]

    def parameters(self, seed: int = 0) -> dict[str, np.ndarray]:
        """`<layer>.weight` (in, out) and `<layer>.bias` (out,) of the layers 0, 2 and 4."""
        random = np.random.default_rng((SEED, seed, 1))
        drawn = {}
        for layer, (rows, columns) in zip(LAYERS, self.shapes(), strict=True):
            bound = 1 / math.sqrt(rows)
            drawn[f"{layer}.weight"] = random.uniform(-bound, bound, (rows, columns))
            drawn[f"{layer}.bias"] = random.uniform(-bound, bound, columns)
        return drawn

    def beginning(self, seed: int = 0) -> np.ndarray:
        """The first states of the environments, (environments, 4)."""
        return draw_states(np.random.default_rng((SEED, seed, 2)), self.environments)

    def buffer(self, seed: int = 0) -> dict[str, np.ndarray]:
        """Transitions of random actions, from the oldest: `states`, `actions`, `successors` and `terminated` (0 or 1),
        each (length, environments, …).
        """
        random = np.random.default_rng((SEED, seed, 3))
        now, kept = dynamics.initial(draw_states(random, self.environments)), []
        for _ in range(self.length):
            actions = random.integers(0, ACTIONS, self.environments)
            after, outcome = dynamics.step(now, actions, draw_states(random, self.environments))
            kept.append((now.states, actions, outcome.successors, outcome.terminated.astype(np.float64)))
            now = after
        names = ("states", "actions", "successors", "terminated")
        return {name: np.stack(parts) for name, parts in zip(names, zip(*kept, strict=True), strict=True)}

    def pool(self, seed: int = 0) -> dict[str, np.ndarray]:
        """Random numbers of `pool_length` iterations: `uniforms` and `actions` (…, environments), `fresh` (…,
        environments, 4) and `rows` (…, batch) of the buffer.
        """
        random = np.random.default_rng((SEED, seed, 4))
        shape = (self.pool_length, self.environments)
        rows = random.integers(0, self.length * self.environments, (self.pool_length, self.batch))
        return {
            "uniforms": random.uniform(size=shape),
            "actions": random.integers(0, ACTIONS, shape),
            "fresh": draw_states(random, *shape),
            "rows": rows,
        }

    def flops(self, task: str) -> float:
        """Multiplications and additions of the matrix products; nothing is propagated back into the states.

        One forward pass to act, one of each network to value the successors, forward and backward to learn.
        """
        products = [2.0 * rows * columns for rows, columns in self.shapes()]
        learning = self.batch * (5 * sum(products) - products[0])
        return learning if task == "gradient" else self.environments * sum(products) + learning

    def items(self, task: str) -> float:
        """Environment steps per step; for `gradient` the samples of the minibatch."""
        return float(self.batch if task == "gradient" else self.environments)

    def kept(self) -> int:
        """Transitions in the buffer."""
        return self.length * self.environments

    def moments(self, numbers: dict[str, np.ndarray]) -> dict[str, np.ndarray]:
        """Of `DRAWS` numbers of each kind, named as in `pool`: mean and mean square of what each takes from 0 to 1."""
        least = {"fresh": -SPREAD}
        extent = {"fresh": 2 * SPREAD, "rows": self.kept()}
        spread = {name: (values - least.get(name, 0)) / extent.get(name, 1) for name, values in numbers.items()}
        return {name: np.array([values.mean(), (values**2).mean()]) for name, values in spread.items()}

    def expected(self) -> dict[str, np.ndarray]:
        """The same of the distributions, and what `finite` is to say."""
        rows = self.kept()
        of_rows = [(rows - 1) / (2 * rows), (rows - 1) * (2 * rows - 1) / (6 * rows**2)]
        uniform, even = [1 / 2, 1 / 3], [1 / 2, 1 / 2]
        found = {"uniforms": uniform, "actions": even, "fresh": uniform, "rows": of_rows}
        return {name: np.array(values) for name, values in found.items()} | {"finite": np.ones(1)}

    def reference(self, task: str) -> dict[str, np.ndarray]:
        """Loss and gradient of the fixed minibatch; moments of what `train_drawn` draws; for the other tasks the
        frameworks are held against each other.
        """
        if task == "train_drawn":
            return self.expected()
        if task != "gradient":
            return {}
        return observed.gradient(*loss_and_gradient(self.parameters(), self.parameters(), **self.inputs()))


def finite(observed: dict[str, np.ndarray]) -> dict[str, np.ndarray]:
    """`finite` (1,): 1 where everything is that a training has left, else 0."""
    return {"finite": np.array([float(all(np.isfinite(value).all() for value in observed.values()))])}


def forward(parameters: dict[str, np.ndarray], states: np.ndarray) -> tuple[np.ndarray, list[np.ndarray]]:
    """The values of the actions, (rows, 2), and the inputs of the layers."""
    inputs = [states / np.array(SCALE)]
    for layer in LAYERS[:-1]:
        inputs.append(np.maximum(inputs[-1] @ parameters[f"{layer}.weight"] + parameters[f"{layer}.bias"], 0.0))
    return inputs[-1] @ parameters[f"{LAYERS[-1]}.weight"] + parameters[f"{LAYERS[-1]}.bias"], inputs


def loss_and_gradient(
    parameters: dict[str, np.ndarray],
    target: dict[str, np.ndarray],
    states: np.ndarray,
    actions: np.ndarray,
    successors: np.ndarray,
    terminated: np.ndarray,
) -> tuple[float, dict[str, np.ndarray]]:
    """The loss of a minibatch and its derivative with respect to every parameter, by the chain rule."""
    rows = np.arange(len(actions))
    best = forward(parameters, successors)[0].argmax(axis=1)
    wanted = REWARD + DISCOUNT * (1.0 - terminated) * forward(target, successors)[0][rows, best]
    values, inputs = forward(parameters, states)
    misses = values[rows, actions] - wanted
    size = np.abs(misses)
    loss = np.where(size <= 1.0, 0.5 * misses**2, size - 0.5).mean()
    error = np.zeros_like(values)
    error[rows, actions] = np.clip(misses, -1.0, 1.0) / len(actions)
    gradients = {}
    for index in reversed(range(len(LAYERS))):
        weight = f"{LAYERS[index]}.weight"
        gradients[weight], gradients[f"{LAYERS[index]}.bias"] = inputs[index].T @ error, error.sum(axis=0)
        error = (error @ parameters[weight].T) * (inputs[index] > 0)
    return float(loss), gradients
