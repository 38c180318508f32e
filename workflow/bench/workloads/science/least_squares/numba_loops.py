"""Levenberg-Marquardt for Numba: one loop over the observations makes the Gram matrix of (J, r), J by hand."""

from __future__ import annotations

import math

import numpy as np
from numba import get_num_threads, njit, prange

from bench.workloads.science.least_squares.problem import PARAMETERS


@njit(parallel=True, fastmath={"reassoc", "contract"})
def partial_grams(theta: np.ndarray, t: np.ndarray, y: np.ndarray, parts: int) -> np.ndarray:
    """The Gram matrices (parts, p + 1, p + 1) of the rows of (J, r), a part of the observations each; upper halves."""
    b0, b1, a1, c1, w1, a2, c2, w2 = theta
    half = t.dtype.type(-0.5)
    found = np.zeros((parts, PARAMETERS + 1, PARAMETERS + 1), t.dtype)
    for part in prange(parts):
        row = np.empty(PARAMETERS + 1, t.dtype)
        own = found[part]
        for i in range(part * len(t) // parts, (part + 1) * len(t) // parts):
            x = t[i]
            z1, z2 = (x - c1) / w1, (x - c2) / w2
            e1, e2 = math.exp(half * z1 * z1), math.exp(half * z2 * z2)
            row[0], row[1] = 1, x
            row[2], row[3] = e1, a1 * e1 * z1 / w1
            row[4] = row[3] * z1
            row[5], row[6] = e2, a2 * e2 * z2 / w2
            row[7] = row[6] * z2
            row[8] = b0 + b1 * x + a1 * e1 + a2 * e2 - y[i]
            for k in range(PARAMETERS + 1):
                for m in range(k, PARAMETERS + 1):
                    own[k, m] += row[k] * row[m]
    return found


def gram(theta: np.ndarray, t: np.ndarray, y: np.ndarray) -> np.ndarray:
    """The Gram matrix (p + 1, p + 1) of the columns of (J, r)."""
    upper = partial_grams(theta, t, y, get_num_threads()).sum(axis=0)
    return upper + np.triu(upper, 1).T
