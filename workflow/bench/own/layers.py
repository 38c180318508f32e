"""The first layer of a model whose outputs differ between the frameworks."""

from __future__ import annotations

from collections.abc import Mapping

import numpy as np

LEAST = 1e-6
"""What the largest value of an output is taken as at least."""


def first_difference(torch: Mapping[str, np.ndarray], jax: Mapping[str, np.ndarray], tolerance: float) -> str:
    """A sentence about the first layer, as PyTorch executes them, that both have and that puts out something else.

    Outputs of images and sequences may have their channels last in JAX. "" where no layer has a name in both.
    """
    common = [name for name in torch if name in jax]
    if not common:
        return ""
    for place, name in enumerate(common):
        mine, other = torch[name], jax[name]
        same = [
            one for one in _layouts(mine) if one.size == other.size and np.squeeze(one).shape == np.squeeze(other).shape
        ]
        before = f"; {common[place - 1]}, before it, agrees" if place else ""
        if not same:
            return f"{name} is the first layer whose outputs differ: shapes {mine.shape} and {other.shape}{before}."
        error = min(_error(np.squeeze(one), np.squeeze(other)) for one in same)
        if not error <= tolerance:
            return f"{name} is the first layer whose outputs differ, by {error:.2g} of the largest value{before}."
    return f"All {len(common)} layers that have a name in both agree: what differs comes after them, or beside them."


def _layouts(array: np.ndarray) -> list[np.ndarray]:
    return [array] if array.ndim < 3 else [array, np.moveaxis(array, 1, -1)]


def _error(one: np.ndarray, other: np.ndarray) -> float:
    return float(np.max(np.abs(one - other), initial=0.0) / max(float(np.max(np.abs(other), initial=0.0)), LEAST))
