"""DQN in JAX: environment, replay buffer, update and target network in one compiled function, the state donated."""

from __future__ import annotations

import functools
from collections.abc import Callable
from typing import Any

import jax
import jax.numpy as jnp
import optax

from bench.backends import Arrays as HostArrays
from bench.backends import Step, jax_backend
from bench.workloads.training.cartpole import jax_dynamics as dynamics
from bench.workloads.training.cartpole.dynamics import ACTIONS, SPREAD, STATES
from bench.workloads.training.cartpole.jax_loop import Loop
from bench.workloads.training.dqn.problem import (
    BETA1,
    BETA2,
    DECAY,
    DISCOUNT,
    DRAWS,
    EPSILON,
    FOLLOW,
    LAYERS,
    LEARNING_RATE,
    LEAST,
    MOST,
    REWARD,
    SCALE,
    SEED,
    TARGET,
    Problem,
    finite,
)

Parameters = dict[str, jax.Array]
Arrays = dict[str, jax.Array]


def values(parameters: Parameters, states: jax.Array, precision: str) -> jax.Array:
    """The values of the actions, (rows, 2), in the type of the states."""
    hidden, weights = jax_backend.cast((states / jnp.array(SCALE, states.dtype), parameters), precision)
    for layer in LAYERS[:-1]:
        hidden = jax.nn.relu(hidden @ weights[f"{layer}.weight"] + weights[f"{layer}.bias"])
    return (hidden @ weights[f"{LAYERS[-1]}.weight"] + weights[f"{LAYERS[-1]}.bias"]).astype(states.dtype)


def chosen(values: jax.Array, actions: jax.Array) -> jax.Array:
    """The values of the actions taken."""
    return (values * jax.nn.one_hot(actions, ACTIONS, dtype=values.dtype)).sum(axis=1)


def loss(parameters: Parameters, target: Parameters, batch: Arrays, precision: str) -> jax.Array:
    """Mean Huber loss of double Q-learning on a minibatch."""
    best = values(parameters, batch["successors"], precision).argmax(axis=1)
    following = chosen(values(target, batch["successors"], precision), best)
    wanted = jax.lax.stop_gradient(REWARD + DISCOUNT * (1.0 - batch["terminated"]) * following)
    return optax.huber_loss(chosen(values(parameters, batch["states"], precision), batch["actions"]), wanted).mean()


def act(
    parameters: Parameters, environments: dynamics.Environments, count: jax.Array, numbers: Arrays, precision: str
) -> tuple[dynamics.Environments, Arrays]:
    """One step of all environments: these after it, and the transitions."""
    share = jnp.maximum(MOST * (1.0 - count.astype(environments.ages.dtype) / DECAY), LEAST)
    greedy = values(parameters, environments.states, precision).argmax(axis=1)
    actions = jnp.where(numbers["uniforms"] < share, numbers["actions"], greedy).astype(jnp.int32)
    after, outcome = dynamics.step(environments, actions, numbers["fresh"])
    return after, {
        "states": environments.states,
        "actions": actions,
        "successors": outcome.successors,
        "terminated": outcome.terminated.astype(environments.ages.dtype),
    }


def draw(problem: Problem, key: jax.Array, environments: int, batch: int, kind: Any) -> Arrays:
    """`NUMBERS` of so many environments, and of a minibatch of so many rows."""
    uniforms, actions, fresh, rows = jax.random.split(key, 4)
    return {
        "uniforms": jax.random.uniform(uniforms, (environments,), kind),
        "actions": jax.random.randint(actions, (environments,), 0, ACTIONS, jnp.int32),
        "fresh": jax.random.uniform(fresh, (environments, STATES), kind, -SPREAD, SPREAD),
        "rows": jax.random.randint(rows, (batch,), 0, problem.kept(), jnp.int32),
    }


class Drawing(Loop):
    """The loop that draws its numbers itself, of which moments are observed."""

    def __init__(self, moments: Callable[[], HostArrays], *arguments: Any, **settings: Any) -> None:
        super().__init__(*arguments, **settings)
        self.moments = functools.cache(moments)

    def observe(self) -> HostArrays:
        return self.moments() | finite(super().observe())


def build(problem: Problem, task: str, mode: str, device: str, precision: str) -> Step:
    """A step of one of the tasks. Raises Unsupported where mode or precision cannot be."""
    if mode == "eager" and task == "target" and problem.size != "tiny":
        raise jax_backend.Unsupported("eager JAX takes minutes on the way to the target, 70 times its compiled mode")

    def mixed(parameters: Parameters, target: Parameters, batch: Arrays) -> jax.Array:
        return loss(parameters, target, batch, precision)

    if task == "gradient":
        parameters = jax_backend.arrays(problem.parameters(), device, precision)
        batch = jax_backend.arrays(problem.inputs(), device, precision)
        return jax_backend.Gradient(parameters, mixed, (parameters, batch), mode=mode)
    draws, kind = task == "train_drawn", jax_backend.data_type(precision, device)
    optimizer = optax.adam(LEARNING_RATE, b1=BETA1, b2=BETA2, eps=EPSILON)

    def start(seed: int) -> tuple[Any, Any]:
        parameters = jax_backend.arrays(problem.parameters(seed), device, precision)
        environments = dynamics.initial(jax_backend.array(problem.beginning(seed), device, precision))
        state = (
            parameters,
            parameters,
            optimizer.init(parameters),
            environments,
            jax_backend.arrays(problem.buffer(seed), device, precision),
            jnp.zeros((), jnp.int32),
        )
        if draws:
            return (*state, key_of(seed)), ()
        return state, jax_backend.arrays(problem.pool(seed), device, precision)

    def key_of(seed: int) -> jax.Array:
        return jax.device_put(jax.random.key(SEED + seed), jax.devices(device)[0])

    def moments() -> HostArrays:
        def drawing(key: jax.Array) -> Arrays:
            return draw(problem, key, DRAWS, DRAWS, kind)

        many = (drawing if mode == "eager" else jax.jit(drawing))(key_of(0))
        return problem.moments({name: jax_backend.host(value) for name, value in many.items()})

    def iterate(state: Any, pool: Any) -> tuple[Any, jax.Array]:
        count = state[5]
        numbers = jax.tree.map(lambda leaf: jax.lax.dynamic_index_in_dim(leaf, count % len(leaf), keepdims=False), pool)
        return advance(state, numbers)

    def iterate_drawn(state: Any, pool: Any) -> tuple[Any, jax.Array]:
        *state, key = state
        key, own = jax.random.split(key)
        after, value = advance(state, draw(problem, own, problem.environments, problem.batch, kind))
        return (*after, key), value

    def advance(state: Any, numbers: Arrays) -> tuple[Any, jax.Array]:
        parameters, target, optimizer_state, environments, buffer, count = state
        environments, transitions = act(parameters, environments, count, numbers, precision)
        buffer = jax.tree.map(
            lambda kept, new: jax.lax.dynamic_update_index_in_dim(kept, new, count % len(kept), 0), buffer, transitions
        )
        batch = {name: kept.reshape(-1, *kept.shape[2:])[numbers["rows"]] for name, kept in buffer.items()}
        value, gradients = jax.value_and_grad(mixed)(parameters, target, batch)
        updates, optimizer_state = optimizer.update(gradients, optimizer_state, parameters)
        parameters = optax.apply_updates(parameters, updates)
        target = optax.incremental_update(parameters, target, FOLLOW)
        return (parameters, target, optimizer_state, environments, buffer, count + 1), value

    make = functools.partial(Drawing, moments) if draws else Loop
    return make(
        start,
        iterate_drawn if draws else iterate,
        lambda state: {"states": state[3].states, "returns": state[3].returns},
        lambda state: state[3].returns.mean(),
        mode=mode,
        steps=jax_backend.steps_per_call(problem, mode),
        every=TARGET[problem.size]["every"] if task == "target" else 1,
    )
