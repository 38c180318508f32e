r"""Energy of a variational quantum circuit and its gradient: the heart of the variational eigensolver (VQE).

Peruzzo et al. (2014), Nature Communications 5:4213; the hardware-efficient ansatz of Kandala et al. (2017), Nature
549:242. The circuit acts on n qubits in |0…0⟩. A layer of rotations turns every qubit by two angles; between two layers
a controlled Z acts on every pair of neighbours:

    U(a) = R_n,   then for l = 1 … layers: CZ(0,1) CZ(1,2) … CZ(n-2,n-1), then rotations again
    rotation of qubit q in layer l:  RZ(a[l,q,1]) RY(a[l,q,0]),   RY(t) = e^{-itY/2},  RZ(t) = e^{-itZ/2}

The state ψ (2^n,) is complex; qubit 0 is the first (most significant) digit of an index. The energy is that of the
transverse-field Ising chain at its critical point J = h = 1 with open ends,

    E(a) = ⟨ψ| H |ψ⟩,    H = - Σ_q Z[q] Z[q+1] - Σ_q X[q]

Tasks: `primal` is the energy; `gradient` the energy and its derivatives by all angles (layers + 1, n, 2), by reverse
mode through the simulation, which stores the states. Angles: uniform in (-π, π), drawn by NumPy. Everything is
dimensionless.

Both implementations contract the state with the same tensors. The rotations of three or four neighbouring qubits are
multiplied to one matrix of 8 or 16 rows first, because one product with it reads and writes the state once instead of
four times; the state is a matrix whose rows belong to these qubits, and each product leaves it transposed, so that the
next qubits come first without a copy. All controlled Z of a layer are one diagonal of signs, an argument. The energy is
measured in two bases, as on a quantum computer: Z Z is diagonal in the states, X after a Hadamard gate on every qubit.

Precision: `float64` computes in complex128, `float32` in complex64.
Asymmetries: Inductor generates no code for complex numbers and leaves the products with the state to PyTorch's own
operators; the small matrices are therefore multiplied in pairs of real arrays in the compiled modes, which took half
the time. The state itself in pairs of reals was twice as slow at 16 qubits. PyTorch's eager gradient uses the tape, its
compiled gradient torch.func.

Reference: gate by gate in NumPy, differentiated by the adjoint method (Jones and Gacon 2020, arXiv:2009.02823).
`flops` counts eight per complex multiplication with addition in the products with the state. The gradient has each
again for the state before it, and in the circuit for its matrix; the Hadamard gates are constant.
`items` counts the gates of the circuit, however they are contracted.
"""

from __future__ import annotations

from itertools import pairwise
from typing import Any

import numpy as np

TITLE = {"en": "Variational quantum eigensolver", "zh": "变分量子本征求解器"}
SECTION = 6
SCENARIO = "quantum"
ITEM = "gates"
SIZES: dict[str, dict[str, Any]] = {
    "tiny": {"qubits": 5, "layers": 2},
    "small": {"qubits": 10, "layers": 4},
    "medium": {"qubits": 16, "layers": 4},
    "large": {"qubits": 20, "layers": 4},
}
SWEEPS: dict[str, dict[str, Any]] = {f"qubits-{qubits}": {"qubits": qubits, "layers": 4} for qubits in range(6, 21, 2)}
TASKS = ("primal", "gradient")
QUICK_TASKS = TASKS
SWEEP_TASKS = TASKS
CHECK_TASKS = TASKS
PRECISIONS = ("float64", "float32")
TOLERANCE = 1e-8
PRECISION_TOLERANCE = {"float64": 1e-8, "float32": 1e-5}
QUICK_MODES = {"torch": ("eager", "compile"), "jax": ("jit",)}

SEED = 20240119
GROUP = 4
"""At most so many qubits are contracted with the state at once: with 2, 3 and 5 the gradient was slower."""
MOST_QUBITS = 18
"""With more qubits the reference would take more than five seconds."""

Arrays = dict[str, np.ndarray]


class Problem:
    """Circuit, Hamiltonian and the gradient by the adjoint method at one size."""

    def __init__(self, size: str) -> None:
        self.size = size
        found = {**SIZES, **SWEEPS}[size]
        self.qubits: int = found["qubits"]
        self.layers: int = found["layers"]

    @property
    def groups(self) -> tuple[range, ...]:
        """Neighbouring qubits that are contracted together, as equal in number as can be."""
        parts = np.array_split(np.arange(self.qubits), -(-self.qubits // GROUP))
        return tuple(range(int(part[0]), int(part[-1]) + 1) for part in parts)

    def inputs(self) -> Arrays:
        """`angles` (layers + 1, n, 2); `signs`, `energy_z`, `energy_x` (2^n,): the diagonals of all controlled Z, of
        -Σ Z Z and, after Hadamard gates, of -Σ X.
        """
        angles = np.random.default_rng(SEED).uniform(-np.pi, np.pi, (self.layers + 1, self.qubits, 2))
        down = digits(self.qubits)
        spins = 1.0 - 2.0 * down
        pairs = list(pairwise(range(self.qubits)))
        return {
            "angles": angles,
            "signs": np.prod([1.0 - 2.0 * down[a] * down[b] for a, b in pairs], axis=0),
            "energy_z": -np.sum([spins[a] * spins[b] for a, b in pairs], axis=0),
            "energy_x": -spins.sum(axis=0),
        }

    def parameters(self) -> Arrays:
        """None: the angles are the argument."""
        return {}

    def flops(self, task: str) -> float:
        """Eight for each complex multiplication with addition; layers and change of basis have a product per group."""
        layer = 8.0 * 2**self.qubits * sum(2 ** len(group) for group in self.groups)
        circuit, basis = layer * (self.layers + 1), layer
        if task == "primal":
            return circuit + basis
        first = 8.0 * 2**self.qubits * 2 ** len(self.groups[0])  # |0…0⟩, its state, needs no derivative
        return 3 * circuit + 2 * basis - first

    def items(self, task: str) -> float:
        """Gates of the circuit: two rotations per qubit and layer, a controlled Z per pair and layer."""
        return float(2 * self.qubits * (self.layers + 1) + (self.qubits - 1) * self.layers)

    def reference(self, task: str) -> Arrays:
        """`energy` and, for `gradient`, `gradient` (layers + 1, n, 2); {} with too many qubits."""
        if self.qubits > MOST_QUBITS:
            return {}
        angles = self.inputs()["angles"]
        if task == "primal":
            return {"energy": np.asarray(energy(angles))}
        value, derivative = adjoint(angles)
        return {"energy": np.asarray(value), "gradient": derivative}


def digits(qubits: int) -> np.ndarray:
    """Binary digits of all indices of a state, shape (n, 2^n), qubit 0 first and most significant."""
    return np.arange(2**qubits) >> np.arange(qubits - 1, -1, -1)[:, None] & 1


def hadamard(qubits: int) -> np.ndarray:
    """A Hadamard gate on every one of some qubits, (2^k, 2^k), real."""
    down = digits(qubits)
    return (1.0 - 2.0 * (down.T @ down % 2)) / 2 ** (qubits / 2)


def turn(state: np.ndarray, gate: np.ndarray, qubit: int) -> np.ndarray:
    """The gate (2, 2) on one qubit of the state (2^n,)."""
    return np.matmul(gate, state.reshape(2**qubit, 2, -1)).reshape(-1)


def control_z(state: np.ndarray) -> np.ndarray:
    """A controlled Z on every pair of neighbours."""
    result = state.copy()
    for left in range(len(state).bit_length() - 2):
        result.reshape(2**left, 2, 2, -1)[:, 1, 1] *= -1
    return result


def ising(state: np.ndarray) -> np.ndarray:
    """The Hamiltonian times the state, term by term."""
    qubits = len(state).bit_length() - 1
    result = np.zeros_like(state)
    for q in range(qubits):
        result -= state.reshape(2**q, 2, -1)[:, ::-1].reshape(-1)
        if q + 1 < qubits:
            signs = np.array([[1.0, -1.0], [-1.0, 1.0]])[None, :, :, None]
            result -= (state.reshape(2**q, 2, 2, -1) * signs).reshape(-1)
    return result


def rotation_y(angle: float) -> np.ndarray:
    """RY, (2, 2)."""
    return np.array([[np.cos(angle / 2), -np.sin(angle / 2)], [np.sin(angle / 2), np.cos(angle / 2)]], complex)


def rotation_z(angle: float) -> np.ndarray:
    """RZ, (2, 2)."""
    return np.diag(np.exp([-0.5j * angle, 0.5j * angle]))


ROTATIONS = (rotation_y, rotation_z)
GENERATORS = (np.array([[0, -1j], [1j, 0]]), np.array([[1, 0], [0, -1]], complex))
"""Y and Z: the derivative of a rotation is -i/2 times its generator, after it."""


def prepare(angles: np.ndarray) -> np.ndarray:
    """The state of the circuit (2^n,), gate by gate; `angles` (layers + 1, n, 2)."""
    state = np.zeros(2 ** angles.shape[1], complex)
    state[0] = 1.0
    for index, layer in enumerate(angles):
        state = control_z(state) if index else state
        for qubit, pair in enumerate(layer):
            for rotation, angle in zip(ROTATIONS, pair, strict=True):
                state = turn(state, rotation(angle), qubit)
    return state


def energy(angles: np.ndarray) -> float:
    """E(a)."""
    state = prepare(angles)
    return float(np.vdot(state, ising(state)).real)


def adjoint(angles: np.ndarray) -> tuple[float, np.ndarray]:
    """(E, ∂E/∂a): undoes the circuit gate by gate on ψ and on H ψ; ∂E/∂a = Im ⟨H ψ| generator |ψ⟩ after a rotation."""
    state = prepare(angles)
    other = ising(state)
    value, derivative = float(np.vdot(state, other).real), np.zeros_like(angles)
    for layer in reversed(range(len(angles))):
        for qubit in range(angles.shape[1]):
            for kind in (1, 0):
                derivative[layer, qubit, kind] = np.vdot(other, turn(state, GENERATORS[kind], qubit)).imag
                back = ROTATIONS[kind](-angles[layer, qubit, kind])
                state, other = turn(state, back, qubit), turn(other, back, qubit)
        if layer:
            state, other = control_z(state), control_z(other)
    return value, derivative
