r"""When a graph is made, how often, and what that costs.

    f(x) = sum(tanh(x W)^2),  x: (rows, 64), W: (64, 64), float32, dimensionless

The function counts its own executions as Python. It is defined, called, called again, called with other shapes and
with another type; then its calls are timed. The compiled torch function uses the default code generator (a C++
compiler on the CPU) with an empty cache. A side effect tells how often the Python code itself runs in three calls.
"""

import numpy as np

TITLE = {"en": "When a function is traced", "zh": "函数何时被追踪"}
SECTION = 2
CLAIMS = ("faq-when-traced", "core-jit-always-fast", "bg-declarative")
PRECISION = "float32"
TIMED = True
WIDTH = 64
ROWS = {"first": 32, "second": 48, "third": 56}
"""Rows of x in the first shape and in the new ones."""
CALLS = 3
"""Calls in which side effects are counted."""


def inputs(rows: int, dtype: type = np.float32) -> tuple[np.ndarray, np.ndarray]:
    """x of the given rows, and W."""
    random = np.random.default_rng(0)
    w = random.normal(0, 0.1, (WIDTH, WIDTH))
    return random.normal(size=(rows, WIDTH)).astype(dtype), w.astype(dtype)


def value(rows: int) -> float:
    """f in float64."""
    x, w = inputs(rows, np.float64)
    return float((np.tanh(x @ w) ** 2).sum())
