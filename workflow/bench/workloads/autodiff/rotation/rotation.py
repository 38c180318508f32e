r"""Rotation by an axis-angle vector, shared by the workloads of computer vision: the NumPy part.

With r the vector, θ = |r| its angle in radians and [r]ₓ the matrix of the cross product with r,

    R = cos θ · I + (sin θ / θ) [r]ₓ + ((1 - cos θ) / θ²) r rᵀ      (Rodrigues)

The three coefficients are even functions of θ, so that at θ = 0 they are 1, 1 and 1/2 with derivatives 0. Written so,
value and derivative are right there too, whereas the textbook form divides r by θ: ADBench branches, and its hand
objective has the derivative 0 below θ = 1e-4, where the true one is [∂r]ₓ.
"""

from __future__ import annotations

import numpy as np


def coefficients(square: np.ndarray) -> tuple[np.ndarray, np.ndarray, np.ndarray]:
    """cos θ, sin θ / θ and (1 - cos θ) / θ² of real or complex θ², any shape."""
    moved = square.real > 0
    safe = np.where(moved, square, 1.0)
    angle = np.sqrt(safe)
    cosine = np.cos(angle)
    return (
        np.where(moved, cosine, 1.0),
        np.where(moved, np.sin(angle) / angle, 1.0),
        np.where(moved, (1.0 - cosine) / safe, 0.5),
    )


def cross_matrix(vectors: np.ndarray) -> np.ndarray:
    """[v]ₓ of vectors (…, 3), shape (…, 3, 3): [v]ₓ u = v × u."""
    x, y, z = np.moveaxis(vectors, -1, 0)
    zero = np.zeros_like(x)
    return np.stack([zero, -z, y, z, zero, -x, -y, x, zero], -1).reshape(*vectors.shape, 3)
