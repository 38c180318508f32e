r"""Bundle adjustment: reprojection with radial distortion and its sparse Jacobian in blocks (ADBench BA).

A camera has 11 parameters: rotation r (3, axis-angle in radians), centre C (3), focal length f, principal point
x₀ (2) and radial distortion κ (2). Observation i sees point X ∈ R³ by a camera at the measured position m (2) with
weight w:

    Y = R(r) (X - C)                          Rodrigues, see rotation/rotation.py
    q = (Y₁, Y₂) / Y₃                         perspective division
    d = q (1 + κ₁ |q|² + κ₂ |q|⁴)             radial distortion
    e = w (f d + x₀ - m)                      reprojection error, 2 per observation
    z = 1 - w²                                weight error, 1 per observation

Arguments in ADBench's layout: `cams` (n, 11), `X` (m, 3), `w` (p,), `obs` (p, 2) integers (camera, point), `feats`
(p, 2). C and X in any unit of length; f, x₀ and m in pixels; the rest is dimensionless.

Tasks: `primal` gives `reproj_err` (p, 2) and `w_err` (p,); `jacobian` gives these and the non-zero entries of their
derivative, `reproj_jacobian` (p, 2, 15) and `w_jacobian` (p,). The 15 columns of a block are those of the camera, the
point and the weight of its observation. In ADBench's BASparseMat, a CSR matrix of 3p rows and 11n + 3m + p columns, the
block of observation i holds rows 2i and 2i + 1, columns 11·camera … + 10, 11n + 3·point … + 2 and 11n + 3m + i; row
2p + i holds the derivative of z with respect to w at column 11n + 3m + i. `csr_structure` gives `indptr` and `indices`,
and the values in their order are `csr_values(reproj_jacobian, w_jacobian)`, which copies and reorders nothing else:

    scipy.sparse.csr_array((values, indices, indptr), shape)

Both frameworks differentiate one function of all observations at once in reverse mode. As no two blocks share a row,
two pullbacks, one per component of e, give all blocks; a block has 2 rows but 15 columns, so that forward mode would
take 15 pushforwards. The value comes with the derivative. The parameters of all observations are gathered as columns,
each contiguous, and the 30 columns of derivatives are interleaved once at the end: in both frameworks that is faster
than arithmetic on rows of 2, 3 or 11.

Sizes: ADBench's table ba1 … ba20, made of the problems of "bundle adjustment in the large" (Agarwal et al. 2010). Its
last file has 2,987,644 observations; that problem originally has 28,987,644. All 20 fit: ba19, the one with the most
observations, has 2.3 GB of Jacobian in float64 and takes some 14 GiB in PyTorch's eager mode, 7 GiB in the others (1.6
and 0.8 kB per observation, measured at ba10). The pairs of camera and point follow ADBench's rule: observation i has
camera i mod n and point i mod m. ADBench repeats one random camera, point, weight and measurement; here every one is
drawn by itself, so that nothing can be folded, and all points are in front of all cameras (Y₃ ≥ 1.9), as in a real
scene: r uniform in ±0.3, C in ±0.5, f in 450 … 550, x₀ in ±10, κ₁ in ±0.1, κ₂ in ±0.01, X in ±1 with 4 … 6 in depth, w
in 0.5 … 1.5, and m the projection with noise of 1 pixel.

Reference: the derivative written by hand in NumPy; left out above a million observations.

Source: F. Šrajer, Z. Kukelova, A. Fitzgibbon, "A benchmark of selected algorithmic differentiation tools on some
problems in computer vision and machine learning", Optimization Methods and Software 33 (2018) 889-906, section 4.2.

"""

from __future__ import annotations

from typing import Any

import numpy as np

from bench.workloads.autodiff.rotation.rotation import coefficients, cross_matrix

TITLE = {"en": "Bundle adjustment", "zh": "光束法平差"}
SECTION = 4
SCENARIO = "mathematical model, numerics"
ITEM = "observations"

ADBENCH = (
    (49, 7776, 31843),
    (21, 11315, 36455),
    (161, 48126, 182072),
    (372, 47423, 204472),
    (257, 65132, 225911),
    (539, 65220, 277273),
    (93, 61203, 287451),
    (88, 64298, 383937),
    (810, 88814, 393775),
    (1197, 126327, 563734),
    (1723, 156502, 678718),
    (253, 163691, 899155),
    (245, 198739, 1091386),
    (356, 226730, 1255268),
    (1102, 780462, 4052340),
    (1544, 942409, 4750193),
    (1778, 993923, 5001946),
    (1936, 649673, 5213733),
    (4585, 1324582, 9125125),
    (13682, 4456117, 2987644),
)
"""Cameras, points and observations of ba1 … ba20."""


def _size(case: tuple[int, int, int]) -> dict[str, int]:
    return dict(zip(("cameras", "points", "observations"), case, strict=True))


SIZES: dict[str, dict[str, Any]] = {
    "tiny": _size((2, 5, 12)),
    "small": _size(ADBENCH[0]),
    "medium": _size(ADBENCH[9]),
    "large": _size(ADBENCH[18]),
}
SWEEPS: dict[str, dict[str, Any]] = {f"case-{number}": _size(case) for number, case in enumerate(ADBENCH, 1)}
TASKS = ("primal", "jacobian")
QUICK_TASKS = ("jacobian",)
SWEEP_TASKS = TASKS
CHECK_TASKS = TASKS
QUICK_MODES = {"torch": ("compile",), "jax": ("jit",)}
PRECISIONS = ("float64", "float32")
TOLERANCE = 1e-8
PRECISION_TOLERANCE = {"float64": 1e-8, "float32": 1e-4}
"""A residual of some pixels is the difference of positions of up to some hundred."""

SEED = 20180726
CAMERA = 11
"""Parameters of a camera."""
MOST_REFERENCED = 1_000_000
"""Observations up to which the reference is computed: some seconds and a gigabyte."""
FUNCTION_FLOPS = 64
"""Of one observation: coefficients of the rotation 6, transform 38, q, |q|² and distortion 10, image and weight 8,
weight error 2."""


def project(cams: np.ndarray, X: np.ndarray) -> np.ndarray:
    """Position (p, 2) in the image of points (p, 3) seen by cameras (p, 11), in pixels."""
    return _camera(cams, X)["image"]


def _camera(cams: np.ndarray, X: np.ndarray) -> dict[str, np.ndarray]:
    """The projection with its intermediate values."""
    r, distortion = cams[:, :3], cams[:, 9:11]
    Xo = X - cams[:, 3:6]
    square = (r * r).sum(1)
    cosine, sine, rest = coefficients(square)
    along = (r * Xo).sum(1)
    Y = cosine[:, None] * Xo + sine[:, None] * np.cross(r, Xo) + (rest * along)[:, None] * r
    q = Y[:, :2] / Y[:, 2:]
    rho = (q * q).sum(1)
    stretch = 1 + distortion[:, 0] * rho + distortion[:, 1] * rho**2
    d = q * stretch[:, None]
    return {
        "Xo": Xo,
        "square": square,
        "cosine": cosine,
        "sine": sine,
        "rest": rest,
        "along": along,
        "Y": Y,
        "q": q,
        "rho": rho,
        "stretch": stretch,
        "d": d,
        "image": cams[:, 6:7] * d + cams[:, 7:9],
    }


def _outer(u: np.ndarray, v: np.ndarray) -> np.ndarray:
    return u[:, :, None] * v[:, None, :]


def _by_rotation(r: np.ndarray, at: dict[str, np.ndarray]) -> np.ndarray:
    """∂Y/∂r (p, 3, 3) of Y = cos θ Xo + (sin θ/θ) r × Xo + ((1 - cos θ)/θ²) (r·Xo) r."""
    Xo, sine, rest = at["Xo"], at["sine"], at["rest"]
    safe = np.where(at["square"] > 0, at["square"], 1.0)
    sine_by_r = ((at["cosine"] - sine) / safe)[:, None] * r
    rest_by_r = ((sine - 2 * rest) / safe)[:, None] * r
    along = at["along"][:, None]
    return (
        _outer(Xo, -sine[:, None] * r)
        + _outer(np.cross(r, Xo), sine_by_r)
        - sine[:, None, None] * cross_matrix(Xo)
        + rest[:, None, None] * (along[:, :, None] * np.eye(3) + _outer(r, Xo))
        + _outer(along * r, rest_by_r)
    )


def _image_by_place(cams: np.ndarray, at: dict[str, np.ndarray]) -> np.ndarray:
    """f ∂d/∂Y (p, 2, 3): distortion after perspective division, times the focal length."""
    q, depth = at["q"], at["Y"][:, 2]
    slope = 2 * (cams[:, 9] + 2 * cams[:, 10] * at["rho"])
    by_q = at["stretch"][:, None, None] * np.eye(2) + slope[:, None, None] * _outer(q, q)
    q_by_Y = np.concatenate([np.broadcast_to(np.eye(2), (len(q), 2, 2)), -q[:, :, None]], 2) / depth[:, None, None]
    return cams[:, 6, None, None] * (by_q @ q_by_Y)


def blocks(cams: np.ndarray, X: np.ndarray, w: np.ndarray, feats: np.ndarray) -> tuple[np.ndarray, np.ndarray]:
    """e (p, 2) and ∂e/∂(camera, point, weight) (p, 2, 15), of cameras and points already gathered; by hand."""
    at, r = _camera(cams, X), cams[:, :3]
    by_Y = _image_by_place(cams, at)
    rotated = (
        at["cosine"][:, None, None] * np.eye(3)
        + at["sine"][:, None, None] * cross_matrix(r)
        + at["rest"][:, None, None] * _outer(r, r)
    )
    by_X, error = by_Y @ rotated, at["image"] - feats
    rho, q = at["rho"][:, None], at["q"]
    by_distortion = cams[:, 6, None, None] * np.stack([q * rho, q * rho**2], 2)
    unit = np.broadcast_to(np.eye(2), (len(w), 2, 2))
    weighted = [by_Y @ _by_rotation(r, at), -by_X, at["d"][:, :, None], unit, by_distortion, by_X]
    return w[:, None] * error, np.concatenate([w[:, None, None] * np.concatenate(weighted, 2), error[:, :, None]], 2)


def csr_structure(obs: np.ndarray, cameras: int, points: int) -> tuple[np.ndarray, np.ndarray]:
    """`indptr` (3p + 1) and `indices` (31p) of the sparse Jacobian, a matrix (3p, 11 cameras + 3 points + p)."""
    camera, point = obs.T
    of_weight = CAMERA * cameras + 3 * points + np.arange(len(obs))
    row = np.concatenate(
        [
            CAMERA * camera[:, None] + np.arange(CAMERA),
            CAMERA * cameras + 3 * point[:, None] + np.arange(3),
            of_weight[:, None],
        ],
        1,
    )
    lengths = np.repeat([row.shape[1], 1], [2 * len(obs), len(obs)])
    return np.concatenate([[0], np.cumsum(lengths)]), np.concatenate([np.repeat(row, 2, 0).ravel(), of_weight])


def csr_values(reproj_jacobian: np.ndarray, w_jacobian: np.ndarray) -> np.ndarray:
    """The values (31p) that belong to `csr_structure`, of the outputs of the task `jacobian`."""
    return np.concatenate([reproj_jacobian.ravel(), w_jacobian])


class Problem:
    """Cameras, points and observations at one size."""

    def __init__(self, size: str) -> None:
        self.size = size
        self.cameras, self.points, self.observations = {**SIZES, **SWEEPS}[size].values()

    def inputs(self) -> dict[str, np.ndarray]:
        """`cams` (n, 11), `X` (m, 3), `w` (p,), `obs` (p, 2) and `feats` (p, 2)."""
        random = np.random.default_rng(SEED)
        half = np.array([0.3] * 3 + [0.5] * 3 + [50.0, 10.0, 10.0, 0.1, 0.01])
        cams = half * random.uniform(-1, 1, (self.cameras, CAMERA))
        cams[:, 6] += 500
        X = random.uniform(-1, 1, (self.points, 3)) + np.array([0, 0, 5])
        w = random.uniform(0.5, 1.5, self.observations)
        obs = np.arange(self.observations)[:, None] % [self.cameras, self.points]
        feats = project(cams[obs[:, 0]], X[obs[:, 1]]) + random.standard_normal((self.observations, 2))
        return {"cams": cams, "X": X, "w": w, "obs": obs, "feats": feats}

    def parameters(self) -> dict[str, np.ndarray]:
        """None: nothing is trained."""
        return {}

    def flops(self, task: str) -> float:
        """Of the function; for the Jacobian also two pullbacks, each counted as two functions."""
        return float(FUNCTION_FLOPS * self.observations * (5 if task == "jacobian" else 1))

    def items(self, task: str) -> float:
        """Observations per step."""
        return float(self.observations)

    def reference(self, task: str) -> dict[str, np.ndarray]:
        """The derivative written by hand; {} above a million observations."""
        if self.observations > MOST_REFERENCED:
            return {}
        found = self.inputs()
        w, (camera, point) = found["w"], found["obs"].T
        cams, X = found["cams"][camera], found["X"][point]
        if task == "primal":
            return {"reproj_err": w[:, None] * (project(cams, X) - found["feats"]), "w_err": 1 - w**2}
        errors, jacobian = blocks(cams, X, w, found["feats"])
        return {"reproj_err": errors, "w_err": 1 - w**2, "reproj_jacobian": jacobian, "w_jacobian": -2 * w}
