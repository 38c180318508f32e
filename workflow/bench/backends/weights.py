"""The weights of one model in two frameworks: names, layouts and initial values. NumPy alone.

A model's own names lead to those of problem.py by patterns, and its own layouts by permutations of axes, as in
`torch_backend.LAYOUTS`: transposed by `axes` and reshaped, an own array is the array of problem.py.
"""

from __future__ import annotations

import hashlib
import math
import re
from collections.abc import Callable, Iterable, Mapping, Sequence
from dataclasses import dataclass

import numpy as np

from bench.backends import Arrays

MOST_NAMED = 5
"""Names that a message tells."""
Axes = tuple[int, ...]
Layouts = Sequence[tuple[str, Axes]]
"""Patterns in names, and how an array of such a name is permuted."""


@dataclass(frozen=True)
class Leaf:
    """One array of a model: its own name and shape, the name in problem.py, and how it is permuted to get there."""

    own: str
    shape: tuple[int, ...]
    name: str
    axes: Axes

    @property
    def permuted(self) -> tuple[int, ...]:
        """The own shape with its axes in the order of problem.py."""
        return tuple(self.shape[axis] for axis in self.axes)

    def to_own(self, array: np.ndarray) -> np.ndarray:
        """An array of problem.py as the model has it. Raises ValueError where it has another number of elements."""
        if array.size != math.prod(self.shape):
            raise ValueError(
                f"{self.name} of problem.py has the shape {array.shape}, {self.own} of the model {self.shape}: "
                "map the name to another, or the layout by `layouts`"
            )
        return np.ascontiguousarray(array.reshape(self.permuted).transpose(np.argsort(self.axes)))

    def to_problem(self, array: np.ndarray, shape: tuple[int, ...] | None = None) -> np.ndarray:
        """An array of the model as problem.py has it, in its shape there, where that is another."""
        laid_out = array.transpose(self.axes)
        return laid_out if shape is None else laid_out.reshape(shape)


def renamed(own: str, names: Mapping[str, str]) -> str:
    """A name with each pattern (a regular expression) replaced, in the order of the mapping."""
    for pattern, replacement in names.items():
        own = re.sub(pattern, replacement, own)
    return own


def axes_of(own: str, dimensions: int, layouts: Layouts) -> Axes:
    """The permutation of the last pattern that is found in a name and has as many axes; else none is permuted."""
    found = [axes for pattern, axes in layouts if re.search(pattern, own) and len(axes) == dimensions]
    return found[-1] if found else tuple(range(dimensions))


def leaves(shapes: Mapping[str, Sequence[int]], rename: Callable[[str], str], layouts: Layouts) -> dict[str, Leaf]:
    """Every array of a model by its name in problem.py, which `rename` makes of its own.

    Raises ValueError where two have the same.
    """
    found: dict[str, Leaf] = {}
    for own, shape in shapes.items():
        leaf = Leaf(own, tuple(shape), rename(own), axes_of(own, len(shape), layouts))
        if leaf.name in found:
            raise ValueError(f"{found[leaf.name].own} and {own} are both {leaf.name} in problem.py")
        found[leaf.name] = leaf
    return found


def values(found: Mapping[str, Leaf], given: Arrays) -> Arrays:
    """The initial values by name, in the layout of problem.py: those that it gives, or `drawn` where it gives none.

    Raises ValueError naming what only one of the two has.
    """
    if not given:
        return {name: drawn(name, _flat(leaf)) for name, leaf in found.items()}
    if missing := [f"{leaf.own} ({name})" for name, leaf in found.items() if name not in given]:
        raise ValueError(f"parameters() of problem.py has no {_some(missing)}; it has {_some(given)}")
    if unused := [name for name in given if name not in found]:
        raise ValueError(f"the model has no {_some(unused)}; it has {_some(found)}")
    return given


def _flat(leaf: Leaf) -> tuple[int, ...]:
    """The shape in problem.py of an array that it does not give: of a bias one axis, as PyTorch has it."""
    return (math.prod(leaf.shape),) if leaf.name.endswith("bias") else leaf.permuted


def _some(names: Iterable[str]) -> str:
    listed = list(names)
    more = f" and {len(listed) - MOST_NAMED} more" if len(listed) > MOST_NAMED else ""
    return ", ".join(listed[:MOST_NAMED]) + more


def drawn(name: str, shape: tuple[int, ...]) -> np.ndarray:
    """Initial values, float64, the same for a name and a shape in every process: a bias is 0, another array of one axis
    (a scale) 1, and the others are normal with deviation 1/√(elements of all axes but the first), the fan-in of
    PyTorch's layouts.
    """
    if len(shape) < 2:
        return np.zeros(shape) if name.endswith("bias") else np.ones(shape)
    seed = int.from_bytes(hashlib.sha256(name.encode()).digest()[:8], "big")
    return np.random.default_rng(seed).standard_normal(shape) / math.sqrt(math.prod(shape[1:]))
