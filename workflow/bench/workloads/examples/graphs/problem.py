r"""The real graphs of one small linear model.

    loss(x, W, b) = mean((x W + b - t)^2)

x: (3, 2), W: (2, 1), b: (1,), t: (3, 1), float32, dimensionless. The graphs are read from the frameworks, never
written down: the nodes that autograd recorded, the operations that torch.compile captured and torch.export exported,
the equations of the jaxpr, the module that XLA compiled. Every graph event is JSON in one form:

    {"nodes": [{"id", "label", "kind": "input" | "operation" | "output", "shape": [...]}], "edges": [[from, to], ...]}

with edges in the direction in which data flow when the function is evaluated. Asymmetry: autograd's nodes are the
backward operations, recorded in one run; the others describe the function itself.
"""

import numpy as np

TITLE = {"en": "The graphs of a small linear model", "zh": "一个小型线性模型的计算图"}
SECTION = 2
CLAIMS = ("core-example-graph", "core-jax-static", "core-torch-dynamic", "alg-jit-static")
PRECISION = "float32"


def inputs() -> dict[str, np.ndarray]:
    """x, W, b and t: three points of two features each."""
    return {
        "x": np.array([[1, 2], [3, 4], [5, 6]], np.float32),
        "W": np.array([[0.5], [-0.25]], np.float32),
        "b": np.array([0.1], np.float32),
        "t": np.array([[1], [2], [3]], np.float32),
    }


def loss(x: np.ndarray, w: np.ndarray, b: np.ndarray, t: np.ndarray) -> float:
    """The mean squared error."""
    return float(((x @ w + b - t) ** 2).mean())


def error(value: float) -> float:
    """Difference of a framework's loss from NumPy's."""
    x, w, b, t = inputs().values()
    return abs(value - loss(x, w, b, t))
