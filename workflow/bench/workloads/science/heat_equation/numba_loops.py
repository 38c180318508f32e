"""The heat equation for Numba: one loop over the cells for each time step, in two padded arrays."""

from __future__ import annotations

import numpy as np
from numba import njit, prange

from bench.workloads.science.heat_equation.problem import FOURIER


@njit(parallel=True)
def march(now: np.ndarray, then: np.ndarray, steps: int) -> np.ndarray:
    """The array, `now` or the other, that holds the state with zeros around it after so many time steps."""
    rate, rest = now.dtype.type(FOURIER), now.dtype.type(1 - 4 * FOURIER)
    rows, columns = now.shape
    for _ in range(steps):
        for i in prange(1, rows - 1):
            for j in range(1, columns - 1):
                around = now[i - 1, j] + now[i + 1, j] + now[i, j - 1] + now[i, j + 1]
                then[i, j] = rate * around + rest * now[i, j]
        now, then = then, now
    return now


@njit(parallel=True)
def subtract(padded: np.ndarray, observed: np.ndarray) -> float:
    """Half the sum of squares of the state's difference from `observed`, which is left in its place."""
    total = 0.0
    for i in prange(observed.shape[0]):
        for j in range(observed.shape[1]):
            difference = padded[i + 1, j + 1] - observed[i, j]
            padded[i + 1, j + 1] = difference
            total += difference * difference
    return 0.5 * total


def padded(state: np.ndarray) -> np.ndarray:
    """The state with zeros around it."""
    found = np.zeros((len(state) + 2, len(state) + 2), state.dtype)
    found[1:-1, 1:-1] = state
    return found


def forward(initial: np.ndarray, steps: int) -> dict[str, np.ndarray]:
    """`state` (n, n) after so many time steps."""
    now = padded(initial)
    return {"state": march(now, np.zeros_like(now), steps)[1:-1, 1:-1]}


def gradient(initial: np.ndarray, observed: np.ndarray, steps: int) -> dict[str, np.ndarray]:
    """`misfit` and `gradient` (n, n), the residual carried back by the same time steps."""
    now = padded(initial)
    last = march(now, np.zeros_like(now), steps)
    misfit = subtract(last, observed)
    return {"misfit": np.asarray(misfit), "gradient": march(last, np.zeros_like(last), steps)[1:-1, 1:-1]}
