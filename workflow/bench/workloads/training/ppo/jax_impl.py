"""PPO in JAX: rollout, advantages and all updates of a step in one compiled function of scans, the state donated."""

from __future__ import annotations

from typing import Any

import jax
import jax.numpy as jnp
import optax

from bench.backends import Step, jax_backend
from bench.workloads.training.cartpole import jax_dynamics as dynamics
from bench.workloads.training.cartpole.jax_loop import Loop, scan
from bench.workloads.training.ppo.problem import (
    ADVANTAGE_EPSILON,
    BETA1,
    BETA2,
    CLIP,
    DISCOUNT,
    ENTROPY_WEIGHT,
    EPSILON,
    LARGEST_NORM,
    LAYERS,
    LEARNING_RATE,
    TARGET,
    TRACE,
    Problem,
)

Parameters = dict[str, jax.Array]
Batch = tuple[jax.Array, ...]


def network(parameters: Parameters, name: str, states: jax.Array, precision: str) -> jax.Array:
    """The outputs (…, 2) of the actor or (…, 1) of the critic, in the type of the states."""
    hidden, weights = jax_backend.cast((states, parameters), precision)
    for layer in LAYERS[:-1]:
        hidden = jnp.tanh(hidden @ weights[f"{name}.{layer}.weight"] + weights[f"{name}.{layer}.bias"])
    last = f"{name}.{LAYERS[-1]}"
    return (hidden @ weights[f"{last}.weight"] + weights[f"{last}.bias"]).astype(states.dtype)


def chosen(logarithms: jax.Array, actions: jax.Array) -> jax.Array:
    """The entries of the actions taken."""
    return jnp.take_along_axis(logarithms, actions[..., None], axis=-1)[..., 0]


def loss(
    parameters: Parameters,
    states: jax.Array,
    actions: jax.Array,
    log_probabilities: jax.Array,
    advantages: jax.Array,
    targets: jax.Array,
    *,
    precision: str,
) -> jax.Array:
    """The clipped objective, the critic's squared error and the entropy of a minibatch."""
    logarithms = jax.nn.log_softmax(network(parameters, "actor", states, precision))
    ratios = jnp.exp(chosen(logarithms, actions) - log_probabilities)
    normal = (advantages - advantages.mean()) / (advantages.std() + ADVANTAGE_EPSILON)
    gains = jnp.minimum(ratios * normal, jnp.clip(ratios, 1 - CLIP, 1 + CLIP) * normal)
    values = network(parameters, "critic", states, precision)[:, 0]
    entropy = -(jnp.exp(logarithms) * logarithms).sum(axis=-1).mean()
    return -gains.mean() + 0.5 * jnp.square(values - targets).mean() - ENTROPY_WEIGHT * entropy


def collect(
    parameters: Parameters,
    environments: dynamics.Environments,
    uniforms: jax.Array,
    fresh: jax.Array,
    mode: str,
    precision: str,
) -> tuple[dynamics.Environments, Batch]:
    """A rollout: the environments after it, and its samples, flattened, in the order of `loss`."""

    def act(environments: dynamics.Environments, numbers: Batch) -> tuple[dynamics.Environments, Any]:
        uniforms, fresh = numbers
        logits = network(parameters, "actor", environments.states, precision)
        actions = (uniforms >= jax.nn.softmax(logits)[:, 0]).astype(jnp.int32)
        after, outcome = dynamics.step(environments, actions, fresh)
        return after, (environments.states, actions, logits, outcome)

    environments, (states, actions, logits, outcome) = scan(act, environments, (uniforms, fresh), mode)
    values = network(parameters, "critic", states, precision)[..., 0]
    following = network(parameters, "critic", outcome.successors, precision)[..., 0]
    errors = 1.0 + DISCOUNT * jnp.where(outcome.terminated, 0.0, following) - values
    decays = jnp.where(outcome.done, 0.0, DISCOUNT * TRACE)

    def trace(advantage: jax.Array, numbers: Batch) -> tuple[jax.Array, jax.Array]:
        error, decay = numbers
        advantage = error + decay * advantage
        return advantage, advantage

    _, advantages = scan(trace, jnp.zeros_like(values[0]), (errors, decays), mode, reverse=True)
    log_probabilities = chosen(jax.nn.log_softmax(logits), actions)
    batch = (states, actions, log_probabilities, advantages, advantages + values)
    return environments, tuple(part.reshape(-1, *part.shape[2:]) for part in batch)


def build(problem: Problem, task: str, mode: str, device: str, precision: str) -> Step:
    """A step of `train`, `target` or `gradient`. Raises Unsupported where mode or precision cannot be."""
    if mode == "eager" and task != "gradient" and problem.size != "tiny":
        raise jax_backend.Unsupported("eager JAX takes 2 s and more for a step of PPO, 200 times its compiled step")

    def mixed(parameters: Parameters, *batch: jax.Array) -> jax.Array:
        return loss(parameters, *batch, precision=precision)

    if task == "gradient":
        data = jax_backend.arrays(problem.inputs(), device, precision)
        parameters = jax_backend.arrays(problem.parameters(), device, precision)
        return jax_backend.Gradient(parameters, mixed, tuple(data.values()), mode=mode)
    optimizer = optax.chain(
        optax.clip_by_global_norm(LARGEST_NORM), optax.adam(LEARNING_RATE, b1=BETA1, b2=BETA2, eps=EPSILON)
    )

    def start(seed: int) -> tuple[Any, Any]:
        parameters = jax_backend.arrays(problem.parameters(seed), device, precision)
        environments = dynamics.initial(jax_backend.array(problem.beginning(seed), device, precision))
        state = (parameters, optimizer.init(parameters), environments, jnp.zeros((), jnp.int32))
        return state, jax_backend.arrays(problem.pool(seed), device, precision)

    def learn(carry: Any, batch: Batch) -> tuple[Any, jax.Array]:
        parameters, optimizer_state = carry
        value, gradients = jax.value_and_grad(mixed)(parameters, *batch)
        updates, optimizer_state = optimizer.update(gradients, optimizer_state, parameters)
        return (optax.apply_updates(parameters, updates), optimizer_state), value

    def iterate(state: Any, pool: Any) -> tuple[Any, jax.Array]:
        parameters, optimizer_state, environments, count = state
        numbers = jax.tree.map(lambda leaf: jax.lax.dynamic_index_in_dim(leaf, count % len(leaf), keepdims=False), pool)
        environments, batch = collect(parameters, environments, numbers["uniforms"], numbers["fresh"], mode, precision)
        rows = numbers["permutations"].reshape(-1, problem.rows)
        (parameters, optimizer_state), losses = scan(
            lambda carry, rows: learn(carry, tuple(part[rows] for part in batch)),
            (parameters, optimizer_state),
            rows,
            mode,
        )
        return (parameters, optimizer_state, environments, count + 1), losses.mean()

    return Loop(
        start,
        iterate,
        lambda state: {"states": state[2].states, "returns": state[2].returns},
        lambda state: state[2].returns.mean(),
        mode=mode,
        every=TARGET[problem.size]["every"] if task == "target" else 1,
    )
