r"""Transformations: which derivatives each framework takes through which code, eagerly and compiled.

Every value is checked against one written by hand, in float64, dimensionless. The functions are
    g(x) = tanh(A x), R^3 -> R^4, f(x) = sum g(x), with J = diag(1 - g^2) A, grad f = J^T 1 and
    H = A^T diag(-2 g (1 - g^2)) A; the third derivative is
    grad (v^T H v) = A^T [(6 g^2 - 2) (1 - g^2) (A v)^2];
    halving x until |x|^2 <= 1, a loop whose number of steps depends on the data, with the Jacobian 2^-k I;
    sin, STEPS times, a loop of a fixed length, with the Jacobian diag(prod cos);
    tanh(S x) with S sparse, by x, and by the stored entries of S, where d/dS_ij = (1 - g_i^2) x_j;
    sums with integers in them: entries taken or added up at indices that repeat, the largest entry, a sort, and x times
    x rounded or cut to an integer, which are constant almost everywhere;
    rounding with the declared derivative 1 ("straight-through"), for which grad sum(round(x)^2) = 2 round(x).

Modes. `eager`: as it stands. `compiled`: torch.compile and jax.jit as users get them (the default back ends, which
generate code), with one addition: torch.compile must make one graph, as jax.jit always does. `with breaks`: PyTorch
only, where one graph is not possible: torch.compile by default, which runs what it cannot capture in Python. The
transformation is compiled together with the function, except in the rows of OUTSIDE, where the function is compiled
and then differentiated, the usual way of training in PyTorch.

A checkpoint is also held to what it is for: in the eager mode g must be evaluated twice in one gradient, for the value
and again in the backward pass; where compiled only the value is checked. PyTorch counts calls, JAX callbacks.

Asymmetries. PyTorch's loops that are operations (`while_loop`, `scan`) are prototypes of a private module; JAX's sparse
arrays are of `jax.experimental`. PyTorch has no loop of a fixed number of steps but `scan`: the row `counted loop` is
`fori_loop` in JAX and `while_loop` with a counter in PyTorch.
"""

import numpy as np

TITLE = {"en": "Transformations", "zh": "变换"}
SECTION = 3
CLAIMS = ("alg-table-autodiff",)
OUTSIDE = (
    "gradient of a compiled function",
    "custom rule",
    "checkpoint",
    "Python loop, reverse",
    "loop operation, reverse",
    "fixed Python loop, reverse",
    "scan, reverse",
    "counted loop, reverse",
    "sparse product, reverse",
    "sparse product, by entries",
)
STEPS = 5
"""Steps of the loops of a fixed length."""

A = np.random.default_rng(1).normal(size=(4, 3))
X = np.array([0.3, -0.8, 1.7])
V = np.array([1.0, 2.0, -1.0])
U = np.array([0.5, -1.0, 2.0, 1.0])
BATCH = np.random.default_rng(2).normal(size=(5, 3))
ENTRIES = np.array([[0, 0, 1, 2, 3, 3], [0, 2, 1, 0, 1, 2]])
"""Rows and columns of the entries of A that S holds."""
REPEATED = np.array([2, 0, 2, 1])
"""Indices, one of them twice."""


def _jacobian(x: np.ndarray, matrix: np.ndarray = A) -> np.ndarray:
    return (1 - np.tanh(matrix @ x) ** 2)[:, None] * matrix


def _hessian(x: np.ndarray) -> np.ndarray:
    g = np.tanh(A @ x)
    return A.T @ np.diag(-2 * g * (1 - g**2)) @ A


def _halvings(x: np.ndarray) -> float:
    return 2.0 ** -max(0.0, np.ceil(np.log2(np.linalg.norm(x))))


def _smooth() -> dict[str, np.ndarray]:
    jacobian, hessian, g = _jacobian(X), _hessian(X), np.tanh(A @ X)
    gradient, along = jacobian.sum(0), hessian @ V
    return {
        "gradient": gradient,
        "gradient of a compiled function": gradient,
        "jvp": jacobian @ V,
        "vjp": U @ jacobian,
        "jacfwd": jacobian,
        "jacrev": jacobian,
        "hessian": hessian,
        "hvp forward over reverse": along,
        "hvp reverse over forward": along,
        "hvp reverse over reverse": along,
        "third derivative": A.T @ ((6 * g**2 - 2) * (1 - g**2) * (A @ V) ** 2),
        "vmap of gradient": np.stack([_jacobian(x).sum(0) for x in BATCH]),
        "vmap of hvp": np.stack([_hessian(x) @ V for x in BATCH]),
        "custom rule": 2 * np.round(X),
        "custom rule, whole": 2 * np.round(X),
        "custom rule, forward": 2 * np.round(X) * V,
        "checkpoint": gradient,
        "checkpoint, whole": gradient,
    }


def _loops() -> dict[str, np.ndarray]:
    halved, slope, x = np.full(3, _halvings(X)), np.ones(3), X
    for _ in range(STEPS):
        slope, x = slope * np.cos(x), np.sin(x)
    expected = {
        f"{kind}, {direction}": value
        for kind, derivative in (
            ("Python loop", halved),
            ("loop operation", halved),
            ("fixed Python loop", slope),
            ("scan", slope),
            ("counted loop", slope),
        )
        for direction, value in (("reverse", derivative), ("forward", derivative * V))
    }
    return expected | {"scan, whole": slope, "vmap of loop operation": np.stack([_halvings(x) * x for x in BATCH])}


def _sparse() -> dict[str, np.ndarray]:
    rows, columns = ENTRIES
    matrix = np.zeros_like(A)
    matrix[rows, columns] = A[rows, columns]
    jacobian = _jacobian(X, matrix)
    by_entry = ((1 - np.tanh(matrix @ X) ** 2)[:, None] * X)[rows, columns]
    return {
        "sparse product, reverse": jacobian.sum(0),
        "sparse product, forward": jacobian @ V,
        "sparse product, by entries": by_entry,
    }


def _integer() -> dict[str, np.ndarray]:
    taken, added = np.zeros(3), np.zeros(3)
    np.add.at(taken, REPEATED, 2 * U * X[REPEATED])
    np.add.at(added, REPEATED[:3], X)
    weights = np.empty(3)
    weights[np.argsort(X)] = U[:3]
    return {
        "repeated index, reverse": taken,
        "repeated index, forward": (2 * U * X[REPEATED]) * V[REPEATED],
        "scatter": 2 * added[REPEATED[:3]],
        "argmax": np.where(X.max() == X, 2 * X, 0.0),
        "sort": weights,
        "rounding": np.round(X),
        "conversion to integers": np.trunc(X),
    }


def transformations() -> dict[str, np.ndarray]:
    """What each transformation must give."""
    return _smooth() | _loops() | _sparse() | _integer()


def recomputed(error: float, evaluations: int) -> tuple[float, str]:
    """The error of a gradient through a checkpoint, and how often it evaluated the function. Raises ValueError if that
    is not twice.
    """
    if evaluations != 2:
        raise ValueError(f"a gradient through the checkpoint evaluates the function {evaluations} times, expected 2")
    return error, f"{evaluations} evaluations"


def error(name: str, value: np.ndarray) -> float:
    """Largest absolute difference of a transformation's result; the values are of order 1."""
    expected = transformations()[name]
    if value.shape != expected.shape:
        raise ValueError(f"{name} has shape {value.shape}, expected {expected.shape}")
    return float(np.abs(value - expected).max())
