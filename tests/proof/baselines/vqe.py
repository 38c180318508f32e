"""The variational circuit as most people write it: one gate after the other, by tensordot on a state of n axes."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

import jax
import jax.numpy as jnp
import torch
from torch import Tensor

COMPILES = ()
"""torch.compile takes minutes with what is written here."""


def torch_turn(state: Tensor, gate: Tensor, qubit: int) -> Tensor:
    """A gate (2, 2) on one axis of the state."""
    return torch.tensordot(gate, state, dims=([1], [qubit])).movedim(0, qubit)


def torch_energy(angles: Tensor) -> Tensor:
    """The energy of the chain: ZZ and X terms one by one."""
    layers, n, _ = angles.shape
    sign = torch.tensor([[1.0, 1.0], [1.0, -1.0]], dtype=angles.dtype)
    zz = torch.tensor([[1.0, -1.0], [-1.0, 1.0]], dtype=angles.dtype)
    state = torch.zeros(2**n, dtype=torch.complex128)
    state[0] = 1
    state = state.reshape((2,) * n)
    for layer in range(layers):
        for q in range(n - 1 if layer else 0):
            state = state * sign.reshape((1,) * q + (2, 2) + (1,) * (n - q - 2))
        for q in range(n):
            c, s = torch.cos(angles[layer, q, 0] / 2), torch.sin(angles[layer, q, 0] / 2)
            ry = torch.stack([torch.stack([c, -s]), torch.stack([s, c])]).to(state.dtype)
            rz = torch.exp(0.5j * angles[layer, q, 1] * torch.tensor([-1.0, 1.0]))
            state = torch_turn(state, rz[:, None] * ry, q)
    total = torch.zeros((), dtype=angles.dtype)
    weight = state.abs() ** 2
    for q in range(n):
        total = total - (state.conj() * state.flip(q)).sum().real
        if q + 1 < n:
            total = total - (weight * zz.reshape((1,) * q + (2, 2) + (1,) * (n - q - 2))).sum()
    return total


def torch_function(problem: Any, task: str) -> tuple[Callable, tuple]:
    """(function, arguments) of `primal` or `gradient`."""
    angles = torch.tensor(problem.inputs()["angles"])

    def gradient(angles: Tensor) -> tuple[Tensor, ...]:
        angles = angles.clone().requires_grad_()
        return torch.autograd.grad(torch_energy(angles), angles)

    return {"primal": torch_energy, "gradient": gradient}[task], (angles,)


def jax_energy(angles: jax.Array) -> jax.Array:
    """The energy of the chain: ZZ and X terms one by one."""
    layers, n, _ = angles.shape
    sign, zz = jnp.array([[1.0, 1.0], [1.0, -1.0]]), jnp.array([[1.0, -1.0], [-1.0, 1.0]])
    state = jnp.zeros(2**n, complex).at[0].set(1).reshape((2,) * n)
    for layer in range(layers):
        for q in range(n - 1 if layer else 0):
            state = state * sign.reshape((1,) * q + (2, 2) + (1,) * (n - q - 2))
        for q in range(n):
            c, s = jnp.cos(angles[layer, q, 0] / 2), jnp.sin(angles[layer, q, 0] / 2)
            rz = jnp.exp(0.5j * angles[layer, q, 1] * jnp.array([-1.0, 1.0]))
            gate = rz[:, None] * jnp.array([[c, -s], [s, c]])
            state = jnp.moveaxis(jnp.tensordot(gate, state, axes=(1, q)), 0, q)
    total, weight = jnp.zeros(()), jnp.abs(state) ** 2
    for q in range(n):
        total = total - (state.conj() * jnp.flip(state, q)).sum().real
        if q + 1 < n:
            total = total - (weight * zz.reshape((1,) * q + (2, 2) + (1,) * (n - q - 2))).sum()
    return total


def jax_function(problem: Any, task: str) -> tuple[Callable, tuple]:
    """(function, arguments) of `primal` or `gradient`."""
    return {"primal": jax_energy, "gradient": jax.grad(jax_energy)}[task], (jnp.asarray(problem.inputs()["angles"]),)
