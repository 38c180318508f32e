"""The variational quantum circuit in JAX: complex matrix products with a state that each of them transposes."""

from __future__ import annotations

from collections.abc import Sequence

import jax
import jax.numpy as jnp

from bench.backends import Step, jax_backend
from bench.workloads.autodiff.vqe.problem import Problem, hadamard


def rotations(angles: jax.Array) -> jax.Array:
    """RZ RY of every pair of angles: (layers + 1, n, 2) to (layers + 1, n, 2, 2)."""
    cosine, sine = jnp.cos(angles / 2), jnp.sin(angles / 2)
    phase = jax.lax.complex(cosine[..., 1], sine[..., 1])
    c, s = cosine[..., 0], sine[..., 0]
    rows = jnp.stack([c * phase.conj(), -s * phase.conj(), s * phase, c * phase], -1)
    return rows.reshape(*rows.shape[:-1], 2, 2)


def kronecker(a: jax.Array, b: jax.Array) -> jax.Array:
    """The Kronecker product of the last two axes."""
    product = a[..., :, None, :, None] * b[..., None, :, None, :]
    side = a.shape[-1] * b.shape[-1]
    return product.reshape(*product.shape[:-4], side, side)


def combined(gates: jax.Array, group: range) -> jax.Array:
    """One matrix per layer for the gates of a group, transposed: (layers + 1, 2^k, 2^k)."""
    product = gates[:, group[0]]
    for qubit in group[1:]:
        product = kronecker(product, gates[:, qubit])
    return product.mT


def contract(state: jax.Array, matrices: Sequence[jax.Array]) -> jax.Array:
    """Every matrix (transposed) on its own qubits of the state, which has gone round once afterwards."""
    for matrix in matrices:
        state = (state.reshape(len(matrix), -1).T @ matrix).reshape(-1)
    return state


def probabilities(state: jax.Array) -> jax.Array:
    """|ψ|²."""
    return state.real**2 + state.imag**2


def energy(
    angles: jax.Array,
    signs: jax.Array,
    energy_z: jax.Array,
    energy_x: jax.Array,
    bases: Sequence[jax.Array],
    groups: Sequence[range],
) -> jax.Array:
    """⟨ψ|H|ψ⟩ of the circuit; `bases` are the Hadamard gates of every group."""
    gates = rotations(angles)
    layers = list(zip(*(combined(gates, group) for group in groups), strict=True))
    state = jnp.zeros(signs.shape, gates.dtype).at[0].set(1)
    state = contract(state, layers[0])
    for matrices in layers[1:]:
        state = contract(state * signs, matrices)
    return probabilities(state) @ energy_z + probabilities(contract(state, bases)) @ energy_x


def build(problem: Problem, task: str, mode: str, device: str, precision: str) -> Step:
    """A step of `primal` or `gradient`."""
    data, groups = jax_backend.arrays(problem.inputs(), device, precision), problem.groups
    kind = jnp.complex128 if precision == "float64" else jnp.complex64
    bases = [jax_backend.array(hadamard(len(group)), device, precision).astype(kind) for group in groups]

    def value(signs: jax.Array, energy_z: jax.Array, energy_x: jax.Array, angles: jax.Array) -> jax.Array:
        return energy(angles, signs, energy_z, energy_x, bases, groups)

    def primal(*arguments: jax.Array) -> dict[str, jax.Array]:
        return {"energy": value(*arguments)}

    def gradient(*arguments: jax.Array) -> dict[str, jax.Array]:
        found, derivative = jax.value_and_grad(value, 3)(*arguments)
        return {"energy": found, "gradient": derivative}

    return jax_backend.Evaluation(
        {"primal": primal, "gradient": gradient}[task],
        [data["angles"]],
        mode=mode,
        constants=[data[name] for name in ("signs", "energy_z", "energy_x")],
    )
