r"""Derivatives: which patterns run, what high orders cost, and what a gradient costs.

High orders are those of exp(-x^2),
    d^n/dx^n exp(-x^2) = (-1)^n H_n(x) exp(-x^2)      (H_n: physicists' Hermite polynomial; DLMF 18.5.5),
at POINTS points. The gradient without jit is that of f in `transformations`. The shorthand "dy/dx = W" of y = x W + b
is compared with the Jacobian as it stands, in three shapes. All in float64, dimensionless.

Whether the backward pass recurses is seen on three graphs. A chain, sin applied DEPTH times to 1, whose derivative is
the product of the cosines: a recursion needs a frame for every operation. PyTorch's engine is C++, so its chain is
differentiated in a thread with a stack of STACK bytes, 13 for an operation, where a return address and the alignment of
the stack alone take 16 (System V ABI, AMD64, section 3.2.2; AArch64 likewise); JAX's is Python, which stops at
sys.getrecursionlimit(), 1,000 by default. As a control the same chain is walked by a recursive function in Python. Two
branches whose operations are recorded in turns: a recursion finishes one branch before it enters the other. A ladder,
x -> sin(x) cos(x) RUNGS times: it has 2^RUNGS paths, and each operation is either visited once, or once per path.

Asymmetries: costs of a gradient are those of eager torch and of jitted jax, each framework's usual way; memory by order
is what autograd saves for the backward pass in torch, and what XLA plans as temporary memory in jax.
"""

import math
import sys
import threading
from collections.abc import Callable
from itertools import pairwise
from typing import Any

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

DEPTH = {"torch": 20_000, "jax": 5_000}
"""Operations of the chain: JAX traces and transposes each in Python, which takes a hundred times as long."""
STACK = 256 * 1024
"""Bytes of the stack of the thread in which PyTorch differentiates the chain."""
SIDES, STEPS = ("left", "right"), 4
"""The branches, and the operations in each."""
RUNGS = 40
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


def chain_error(framework: str, value: float) -> tuple[float, dict[str, int]]:
    """Error of the derivative of the chain, relative to it; the depth, and the depth at which Python stops."""
    point, expected = 1.0, 1.0
    for _ in range(DEPTH[framework]):
        point, expected = math.sin(point), expected * math.cos(point)
    counts = {"depth": DEPTH[framework], "limit": sys.getrecursionlimit()}
    return abs(value - expected) / expected, counts


def on_small_stack(call: Callable[[], float]) -> float:
    """What `call` returns in a thread with a stack of STACK bytes; what it raises there is raised here."""
    found: list[Any] = []

    def run() -> None:
        try:
            found.append(call())
        except Exception as error:
            found.append(error)

    before = threading.stack_size(STACK)
    try:
        thread = threading.Thread(target=run)
        thread.start()
    finally:
        threading.stack_size(before)
    thread.join()
    (result,) = found
    if isinstance(result, Exception):
        raise result
    return result


def visits(recorded: list[str], visited: list[str]) -> tuple[float, dict[str, list[str]]]:
    """How often the visits change from one branch to the other; the operations as recorded and as visited."""
    sides = [name.split()[0] for name in visited]
    changes = sum(one != other for one, other in pairwise(sides))
    return changes, {"recorded": recorded, "visited": visited}
