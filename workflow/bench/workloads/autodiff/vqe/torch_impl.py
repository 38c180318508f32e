"""The variational quantum circuit in PyTorch: complex matrix products with a state that each of them transposes."""

from __future__ import annotations

from collections.abc import Sequence

import torch
from torch import Tensor
from torch.func import grad_and_value

from bench.backends import Step, torch_backend
from bench.workloads.autodiff.vqe.problem import Problem, hadamard


def rotations(angles: Tensor) -> Tensor:
    """RZ RY of every pair of angles: (layers + 1, n, 2) to (layers + 1, n, 2, 2)."""
    cosine, sine = (angles / 2).cos().unbind(-1), (angles / 2).sin().unbind(-1)
    phase = torch.complex(cosine[1], sine[1])
    rows = torch.stack([cosine[0] * phase.conj(), -sine[0] * phase.conj(), sine[0] * phase, cosine[0] * phase], -1)
    return rows.unflatten(-1, (2, 2))


def kronecker(a: Tensor, b: Tensor) -> Tensor:
    """The Kronecker product of the last two axes."""
    return (a[..., :, None, :, None] * b[..., None, :, None, :]).flatten(-4, -3).flatten(-2, -1)


def combined(gates: Tensor, group: range) -> Tensor:
    """One matrix per layer for the gates of a group, transposed: (layers + 1, 2^k, 2^k)."""
    product = gates[:, group[0]]
    for qubit in group[1:]:
        product = kronecker(product, gates[:, qubit])
    return product.mT


def rotations_in_reals(angles: Tensor) -> Tensor:
    """Real and imaginary parts of `rotations`: (2, layers + 1, n, 2, 2)."""
    (c, p), (s, q) = (angles / 2).cos().unbind(-1), (angles / 2).sin().unbind(-1)
    parts = torch.stack([c * p, -s * p, s * p, c * p], -1), torch.stack([-c * q, s * q, s * q, c * q], -1)
    return torch.stack(parts).unflatten(-1, (2, 2))


def combined_in_reals(gates: Tensor, group: range) -> Tensor:
    """`combined` of real and imaginary parts, which Inductor makes a few kernels of."""
    real, imaginary = gates[:, :, group[0]]
    for qubit in group[1:]:
        a, b = gates[:, :, qubit]
        real, imaginary = (kronecker(real, a) - kronecker(imaginary, b), kronecker(real, b) + kronecker(imaginary, a))
    return torch.view_as_complex(torch.stack([real.mT, imaginary.mT], -1))


def contract(state: Tensor, matrices: Sequence[Tensor]) -> Tensor:
    """Every matrix (transposed) on its own qubits of the state, which has gone round once afterwards."""
    for matrix in matrices:
        state = (state.view(len(matrix), -1).mT @ matrix).view(-1)
    return state


def control_z(state: Tensor, signs: Tensor) -> Tensor:
    """A controlled Z on every pair of neighbours."""
    return torch.view_as_complex(torch.view_as_real(state) * signs[:, None])


def probabilities(state: Tensor) -> Tensor:
    """|ψ|²."""
    return torch.view_as_real(state).square().sum(-1)


def energy(
    angles: Tensor,
    signs: Tensor,
    energy_z: Tensor,
    energy_x: Tensor,
    *,
    bases: Sequence[Tensor],
    groups: Sequence[range],
    in_reals: bool,
) -> Tensor:
    """⟨ψ|H|ψ⟩ of the circuit; `bases` are the Hadamard gates of every group."""
    if in_reals:
        gates = rotations_in_reals(angles)
        matrices = [combined_in_reals(gates, group) for group in groups]
    else:
        gates = rotations(angles)
        matrices = [combined(gates, group) for group in groups]
    state = torch.zeros_like(signs, dtype=matrices[0].dtype)
    state[0] = 1
    for index, layer in enumerate(zip(*(matrix.unbind() for matrix in matrices), strict=True)):
        state = contract(control_z(state, signs) if index else state, layer)
    return probabilities(state) @ energy_z + probabilities(contract(state, bases)) @ energy_x


def build(problem: Problem, task: str, mode: str, device: str, precision: str) -> Step:
    """A step of `primal` or `gradient`. Raises Unsupported where the mode or the precision does not exist."""
    data = torch_backend.tensors(problem.inputs(), device, precision)
    kind = torch.complex128 if precision == "float64" else torch.complex64
    groups = problem.groups
    bases = [torch_backend.tensor(hadamard(len(group)), device, precision).to(kind) for group in groups]

    def value(angles: Tensor, *diagonals: Tensor) -> Tensor:
        return energy(angles, *diagonals, bases=bases, groups=groups, in_reals=mode != "eager")

    def primal(*arguments: Tensor) -> dict[str, Tensor]:
        return {"energy": value(*arguments)}

    def gradient(*arguments: Tensor) -> dict[str, Tensor]:
        derivative, found = grad_and_value(value)(*arguments)
        return {"energy": found, "gradient": derivative}

    def gradient_by_tape(angles: Tensor, *diagonals: Tensor) -> dict[str, Tensor]:
        angles = angles.detach().requires_grad_()
        found = value(angles, *diagonals)
        return {"energy": found.detach(), "gradient": torch.autograd.grad(found, angles)[0]}

    functions = {"primal": primal, "gradient": gradient_by_tape if mode == "eager" else gradient}
    arguments = [data[name] for name in ("angles", "signs", "energy_z", "energy_x")]
    return torch_backend.Evaluation(
        functions[task], arguments, mode=mode, device=device, precision=precision, inference=task == "primal"
    )
