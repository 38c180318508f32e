"""Rosenbrock’s function."""

from tests.proof.alternatives import by_inductor

ALTERNATIVES = by_inductor(("gradient",), ("max-autotune", "C++ wrapper"))
