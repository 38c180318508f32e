"""PPO as single-file implementations write it: loops in PyTorch, scans in JAX; CartPole as tensors.

The random numbers are those of the problem, which ours gets too.
"""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

import jax
import jax.numpy as jnp
import optax
import torch
from baselines.dqn import jax_cartpole, torch_cartpole
from torch import Tensor, nn
from torch.distributions import Categorical

TASKS = ("train",)
NAMES = ("fresh", "uniforms", "permutations")


def torch_step(problem: Any, task: str, mode: str) -> tuple[Callable, Callable]:
    """A rollout and the learning from it, and what waits for it."""

    def network(outputs: int) -> nn.Module:
        width = problem.width
        layers = nn.Linear(4, width), nn.Tanh(), nn.Linear(width, width), nn.Tanh(), nn.Linear(width, outputs)
        return nn.Sequential(*layers)

    actor, critic = network(2), network(1)
    parameters = [*actor.parameters(), *critic.parameters()]
    optimizer = torch.optim.Adam(parameters, lr=1e-3, eps=1e-5)
    act, value = (torch.compile(net) if mode == "compile" else net for net in (actor, critic))
    pool = {name: torch.from_numpy(values) for name, values in problem.pool().items()}
    fresh, uniforms = (pool[name].float() for name in NAMES[:2])
    now, ages = torch.tensor(problem.beginning(), dtype=torch.float32), torch.zeros(problem.environments)
    number = 0

    def rollout() -> list[Tensor]:
        nonlocal now, ages
        kept: list[tuple[Tensor, ...]] = []
        for t in range(problem.steps):
            policy = Categorical(logits=act(now))
            action = (uniforms[number, t] >= policy.probs[:, 0]).long()
            after, terminated = torch_cartpole(now, action)
            ages = ages + 1
            done = terminated | (ages >= 500)
            row = now, action, policy.log_prob(action), after, terminated.float(), done.float()
            kept.append((*row, value(now)[:, 0], value(after)[:, 0]))
            now, ages = torch.where(done[:, None], fresh[number, t], after), torch.where(done, 0.0, ages)
        return [torch.stack(parts) for parts in zip(*kept, strict=True)]

    def step() -> None:
        nonlocal number
        with torch.no_grad():
            states, actions, before, _, terminated, done, values, following = rollout()
            advantages, last = torch.zeros_like(values), torch.zeros(problem.environments)
            for t in reversed(range(problem.steps)):
                delta = 1 + 0.98 * (1 - terminated[t]) * following[t] - values[t]
                advantages[t] = last = delta + 0.98 * 0.8 * (1 - done[t]) * last
            batch = [x.flatten(0, 1) for x in (states, actions, before, advantages, advantages + values)]
        for epoch in pool["permutations"][number]:
            for rows in epoch:
                s, a, old, gain, wanted = (x[rows] for x in batch)
                gain = (gain - gain.mean()) / (gain.std(unbiased=False) + 1e-8)
                ratio = (Categorical(logits=act(s)).log_prob(a) - old).exp()
                clipped = ratio.clamp(0.8, 1.2)
                loss = -torch.min(ratio * gain, clipped * gain).mean() + (value(s)[:, 0] - wanted).square().mean() / 2
                optimizer.zero_grad()
                loss.backward()
                nn.utils.clip_grad_norm_(parameters, 0.5)
                optimizer.step()
        number = (number + 1) % len(fresh)

    return step, lambda: None


def jax_step(problem: Any, task: str) -> tuple[Callable, Callable]:
    """A rollout and the learning from it, jitted, and what waits for it."""
    given = problem.pool()
    fresh, uniforms = (jnp.asarray(given[name], jnp.float32) for name in NAMES[:2])
    permutations = jnp.asarray(given["permutations"], jnp.int32)
    optimizer = optax.chain(optax.clip_by_global_norm(0.5), optax.adam(1e-3, eps=1e-5))
    widths, keys = (problem.width, problem.width), iter(jax.random.split(jax.random.key(0), 6))

    def network(outputs: int) -> Any:
        shapes = zip((4, *widths), (*widths, outputs), strict=True)
        return [(jax.random.normal(next(keys), shape) * shape[0] ** -0.5, jnp.zeros(shape[1])) for shape in shapes]

    def run(net: Any, s: jax.Array) -> jax.Array:
        *inner, (w, b) = net
        for weight, bias in inner:
            s = jnp.tanh(s @ weight + bias)
        return s @ w + b

    def chosen(net: Any, s: jax.Array, a: jax.Array) -> jax.Array:
        return jnp.take_along_axis(jax.nn.log_softmax(run(net, s)), a[:, None], 1)[:, 0]

    def move(carry: Any, numbers: Any) -> Any:
        net, now, ages = carry
        start, uniform = numbers
        action = (uniform >= jax.nn.softmax(run(net["actor"], now))[:, 0]).astype(jnp.int32)
        after, terminated = jax.vmap(jax_cartpole)(now, action)
        done = terminated | (ages + 1 >= 500)
        values = run(net["critic"], now)[:, 0], run(net["critic"], after)[:, 0]
        row = (now, action, chosen(net["actor"], now, action), terminated, done, *values)
        return (net, jnp.where(done[:, None], start, after), jnp.where(done, 0.0, ages + 1)), row

    def back(last: jax.Array, row: Any) -> Any:
        terminated, done, value, following = row
        last = 1 + 0.98 * (1 - terminated) * following - value + 0.98 * 0.8 * (1 - done) * last
        return last, last

    def loss(net: Any, s: jax.Array, a: jax.Array, old: jax.Array, gain: jax.Array, wanted: jax.Array) -> jax.Array:
        gain = (gain - gain.mean()) / (gain.std() + 1e-8)
        ratio = jnp.exp(chosen(net["actor"], s, a) - old)
        policy = -jnp.minimum(ratio * gain, jnp.clip(ratio, 0.8, 1.2) * gain).mean()
        return policy + ((run(net["critic"], s)[:, 0] - wanted) ** 2).mean() / 2

    def update(state: Any) -> Any:
        net, speeds, now, ages, number = state
        (_, now, ages), rows = jax.lax.scan(move, (net, now, ages), (fresh[number], uniforms[number]))
        states, actions, before, terminated, done, values, following = rows
        ends = terminated.astype(jnp.float32), done.astype(jnp.float32)
        _, gains = jax.lax.scan(back, jnp.zeros(problem.environments), (*ends, values, following), reverse=True)
        batch = [x.reshape(-1, *x.shape[2:]) for x in (states, actions, before, gains, gains + values)]

        def learn(carry: Any, rows: jax.Array) -> Any:
            net, speeds = carry
            updates, speeds = optimizer.update(jax.grad(loss)(net, *(x[rows] for x in batch)), speeds, net)
            return (optax.apply_updates(net, updates), speeds), None

        order = permutations[number].reshape(-1, problem.rows)
        (net, speeds), _ = jax.lax.scan(learn, (net, speeds), order)
        return net, speeds, now, ages, (number + 1) % len(fresh)

    net = {"actor": network(2), "critic": network(1)}
    begin = jnp.asarray(problem.beginning(), jnp.float32), jnp.zeros(problem.environments), jnp.int32(0)
    jitted, held = jax.jit(update, donate_argnums=0), [(net, optimizer.init(net), *begin)]
    return lambda: held.__setitem__(0, jitted(held[0])), lambda: jax.block_until_ready(held)
