r"""Gravitation of n bodies, all pairs: softened accelerations and one leapfrog step.

Positions x and velocities v of shape (n, 3), masses m (n,), in units in which G = 1, with softening ε = 0.1 and time
step Δt = 0.01:

    w_ij = (|x_j − x_i|² + ε²)^(−3/2) for i ≠ j,  w_ii = 0
    a_i = Σ_j m_j w_ij (x_j − x_i)
    x½ = x + Δt/2 v,   v′ = v + Δt a(x½),   x′ = x½ + Δt/2 v′        (drift, kick, drift)

Task `forward` returns `acceleration` a(x½), `position` x′ and `velocity` v′, each (n, 3). An item is one of n² pairs.

The sum is written in one of two ways, by what is fastest of those tried:

- as sums of differences, where a compiler fuses all of it into one pass that never stores a pair: `torch.compile`, and
  JAX on a GPU;
- as a matrix product, a_i = Σ_j w_ij (m_j x_j) − x_i Σ_j w_ij m_j, in blocks of rows that stay in the processor's
  cache: eager PyTorch, NumPy, and JAX on a CPU, where XLA does not vectorise such sums. It loses the digits that x_i
  has in common with its neighbours: nothing that counts in float64, one or two digits of seven in float32.

Reference: the first way in NumPy, row by row. Inputs: positions and velocities standard normal, masses uniform with
mean 1/n.

Sources: Aarseth, Gravitational N-body simulations (2003), on softening; Verlet (1967) on leapfrog; Nyland, Harris,
Prins, Fast N-body simulation with CUDA, GPU Gems 3 (2007), whose 20 operations per pair are counted here.
"""

from __future__ import annotations

from typing import Any

import numpy as np

TITLE = {"en": "N-body gravitation", "zh": "N 体引力"}
SECTION = 6
SCENARIO = "numerics"
ITEM = "elements"
SIZES: dict[str, dict[str, Any]] = {
    "tiny": {"bodies": 8},
    "small": {"bodies": 1024},
    "medium": {"bodies": 4096},
    "large": {"bodies": 16384},
}
SWEEPS: dict[str, dict[str, Any]] = {
    f"elements-{bodies * bodies}": {"bodies": bodies} for bodies in (64, 128, 256, 512, 1024, 2048, 4096)
}
TASKS = ("forward",)
QUICK_TASKS = ("forward",)
QUICK_MODES = {"torch": ("compile",), "jax": ("jit",)}
SWEEP_TASKS = ("forward",)
CHECK_TASKS = TASKS
BASELINE_TASKS = ("forward",)
NUMBA_TASKS = ("forward",)
PRECISIONS = ("float64", "float32")
TOLERANCE = 1e-10
PRECISION_TOLERANCE = {"float64": 1e-10, "float32": 1e-5}

SEED = 20240612
SOFTENING = 0.1
TIME_STEP = 0.01
FLOPS_PER_PAIR = 20
LARGEST_REFERENCE = 4096
"""Bodies up to which the reference takes seconds at most."""


def acceleration(x: np.ndarray, mass: np.ndarray) -> np.ndarray:
    """a (n, 3) at positions x (n, 3), one row of differences after the other."""
    found = np.empty_like(x)
    for i, own in enumerate(x):
        difference = x - own
        squared = np.einsum("jk,jk->j", difference, difference) + SOFTENING**2
        found[i] = (mass / (squared * np.sqrt(squared))) @ difference
    return found


class Problem:
    """The bodies and the reference at one size."""

    def __init__(self, size: str) -> None:
        self.size = size
        self.bodies: int = {**SIZES, **SWEEPS}[size]["bodies"]

    def inputs(self) -> dict[str, np.ndarray]:
        """`position` (n, 3), `velocity` (n, 3) and `mass` (n,)."""
        random = np.random.default_rng(SEED)
        return {
            "position": random.standard_normal((self.bodies, 3)),
            "velocity": random.standard_normal((self.bodies, 3)),
            "mass": random.uniform(0.5, 1.5, self.bodies) / self.bodies,
        }

    def parameters(self) -> dict[str, np.ndarray]:
        """None: nothing is trained."""
        return {}

    def flops(self, task: str) -> float:
        """Twenty operations per pair, the customary count."""
        return float(FLOPS_PER_PAIR * self.bodies**2)

    def items(self, task: str) -> float:
        """Pairs."""
        return float(self.bodies**2)

    def bytes_moved(self, task: str) -> float:
        """Seven numbers per body are read and nine written; what is computed from them is far more."""
        return 16.0 * 8 * self.bodies

    def reference(self, task: str) -> dict[str, np.ndarray]:
        """`acceleration`, `position` and `velocity`; nothing where it would take too long."""
        if self.bodies > LARGEST_REFERENCE:
            return {}
        given = self.inputs()
        middle = given["position"] + TIME_STEP / 2 * given["velocity"]
        found = acceleration(middle, given["mass"])
        velocity = given["velocity"] + TIME_STEP * found
        return {"acceleration": found, "position": middle + TIME_STEP / 2 * velocity, "velocity": velocity}
