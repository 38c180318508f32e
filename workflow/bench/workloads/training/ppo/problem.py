r"""Proximal policy optimisation on CartPole: environment, advantages and learning as one step (section 6).

Environment: CartPole-v1 as tensors (`training/cartpole`), many environments side by side, each beginning anew where its
episode ends. Actor and critic are separate perceptrons 4 → width → width → 2 logits and → 1 value, with tanh; weights
are stored (in, out), orthogonal with gain √2, in the last layers 0.01 (actor) and 1 (critic); biases are zero.

A step of the task `train`:

1. Rollout: T steps of all N environments. The action is 1 where a uniform number is at least the probability of 0.
2. Advantages by GAE: δ_t = 1 + γ (1 - terminated_t) V(s'_t) - V(s_t) with s'_t the state before any new beginning, so
   that truncated episodes are continued by their value; A_t = δ_t + γ λ (1 - done_t) A_{t+1}; the critic's targets are
   R_t = A_t + V(s_t).
3. Learning: epochs × minibatches updates, each from the next TN / minibatches rows of the epoch's permutation, with
   advantages normalised within the minibatch (population deviation, ε = 1e-8):
   loss = -mean min(r A, clip(r, 1-c, 1+c) A) + mean (V - R)² / 2 - w H, with r the ratio of the probability to the
   rollout's and H the mean entropy. Its gradient's norm is limited to `LARGEST_NORM`; Adam, ε = 1e-5 outside the root.

The loss of the step is the mean of its updates' losses. `items` are environment steps, TN. `gradient` (parity gate) is
the loss and its gradient at the initial parameters on a fixed minibatch.

`target` runs from the initial weights and random numbers of a seed until the mean return, the mean over environments of
an exponential mean of their episodes' returns (see `cartpole/dynamics.py`), has reached 400 of 500.

All random numbers are drawn here once and given to both frameworks: the initial states of episodes, the uniform numbers
of the actions and the permutations of a stated number of iterations, `pool`, used round and round.

Precision bfloat16 is mixed: matrix products and tanh of both networks in bfloat16; the environment, advantages, losses
and the optimiser in float32. Actions are discrete: where a probability differs by a rounding, now and then one action
differs between frameworks, and with it a trajectory; hence the wide tolerances below float64.

Source: J. Schulman et al., "Proximal Policy Optimization Algorithms", arXiv:1707.06347; "High-dimensional continuous
control using generalized advantage estimation", arXiv:1506.02438; the choices of S. Huang et al., "The 37
implementation details of proximal policy optimization", ICLR blog track, 2022. Everything is dimensionless.

Asymmetries: JAX compiles the whole step, its loops as `lax.scan`. PyTorch compiles
three functions, a step of the rollout, the advantages and the update, and calls the first and the last from Python
loops (a whole rollout unrolled took about a minute to compile); its eager mode uses the fused Adam. The critic is
evaluated on the whole rollout at once in both, after it.
"""

from __future__ import annotations

import math
from typing import Any

import numpy as np

from bench.workloads.training.by_hand import observed
from bench.workloads.training.cartpole.dynamics import ACTIONS, STATES, draw_states

TITLE = {"en": "PPO on CartPole", "zh": "CartPole 上的 PPO"}
SECTION = 6
SCENARIO = "reinforcement"
ITEM = "environment steps"
SIZES: dict[str, dict[str, Any]] = {
    "tiny": {"environments": 4, "steps": 4, "width": 8, "epochs": 2, "minibatches": 2, "pool": 50},
    "small": {"environments": 16, "steps": 32, "width": 64, "epochs": 10, "minibatches": 4, "pool": 100},
    "medium": {"environments": 256, "steps": 32, "width": 64, "epochs": 4, "minibatches": 8, "pool": 50},
    "large": {"environments": 4096, "steps": 32, "width": 64, "epochs": 4, "minibatches": 16, "pool": 10},
}
SWEEPS: dict[str, dict[str, Any]] = {
    f"batch-{count}": SIZES["medium"] | {"environments": count, "pool": 10} for count in (16, 64, 256, 1024, 4096)
}
"""The batch is the number of environments."""
TASKS = ("train", "target")
QUICK_TASKS = ("train",)
CHECK_TASKS = ("gradient", "train")
QUICK_MODES = {"torch": ("compile",), "jax": ("jit",)}
PRECISIONS = ("float32", "float64", "tf32", "bfloat16")
TOLERANCE = 1e-8
PRECISION_TOLERANCE = {"float64": 1e-8, "float32": 1e-2, "tf32": 0.1, "bfloat16": 0.2}
TARGET: dict[str, dict[str, Any]] = {
    "tiny": {"score": "mean_return", "value": 10.0, "above": True, "every": 5, "most": 200},
    "small": {"score": "mean_return", "value": 400.0, "above": True, "every": 5, "most": 400},
    "medium": {"score": "mean_return", "value": 400.0, "above": True, "every": 5, "most": 300},
}

DISCOUNT, TRACE = 0.98, 0.8
"""γ and λ."""
CLIP = 0.2
ENTROPY_WEIGHT = 0.0
LARGEST_NORM = 0.5
LEARNING_RATE, BETA1, BETA2, EPSILON = 1e-3, 0.9, 0.999, 1e-5
ADVANTAGE_EPSILON = 1e-8
SEED = 20240301

NETWORKS = ("actor", "critic")
LAYERS = ("0", "2", "4")
"""Names of the three linear layers of a network: their places between the activations."""


class Problem:
    """The initial parameters, the random numbers and the reference values at one size."""

    def __init__(self, size: str) -> None:
        self.size = size
        chosen = {**SIZES, **SWEEPS}[size]
        self.environments: int = chosen["environments"]
        self.steps: int = chosen["steps"]
        self.width: int = chosen["width"]
        self.epochs: int = chosen["epochs"]
        self.minibatches: int = chosen["minibatches"]
        self.pool_length: int = chosen["pool"]

    @property
    def samples(self) -> int:
        """Environment steps of a rollout."""
        return self.environments * self.steps

    @property
    def rows(self) -> int:
        """Samples of a minibatch."""
        return self.samples // self.minibatches

    def inputs(self) -> dict[str, np.ndarray]:
        """The fixed minibatch of `gradient`: `states` (rows, 4), `actions`, `log_probabilities`, `advantages` and
        `targets` (rows,), drawn so that some of the ratios are clipped.
        """
        random = np.random.default_rng(SEED)
        return {
            "states": draw_states(random, self.rows),
            "actions": random.integers(0, ACTIONS, self.rows),
            "log_probabilities": math.log(0.5) + random.normal(0.0, 0.3, self.rows),
            "advantages": random.normal(0.0, 1.0, self.rows),
            "targets": random.uniform(0.0, 20.0, self.rows),
        }

    def shapes(self, network: str) -> list[tuple[int, int]]:
        """Shapes of the three weights of a network."""
        outputs = ACTIONS if network == "actor" else 1
        return [(STATES, self.width), (self.width, self.width), (self.width, outputs)]

    def parameters(self, seed: int = 0) -> dict[str, np.ndarray]:
        """`<network>.<layer>.weight` (in, out) and `.bias` (out,), network actor or critic, layer 0, 2 or 4."""
        random = np.random.default_rng((SEED, seed, 1))
        drawn = {}
        for network, last in zip(NETWORKS, (0.01, 1.0), strict=True):
            for layer, shape, gain in zip(LAYERS, self.shapes(network), (2**0.5, 2**0.5, last), strict=True):
                drawn[f"{network}.{layer}.weight"] = gain * orthogonal(random, *shape)
                drawn[f"{network}.{layer}.bias"] = np.zeros(shape[1])
        return drawn

    def beginning(self, seed: int = 0) -> np.ndarray:
        """The first states of the environments, (environments, 4)."""
        return draw_states(np.random.default_rng((SEED, seed, 2)), self.environments)

    def pool(self, seed: int = 0) -> dict[str, np.ndarray]:
        """Random numbers of `pool_length` iterations: `fresh` (…, steps, environments, 4), `uniforms` (…, steps,
        environments) and `permutations` (…, epochs, minibatches, rows).
        """
        random = np.random.default_rng((SEED, seed, 3))
        shape = (self.pool_length, self.steps, self.environments)
        order = np.tile(np.arange(self.samples), (self.pool_length, self.epochs, 1))
        return {
            "fresh": draw_states(random, *shape),
            "uniforms": random.uniform(size=shape),
            "permutations": random.permuted(order, axis=-1).reshape(
                self.pool_length, self.epochs, self.minibatches, self.rows
            ),
        }

    def flops(self, task: str) -> float:
        """Multiplications and additions of the matrix products; nothing is propagated back into the states.

        The actor on every state of the rollout, the critic on it and on its successor, both in every epoch.
        """
        actor, critic = ([2.0 * rows * columns for rows, columns in self.shapes(network)] for network in NETWORKS)
        learning = 3 * sum(actor) - actor[0] + 3 * sum(critic) - critic[0]
        if task == "gradient":
            return self.rows * learning
        return self.samples * (sum(actor) + 2 * sum(critic) + self.epochs * learning)

    def items(self, task: str) -> float:
        """Environment steps per step; for `gradient` the samples of the minibatch."""
        return float(self.rows if task == "gradient" else self.samples)

    def reference(self, task: str) -> dict[str, np.ndarray]:
        """Loss and gradient of the fixed minibatch; for the other tasks the frameworks are held against each other."""
        if task != "gradient":
            return {}
        return observed.gradient(*loss_and_gradient(self.parameters(), **self.inputs()))


def orthogonal(random: np.random.Generator, rows: int, columns: int) -> np.ndarray:
    """A matrix with orthonormal rows or columns, whichever are fewer, uniform among these."""
    basis, triangle = np.linalg.qr(random.normal(size=(max(rows, columns), min(rows, columns))))
    basis = basis * np.sign(np.diag(triangle))
    return np.ascontiguousarray(basis if rows >= columns else basis.T)


def forward(parameters: dict[str, np.ndarray], network: str, states: np.ndarray) -> tuple[np.ndarray, list[np.ndarray]]:
    """The outputs of a network, (rows, 2) or (rows, 1), and the inputs of its layers."""
    inputs = [states]
    for layer in LAYERS[:-1]:
        inputs.append(
            np.tanh(inputs[-1] @ parameters[f"{network}.{layer}.weight"] + parameters[f"{network}.{layer}.bias"])
        )
    last = f"{network}.{LAYERS[-1]}"
    return inputs[-1] @ parameters[f"{last}.weight"] + parameters[f"{last}.bias"], inputs


def backward(
    parameters: dict[str, np.ndarray], network: str, inputs: list[np.ndarray], error: np.ndarray
) -> dict[str, np.ndarray]:
    """Derivatives of the loss with respect to a network's parameters, from those with respect to its outputs."""
    gradients = {}
    for index in reversed(range(len(LAYERS))):
        name = f"{network}.{LAYERS[index]}"
        gradients[f"{name}.weight"], gradients[f"{name}.bias"] = inputs[index].T @ error, error.sum(axis=0)
        error = (error @ parameters[f"{name}.weight"].T) * (1 - inputs[index] ** 2)
    return gradients


def loss_and_gradient(
    parameters: dict[str, np.ndarray],
    states: np.ndarray,
    actions: np.ndarray,
    log_probabilities: np.ndarray,
    advantages: np.ndarray,
    targets: np.ndarray,
) -> tuple[float, dict[str, np.ndarray]]:
    """The loss of a minibatch and its derivative with respect to every parameter, by the chain rule."""
    count = len(actions)
    rows = np.arange(count)
    logits, actor_inputs = forward(parameters, "actor", states)
    values, critic_inputs = forward(parameters, "critic", states)
    logarithms = logits - logits.max(axis=1, keepdims=True)
    logarithms -= np.log(np.exp(logarithms).sum(axis=1, keepdims=True))
    probabilities = np.exp(logarithms)
    ratios = np.exp(logarithms[rows, actions] - log_probabilities)
    normal = (advantages - advantages.mean()) / (advantages.std() + ADVANTAGE_EPSILON)
    gains, limited = ratios * normal, np.clip(ratios, 1 - CLIP, 1 + CLIP) * normal
    entropies = -(probabilities * logarithms).sum(axis=1)
    misses = values[:, 0] - targets
    loss = -np.minimum(gains, limited).mean() + 0.5 * (misses**2).mean() - ENTROPY_WEIGHT * entropies.mean()
    chosen = np.zeros_like(logits)
    chosen[rows, actions] = 1.0
    followed = np.where(gains <= limited, gains, 0.0)[:, None]  # a clipped ratio has no derivative
    error = -followed * (chosen - probabilities) + ENTROPY_WEIGHT * probabilities * (logarithms + entropies[:, None])
    return float(loss), (
        backward(parameters, "actor", actor_inputs, error / count)
        | backward(parameters, "critic", critic_inputs, misses[:, None] / count)
    )
