"""All pairs for Numba: a loop over the bodies, and for each a loop over all others."""

from __future__ import annotations

from math import sqrt

import numpy as np
from numba import njit, prange

from bench.workloads.science.nbody.problem import SOFTENING, TIME_STEP


@njit(parallel=True, fastmath={"reassoc", "contract"})
def acceleration(x: np.ndarray, y: np.ndarray, z: np.ndarray, mass: np.ndarray) -> np.ndarray:
    """a (n, 3) at positions x, y, z (n,); the sums may be taken in any order, as in a matrix product."""
    found = np.empty((len(x), 3), x.dtype)
    softening = x.dtype.type(SOFTENING**2)
    zero = x.dtype.type(0)
    for i in prange(len(x)):
        a, b, c = zero, zero, zero
        for j in range(len(x)):
            dx, dy, dz = x[j] - x[i], y[j] - y[i], z[j] - z[i]
            squared = dx * dx + dy * dy + dz * dz + softening
            pull = mass[j] / (squared * sqrt(squared))
            a += pull * dx
            b += pull * dy
            c += pull * dz
        found[i, 0], found[i, 1], found[i, 2] = a, b, c
    return found


def forward(position: np.ndarray, velocity: np.ndarray, mass: np.ndarray) -> dict[str, np.ndarray]:
    """`acceleration`, `position` and `velocity` (n, 3) after one step."""
    middle = position + TIME_STEP / 2 * velocity
    x, y, z = np.ascontiguousarray(middle.T)
    found = acceleration(x, y, z, mass)
    velocity = velocity + TIME_STEP * found
    return {"acceleration": found, "position": middle + TIME_STEP / 2 * velocity, "velocity": velocity}
