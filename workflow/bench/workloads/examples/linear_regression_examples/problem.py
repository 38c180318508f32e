r"""Linear regression of three points: patterns that listings use, and what 100 epochs do from 100 initial weights.

    y = x W + b,  loss = mean((y - t)^2),  x = [[1, 2], [3, 4], [5, 6]],  t = [[1], [2], [3]]

Gradient descent, rate 0.01, 100 epochs on all points. The points lie on t = (x1 + 1) / 2 = x2 / 2, so every exact fit
is a least-squares solution; the one of least norm predicts 4 for (7, 8), and so do all others, because (7, 8) lies on
the same line. Initial weights are uniform on (-1/sqrt 2, 1/sqrt 2), the default of torch.nn.Linear, drawn by NumPy, so
that both frameworks start from the same 100. In float32, dimensionless.

Patterns, each run in both frameworks: random numbers from a `random` module; the gradient of an integer input; the
gradient of a non-scalar; parameters that a compiled function closes over and that are updated later; an array
formatted as a number.
"""

import numpy as np

TITLE = {"en": "The linear regression, as printed and as fitted", "zh": "线性回归：照印刷代码运行与实际拟合"}
SECTION = 5
CLAIMS = ("prac-jax-linreg", "prac-torch-linreg", "prac-torch-extras")
X = np.array([[1, 2], [3, 4], [5, 6]], np.float32)
T = np.array([[1], [2], [3]], np.float32)
QUERY = np.array([[7, 8]], np.float32)
RATE = 0.01
EPOCHS = 100
SEEDS = 100


def initial(seed: int) -> dict[str, np.ndarray]:
    """W (2, 1) and b (1,) of a seed."""
    random = np.random.default_rng(seed)
    bound = 1 / np.sqrt(2)
    return {
        "W": random.uniform(-bound, bound, (2, 1)).astype(np.float32),
        "b": random.uniform(-bound, bound, 1).astype(np.float32),
    }


def stacked() -> dict[str, np.ndarray]:
    """The parameters of all seeds: W (seeds, 2, 1), b (seeds, 1)."""
    drawn = [initial(seed) for seed in range(SEEDS)]
    return {name: np.stack([parameters[name] for parameters in drawn]) for name in ("W", "b")}


def least_squares() -> float:
    """The prediction for the query by least squares with an intercept."""
    design = np.hstack([X, np.ones((3, 1))]).astype(np.float64)
    weights, *_ = np.linalg.lstsq(design, T.astype(np.float64), rcond=None)
    return float((np.hstack([QUERY[0], 1]) @ weights)[0])


def summary(values: np.ndarray) -> dict[str, list[float]]:
    """All values, rounded to seven digits, as JSON takes them."""
    return {"values": [float(f"{value:.7g}") for value in values]}
