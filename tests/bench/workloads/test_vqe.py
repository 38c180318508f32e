"""The state vector in NumPy against exact diagonalisation, the parameter-shift rule and known circuits."""

import numpy as np
import pytest

from bench.workloads.autodiff.vqe.problem import Problem, adjoint, energy, hadamard, ising, prepare

QUBITS = 4


def angles(qubits=QUBITS, layers=2, seed=3):
    return np.random.default_rng(seed).uniform(-np.pi, np.pi, (layers + 1, qubits, 2))


def hamiltonian(qubits):
    """The Ising chain as a matrix, from Kronecker products."""
    x, z = np.array([[0.0, 1.0], [1.0, 0.0]]), np.diag([1.0, -1.0])

    def product(factors):
        total = np.ones((1, 1))
        for q in range(qubits):
            total = np.kron(total, factors.get(q, np.eye(2)))
        return total

    return -sum(product({q: x}) for q in range(qubits)) - sum(product({q: z, q + 1: z}) for q in range(qubits - 1))


def test_the_hamiltonian_is_that_of_the_chain():
    matrix = np.stack([ising(column) for column in np.eye(2**QUBITS)], axis=1)
    np.testing.assert_allclose(matrix, hamiltonian(QUBITS), atol=1e-14)


def test_the_circuit_keeps_the_norm():
    assert np.linalg.norm(prepare(angles(6, 4))) == pytest.approx(1.0, abs=1e-13)


def test_without_turns_the_energy_is_that_of_parallel_spins():
    assert energy(np.zeros((3, QUBITS, 2))) == pytest.approx(-(QUBITS - 1))


def test_the_adjoint_method_agrees_with_the_parameter_shift_rule():
    at = angles()
    shifts = np.pi / 2 * np.eye(at.size).reshape(-1, *at.shape)
    shifted = [(energy(at + shift) - energy(at - shift)) / 2 for shift in shifts]
    np.testing.assert_allclose(adjoint(at)[1].ravel(), shifted, atol=1e-12)


def test_no_energy_lies_below_the_ground_state():
    lowest = np.linalg.eigvalsh(hamiltonian(QUBITS))[0]
    assert all(energy(angles(seed=seed)) >= lowest for seed in range(20))


def test_gradient_steps_reach_the_ground_state():
    lowest = np.linalg.eigvalsh(hamiltonian(QUBITS))[0]
    at = 0.1 * angles(layers=3)
    for _ in range(300):
        at = at - 0.1 * adjoint(at)[1]
    assert lowest <= adjoint(at)[0] < lowest + 0.01 * abs(lowest)


def test_the_gate_sees_groups_of_unequal_size():
    assert [len(group) for group in Problem("tiny").groups] == [3, 2]


def test_the_diagonals_of_the_inputs_give_the_energy_in_two_bases():
    problem = Problem("qubits-6")
    found = problem.inputs()
    state = prepare(found["angles"])
    measured = found["energy_z"] @ abs(state) ** 2 + found["energy_x"] @ abs(hadamard(6) @ state) ** 2
    assert measured == pytest.approx(energy(found["angles"]), abs=1e-12)
