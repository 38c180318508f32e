"""DQN as single-file implementations write it: a loop in PyTorch, one jitted update in JAX; CartPole as tensors."""

from __future__ import annotations

import copy
from collections.abc import Callable
from typing import Any

import jax
import jax.numpy as jnp
import optax
import torch
from torch import Tensor, nn
from torch.nn import functional

TASKS = ("train_drawn",)
SCALE = (2.4, 2.0, 0.21, 2.0)


def torch_cartpole(s: Tensor, action: Tensor) -> tuple[Tensor, Tensor]:
    """Gymnasium's CartPole-v1: the states after one step, and which of them end an episode."""
    x, v, angle, turning = s.unbind(1)
    force = torch.where(action == 1, 10.0, -10.0)
    sine, cosine = torch.sin(angle), torch.cos(angle)
    part = (force + 0.05 * turning**2 * sine) / 1.1
    turn = (9.8 * sine - cosine * part) / (0.5 * (4.0 / 3.0 - 0.1 * cosine**2 / 1.1))
    pull = part - 0.05 * turn * cosine / 1.1
    after = torch.stack([x + 0.02 * v, v + 0.02 * pull, angle + 0.02 * turning, turning + 0.02 * turn], 1)
    return after, (after[:, 0].abs() > 2.4) | (after[:, 2].abs() > 12 * 2 * torch.pi / 360)


def torch_step(problem: Any, task: str, mode: str) -> tuple[Callable, Callable]:
    """A step of acting, storing and learning, and what waits for it."""
    count, size = problem.environments, problem.length * problem.environments
    net = nn.Sequential(
        nn.Linear(4, problem.width),
        nn.ReLU(),
        nn.Linear(problem.width, problem.width),
        nn.ReLU(),
        nn.Linear(problem.width, 2),
    )
    target = copy.deepcopy(net)
    optimizer = torch.optim.Adam(net.parameters(), lr=1e-3)
    q, q_target = (torch.compile(model) if mode == "compile" else model for model in (net, target))
    scale = torch.tensor(SCALE)
    now, ages = torch.rand(count, 4) * 0.1 - 0.05, torch.zeros(count)
    states, successors = torch.rand(size, 4), torch.rand(size, 4)
    taken, ended = torch.randint(2, (size,)), torch.zeros(size)
    steps = 0

    def step() -> None:
        nonlocal now, ages, steps
        with torch.no_grad():
            share = max(0.5 * (1 - steps / 1000), 0.02)
            action = torch.where(torch.rand(count) < share, torch.randint(2, (count,)), q(now / scale).argmax(1))
            after, terminated = torch_cartpole(now, action)
            where = torch.arange(count) + steps % problem.length * count
            states[where], successors[where], taken[where], ended[where] = now, after, action, terminated.float()
            ages += 1
            done = terminated | (ages >= 500)
            now = torch.where(done[:, None], torch.rand(count, 4) * 0.1 - 0.05, after)
            ages = torch.where(done, 0.0, ages)
            rows = torch.randint(size, (problem.batch,))
            best = q(successors[rows] / scale).argmax(1, keepdim=True)
            following = q_target(successors[rows] / scale).gather(1, best)[:, 0]
            wanted = 0.01 + 0.995 * (1 - ended[rows]) * following
        values = q(states[rows] / scale).gather(1, taken[rows][:, None])[:, 0]
        loss = functional.smooth_l1_loss(values, wanted)
        optimizer.zero_grad()
        loss.backward()
        optimizer.step()
        for slow, fast in zip(target.parameters(), net.parameters(), strict=True):
            slow.data.copy_(0.05 * fast.data + 0.95 * slow.data)
        steps += 1

    return step, lambda: None


def jax_cartpole(s: jax.Array, action: jax.Array) -> tuple[jax.Array, jax.Array]:
    """Gymnasium's CartPole-v1 of one environment: the state after one step, and whether it ends the episode."""
    x, v, angle, turning = s
    force = jnp.where(action == 1, 10.0, -10.0)
    sine, cosine = jnp.sin(angle), jnp.cos(angle)
    part = (force + 0.05 * turning**2 * sine) / 1.1
    turn = (9.8 * sine - cosine * part) / (0.5 * (4.0 / 3.0 - 0.1 * cosine**2 / 1.1))
    pull = part - 0.05 * turn * cosine / 1.1
    after = jnp.array([x + 0.02 * v, v + 0.02 * pull, angle + 0.02 * turning, turning + 0.02 * turn])
    return after, (abs(after[0]) > 2.4) | (abs(after[2]) > 12 * 2 * jnp.pi / 360)


def jax_step(problem: Any, task: str) -> tuple[Callable, Callable]:
    """A step of acting, storing and learning, jitted, and what waits for it."""
    count, size = problem.environments, problem.length * problem.environments
    optimizer, scale = optax.adam(1e-3), jnp.array(SCALE)
    keys = jax.random.split(jax.random.key(0), 5)
    shapes = ((4, problem.width), (problem.width, problem.width), (problem.width, 2))
    net = [
        (jax.random.normal(k, shape) * shape[0] ** -0.5, jnp.zeros(shape[1]))
        for k, shape in zip(keys, shapes, strict=False)
    ]

    def q(net: Any, s: jax.Array) -> jax.Array:
        *inner, (w, b) = net
        s = s / scale
        for weight, bias in inner:
            s = jax.nn.relu(s @ weight + bias)
        return s @ w + b

    def update(carry: Any) -> Any:
        net, target, speeds, now, ages, memory, steps, key = carry
        key, k1, k2, k3, k4 = jax.random.split(key, 5)
        share = jnp.maximum(0.5 * (1 - steps / 1000), 0.02)
        random = jax.random.randint(k2, (count,), 0, 2)
        action = jnp.where(jax.random.uniform(k1, (count,)) < share, random, q(net, now).argmax(1))
        after, terminated = jax.vmap(jax_cartpole)(now, action)
        new = (now, after, action, terminated.astype(jnp.float32))
        first = steps % problem.length * count
        memory = tuple(
            jax.lax.dynamic_update_slice_in_dim(kept, part, first, 0) for kept, part in zip(memory, new, strict=True)
        )
        done = terminated | (ages + 1 >= 500)
        now = jnp.where(done[:, None], jax.random.uniform(k3, (count, 4), minval=-0.05, maxval=0.05), after)
        ages = jnp.where(done, 0.0, ages + 1)
        states, successors, taken, ended = (kept[jax.random.randint(k4, (problem.batch,), 0, size)] for kept in memory)
        best = q(net, successors).argmax(1)
        following = jnp.take_along_axis(q(target, successors), best[:, None], 1)[:, 0]
        wanted = 0.01 + 0.995 * (1 - ended) * following

        def loss(net: Any) -> jax.Array:
            values = jnp.take_along_axis(q(net, states), taken[:, None], 1)[:, 0]
            return optax.huber_loss(values, wanted).mean()

        updates, speeds = optimizer.update(jax.grad(loss)(net), speeds, net)
        net = optax.apply_updates(net, updates)
        target = optax.incremental_update(net, target, 0.05)
        return net, target, speeds, now, ages, memory, steps + 1, key

    memory = (
        jax.random.uniform(keys[3], (size, 4)),
        jax.random.uniform(keys[4], (size, 4)),
        jnp.zeros(size, jnp.int32),
        jnp.zeros(size),
    )
    begin = (net, jax.tree.map(jnp.copy, net), optimizer.init(net), jnp.zeros((count, 4)), jnp.zeros(count), memory)
    run, held = jax.jit(update, donate_argnums=0), [(*begin, jnp.int32(0), jax.random.key(1))]
    return lambda: held.__setitem__(0, run(held[0])), lambda: jax.block_until_ready(held)
