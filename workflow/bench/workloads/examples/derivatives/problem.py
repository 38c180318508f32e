r"""Derivatives: which patterns run, what high orders cost, and what a gradient costs.

High orders are those of exp(-x^2),
    d^n/dx^n exp(-x^2) = (-1)^n H_n(x) exp(-x^2)      (H_n: physicists' Hermite polynomial; DLMF 18.5.5),
at POINTS points. The gradient without jit is that of f in `transformations`. The shorthand "dy/dx = W" of y = x W + b
is compared with the Jacobian as it stands, in three shapes. All in float64, dimensionless. Asymmetries: costs of a
gradient are those of eager torch and of jitted jax, each framework's usual way; memory by order is what autograd saves
for the backward pass in torch, and what XLA plans as temporary memory in jax.
"""

import numpy as np
from numpy.polynomial import hermite

TITLE = {"en": "Derivatives", "zh": "导数"}
SECTION = 3
CLAIMS = (
    "alg-grad-matrix",
    "alg-ad-by-jit",
    "alg-grad-vector",
    "alg-grad-argnums",
    "alg-create-graph",
    "faq-recursive",
    "math-dx",
    "math-dw",
    "math-db",
)
TIMED = True
ORDERS = range(1, 7)
POINTS = 10_000
COST_SHAPE = (256, 256)
"""Rows and width of the function whose gradient's cost is measured."""

AFFINE_SHAPES = {"one output": (1, 2, 1), "several outputs": (1, 2, 3), "batch": (3, 2, 2)}
"""Rows, features and outputs of y = x W + b."""


def points() -> np.ndarray:
    """Where the high orders are evaluated."""
    return np.linspace(-2, 2, POINTS)


def order_error(order: int, value: np.ndarray) -> float:
    """Largest error of the n-th derivative of exp(-x^2), relative to its largest value."""
    x = points()
    expected = (-1) ** order * hermite.hermval(x, [0] * order + [1]) * np.exp(-(x**2))
    return float(np.abs(value - expected).max() / np.abs(expected).max())


def affine(case: str) -> dict[str, np.ndarray]:
    """x, W and b of y = x W + b."""
    rows, features, outputs = AFFINE_SHAPES[case]
    random = np.random.default_rng(3)
    return {
        "x": random.normal(size=(rows, features)),
        "W": random.normal(size=(features, outputs)),
        "b": random.normal(size=outputs),
    }


def shorthand(case: str, name: str, jacobian: np.ndarray) -> tuple[float, dict[str, object]]:
    """1 if the Jacobian is, as it stands, what the shorthand says, else 0; and shapes and error of the closed form.

    jacobian: (rows, outputs, *shape of the argument). Axes of length 1 are left out on both sides.
    """
    x, w, b = affine(case).values()
    said = np.squeeze({"x": w, "W": x, "b": np.ones((len(x), len(b)))}[name])
    found = np.squeeze(jacobian)
    rows, outputs = np.eye(len(x)), np.eye(len(b))
    closed = {
        "x": np.einsum("nm,ik->nkmi", rows, w),
        "W": np.einsum("ni,kl->nkil", x, outputs),
        "b": np.broadcast_to(outputs, (len(x), *outputs.shape)),
    }[name]
    equal = said.shape == found.shape and np.allclose(said, found, rtol=1e-12, atol=0)
    return float(equal), {
        "jacobian": list(jacobian.shape),
        "said": list(said.shape),
        "closed_form_error": float(np.abs(jacobian - closed).max()),
    }


def cost_inputs() -> tuple[np.ndarray, np.ndarray]:
    """x and W of sum(tanh(x W)), the function whose gradient's cost is measured."""
    random = np.random.default_rng(4)
    rows, width = COST_SHAPE
    return random.normal(size=(rows, width)), random.normal(0, 0.1, (width, width))
