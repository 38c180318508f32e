r"""Hand tracking: residuals of a posed, skinned hand and their Jacobian (ADBench HAND, simple and complicated).

A hand has B = 22 bones: two of wrist and palm, then five fingers of four. With the pose θ (26,), rotation r (3,
axis-angle) and translation t (3) of the whole hand, and four angles α of each finger, in radians,

    A_b = A_parent(b) G_b R_z(z_b) R_x(x_b)     of a finger's first three bones x is α₁, α₃, α₄, and z of the first α₂
    T_b = A_b H_b                               H_b the inverse of A_b of the hand at rest
    v_j = R(r) Σ_b w_jb T_b p_j + t             linear-blend skinning of the vertices p_j, Rodrigues for R
    e_i = y_i − v_c(i)                            simple: point i belongs to vertex c(i)
    e_i = y_i − (u_i₁ v_a + u_i₂ v_b + (1 − u_i₁ − u_i₂) v_c)      complicated: to a place u_i on the triangle (a, b, c)

Arguments in ADBench's layout: `theta` (26,), `us` (N, 2), `points` (N, 3), and of the model `base_relatives` G and
`inverse_base_absolutes` H (B, 4, 4), `base_positions` p (V, 4), homogeneous, `weights` w (V, B); of integers
`correspondences` (N,), `triangle_of` (N,), `triangles` (F, 3) and `parents` (B,), −1 for the first.

Tasks: `primal` and `jacobian` are the simple objective, `primal_complicated` and `jacobian_complicated` the other one.
All give `error` (N, 3); the Jacobians also `jacobian` (N, 3, 26) by θ, (N, 3, 28) with the two columns of the point's
own u before them, as ADBench lays it out. 26 parameters and thousands of residuals: both frameworks push 26 tangents
forward at once, to the columns of R(r) T_b; all that follows is linear in these and in t, and so its own derivative,
which is applied to the 26 together. Those by u need the last line alone.

Bones are posed level by level, those of a level at once: the fingers do not wait for each other. The vertices are
linear in the transforms: as one product of the matrix w_jb p_j (V, 4B), which no parameter moves, with the columns of
R(r) T_b (4B, 3). So the hand as a whole is turned by turning its 22 bones, and all tangents meet the vertices in that
product alone. The model is made here, with 22 bones and 544 vertices as ADBench's small model, or with 10,000 vertices
for its big one, whose number stands in its data only; G of small rotations and steps of a finger's length, vertices
around the bones, weights by distance, the points where another pose puts the vertices plus noise. Lengths in any unit.

Reference: complex step, f'(x) = Im f(x + ih)/h with h = 1e-200, exact but for rounding (Squire and Trapp, SIAM Review
40, 1998), one evaluation in NumPy per parameter.

Source: F. Šrajer, Z. Kukelova, A. Fitzgibbon, "A benchmark of selected algorithmic differentiation tools on some
problems in computer vision and machine learning", Optimization Methods and Software 33 (2018) 889-906, section 4.3.
Where its rotation is the unit matrix below an angle of 1e-4, ours is right, see rotation/rotation.py.

Asymmetries: the place on a triangle is a sum of three terms in JAX, which XLA fuses, and a weighted sum over the
corners in PyTorch: each is the faster one there.
"""

from __future__ import annotations

from collections.abc import Callable
from itertools import accumulate
from typing import Any, NamedTuple

import numpy as np

from bench.workloads.autodiff.rotation.rotation import coefficients, cross_matrix

TITLE = {"en": "Hand tracking", "zh": "手部跟踪"}
SECTION = 4
SCENARIO = "mathematical model"
ITEM = "points"
SIZES: dict[str, dict[str, Any]] = {
    "tiny": {"vertices": 12, "points": 5},
    "small": {"vertices": 544, "points": 1600},
    "medium": {"vertices": 10_000, "points": 12_800},
    "large": {"vertices": 10_000, "points": 100_000},
}
SWEEPS: dict[str, dict[str, Any]] = {
    f"{model}points-{points}": {"vertices": vertices, "points": points}
    for model, vertices in (("", 544), ("v10000-", 10_000))
    for points in (100, 200, 400, 800, 1600, 3200, 6400, 12_800, 25_600, 51_200, 100_000)
}
TASKS = ("primal", "jacobian", "primal_complicated", "jacobian_complicated")
QUICK_TASKS = ("jacobian_complicated",)
SWEEP_TASKS = TASKS
CHECK_TASKS = TASKS
QUICK_MODES = {"torch": ("compile",), "jax": ("jit",)}
PRECISIONS = ("float64", "float32")
TOLERANCE = 1e-8
PRECISION_TOLERANCE = {"float64": 1e-8, "float32": 1e-5}

SEED = 20240112
FINGERS, BONES_OF_FINGER = 5, 4
BONES = 2 + FINGERS * BONES_OF_FINGER
POSE = 6 + 4 * FINGERS
STEP = 1e-200
"""Of the complex step."""

Arrays = dict[str, np.ndarray]
NAMES = (
    "theta",
    "us",
    "points",
    "base_relatives",
    "inverse_base_absolutes",
    "base_positions",
    "weights",
    "correspondences",
    "triangle_of",
    "triangles",
)


class Problem:
    """Model, pose and points at one size."""

    def __init__(self, size: str) -> None:
        self.size = size
        chosen = {**SIZES, **SWEEPS}[size]
        self.vertices: int = chosen["vertices"]
        self.points: int = chosen["points"]
        self.parents = [-1, 0, *(1 if bone % BONES_OF_FINGER == 2 else bone - 1 for bone in range(2, BONES))]

    def inputs(self) -> Arrays:
        """The arguments, under their names but for `parents`, which is an attribute: it shapes the program."""
        random = np.random.default_rng(SEED)
        relatives = np.tile(np.eye(4), (BONES, 1, 1))
        relatives[:, :3, :3] = rotations(random.uniform(-0.3, 0.3, (BONES, 3)))
        relatives[:, :3, 3] = random.uniform(-0.1, 0.1, (BONES, 3)) + np.array([0.0, 1.0, 0.0])
        absolutes = chained(relatives, self.parents)
        bone = random.integers(0, BONES, self.vertices)
        places = absolutes[bone, :3, 3] + random.normal(0, 0.3, (self.vertices, 3))
        nearness = np.exp(-np.sum((places[:, None] - absolutes[:, :3, 3]) ** 2, axis=2))
        triangles = (np.arange(2 * self.vertices)[:, None] + np.array([0, 1, 3])) % self.vertices
        theta, other = random.uniform(-0.4, 0.4, (2, POSE))
        found = {
            "theta": theta,
            "us": random.uniform(0.1, 0.4, (self.points, 2)),
            "points": np.zeros((self.points, 3)),
            "base_relatives": relatives,
            "inverse_base_absolutes": np.linalg.inv(absolutes),
            "base_positions": np.concatenate([places, np.ones((self.vertices, 1))], axis=1),
            "weights": nearness / nearness.sum(axis=1, keepdims=True),
            "correspondences": random.integers(0, self.vertices, self.points),
            "triangle_of": random.integers(0, len(triangles), self.points),
            "triangles": triangles,
        }
        seen = skinned(found | {"theta": other}, self.parents)[found["correspondences"]]
        return found | {"points": seen + random.normal(0, 0.01, seen.shape)}

    def parameters(self) -> Arrays:
        """None: nothing is trained."""
        return {}

    def flops(self, task: str) -> float:
        """Operations of w_jb p_j, once, and of skinning and comparing, again for each parameter; of bones none."""
        weigh, skin = self.vertices * 4.0 * BONES, self.vertices * (2.0 * 4 * BONES * 3 + 3)
        compare = self.points * (20.0 if task.endswith("complicated") else 3.0)
        if task.startswith("primal"):
            return weigh + skin + compare
        return weigh + (1 + POSE) * (skin + compare) + (2 * compare if task.endswith("complicated") else 0)

    def items(self, task: str) -> float:
        """Points per step."""
        return float(self.points)

    def reference(self, task: str) -> Arrays:
        """Error, and the Jacobian by complex steps."""
        found, complicated = self.inputs(), task.endswith("complicated")
        error = errors(found, self.parents, complicated)
        if task.startswith("primal"):
            return {"error": error}
        columns = []
        if complicated:
            moved = [errors(found | {"us": found["us"] + 1j * step}, self.parents, True) for step in np.eye(2) * STEP]
            columns = [each.imag / STEP for each in moved]
        for step in np.eye(POSE) * STEP:
            pose = found | {"theta": found["theta"] + 1j * step}
            columns.append(errors(pose, self.parents, complicated).imag / STEP)
        return {"error": error, "jacobian": np.stack(columns, axis=2)}


def levels(parents: list[int]) -> list[tuple[list[int], list[int]]]:
    """The bones from the root outwards, those of one depth together, and the places of their parents one depth up.

    Raises ValueError for a bone whose parent is none of the bones.
    """
    found: list[tuple[list[int], list[int]]] = []
    above = [-1]
    while ready := [bone for bone, parent in enumerate(parents) if parent in above]:
        found.append((ready, [above.index(parents[bone]) for bone in ready]))
        above = ready
    if sum(len(bones) for bones, _ in found) < len(parents):
        raise ValueError(f"parents is {parents}, in which some bone does not hang on the first")
    return found


class Chain(NamedTuple):
    """Indices that pose all bones at once, those of one level next to each other; arrays of any framework."""

    angles: Any
    """(2, B): places in θ of the angles about x and z, bones in the order of levels; POSE where there is none."""
    order: Any
    """(B,): the bones in the order of levels."""
    back: Any
    """(B,): where each bone stands in that order."""
    starts: tuple[int, ...]
    """Where each level but the first begins in that order."""
    above: list[Any]
    """Of each level but the first, the places of the parents in the level above."""

    def on(self, convert: Callable[[np.ndarray], Any]) -> Chain:
        """The same indices as another kind of array."""
        angles, order, back = (convert(each) for each in (self.angles, self.order, self.back))
        return Chain(angles, order, back, self.starts, [convert(each) for each in self.above])


def chain(parents: list[int]) -> Chain:
    """The indices of a hand, its fingers the bones after the first two."""
    found = levels(parents)
    order = np.array([bone for bones, _ in found for bone in bones])
    angles = np.full((2, BONES), POSE)
    of_fingers = angles[:, 2:].reshape(2, FINGERS, BONES_OF_FINGER)
    first = 6 + 4 * np.arange(FINGERS)
    of_fingers[0, :, :3] = first[:, None] + np.array([0, 2, 3])
    of_fingers[1, :, 0] = first + 1
    starts = tuple(accumulate(len(bones) for bones, _ in found[:-1]))
    return Chain(angles[:, order], order, np.argsort(order), starts, [np.array(places) for _, places in found[1:]])


def rotations(vectors: np.ndarray) -> np.ndarray:
    """Rodrigues' rotations (…, 3, 3) of real or complex axis-angle vectors (…, 3)."""
    cosine, sine, rest = (each[..., None, None] for each in coefficients((vectors * vectors).sum(-1)))
    outer = vectors[..., :, None] * vectors[..., None, :]
    return cosine * np.eye(3) + sine * cross_matrix(vectors) + rest * outer


def chained(relatives: np.ndarray, parents: list[int]) -> np.ndarray:
    """A (B, 4, 4) of the transforms relative to the parents."""
    absolutes: list[np.ndarray] = []
    for bone, parent in enumerate(parents):
        absolutes.append(relatives[bone] if parent < 0 else absolutes[parent] @ relatives[bone])
    return np.stack(absolutes)


def skinned(found: Arrays, parents: list[int]) -> np.ndarray:
    """The posed vertices (V, 3)."""
    theta = found["theta"]
    angles = np.zeros((2, BONES), theta.dtype)
    fingers = theta[6:].reshape(FINGERS, 4)
    of_fingers = angles[:, 2:].reshape(2, FINGERS, BONES_OF_FINGER)
    of_fingers[0, :, :3] = fingers[:, [0, 2, 3]]
    of_fingers[1, :, 0] = fingers[:, 1]
    bent = np.tile(np.eye(4, dtype=theta.dtype), (BONES, 1, 1))
    (cx, cz), (sx, sz), zero = np.cos(angles), np.sin(angles), np.zeros(BONES)
    bent[:, :3, :3] = np.stack([cz, -sz * cx, sz * sx, sz, cz * cx, -cz * sx, zero, sx, cx], axis=1).reshape(-1, 3, 3)
    transforms = chained(found["base_relatives"] @ bent, parents) @ found["inverse_base_absolutes"]
    blended = (found["weights"] @ transforms[:, :3].reshape(BONES, 12)).reshape(-1, 3, 4)
    return (blended @ found["base_positions"][:, :, None])[:, :, 0] @ rotations(theta[:3]).T + theta[3:6]


def errors(found: Arrays, parents: list[int], complicated: bool) -> np.ndarray:
    """e (N, 3)."""
    vertices, us = skinned(found, parents), found["us"]
    if not complicated:
        return found["points"] - vertices[found["correspondences"]]
    corners = vertices[found["triangles"][found["triangle_of"]]]
    places = np.stack([us[:, 0], us[:, 1], 1 - us[:, 0] - us[:, 1]], axis=1)
    return found["points"] - (places[:, :, None] * corners).sum(axis=1)
