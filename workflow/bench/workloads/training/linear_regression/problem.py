r"""Linear regression by gradient descent, the article's practical example (section 5).

Model: y = x w + b, x of shape (n, features), w of shape (features, 1), b of shape (1,). Loss: the mean of the n
squared residuals. One step of plain gradient descent with learning rate 0.01:

    r = x w + b - t        dL/dw = 2/n xᵀ r        dL/db = 2/n Σ r        w ← w - 0.01 dL/dw,  b ← b - 0.01 dL/db

Sizes `tiny` and `small` are the article's own three points, (1, 2) → 1, (3, 4) → 2, (5, 6) → 3, with 100 epochs and
a prediction for (7, 8); they are the same numbers, because the article has no smaller and no larger ones. The three
points lie on a line, so the least-squares solution is not unique, but every one of them predicts 4 for (7, 8).
Sizes `medium` and `large` are n normal points whose targets follow a known linear law with noise of standard
deviation 0.1: a matrix-vector product that is bound by memory.

Initial parameters: uniform in ±1/√features, the distribution of torch.nn.Linear, drawn once by NumPy for both.

Tasks: `train` is one step on the whole set; `fit` is all 100 epochs from the initial parameters.
The NumPy reference is written by hand from the formulas above.

In the modes `many` and `scan` a fit is one compiled call of 100 steps; in all others it calls the step 100 times.
"""

from __future__ import annotations

from typing import Any

import numpy as np

from bench.workloads.training.by_hand import observed

TITLE = {"en": "Linear regression", "zh": "线性回归"}
SECTION = 5
SCENARIO = "practice"
ITEM = "points"
SIZES: dict[str, dict[str, Any]] = {
    "tiny": {"points": 3, "features": 2},
    "small": {"points": 3, "features": 2},
    "medium": {"points": 65_536, "features": 64},
    "large": {"points": 524_288, "features": 64},
}
TASKS = ("train", "fit")
QUICK_TASKS = ("fit",)
MANY_TASKS = ("train", "fit")
CHECK_TASKS = ("gradient", "train", "fit")
PRECISIONS = ("float32", "float64", "tf32", "bfloat16")
TOLERANCE = 1e-8
PRECISION_TOLERANCE = {"float64": 1e-8, "float32": 1e-4, "tf32": 1e-2, "bfloat16": 5e-2}

LEARNING_RATE = 0.01
EPOCHS = 100
CALLS = {"fit": EPOCHS}
CHECK_STEPS = 5
SEED = 20240105


class Problem:
    """The data, the initial parameters and the reference values at one size."""

    def __init__(self, size: str) -> None:
        self.size = size
        self.points: int = SIZES[size]["points"]
        self.features: int = SIZES[size]["features"]

    def inputs(self) -> dict[str, np.ndarray]:
        """`x` (points, features), `t` (points, 1), and `query` (1, features), the point to predict."""
        if self.features == 2:
            return {
                "x": np.array([[1.0, 2], [3, 4], [5, 6]]),
                "t": np.array([[1.0], [2], [3]]),
                "query": np.array([[7.0, 8]]),
            }
        random = np.random.default_rng(SEED)
        x = random.standard_normal((self.points, self.features))
        law = random.standard_normal((self.features, 1))
        t = x @ law + 0.5 + 0.1 * random.standard_normal((self.points, 1))
        return {"x": x, "t": t, "query": random.standard_normal((1, self.features))}

    def parameters(self) -> dict[str, np.ndarray]:
        """`weight` (features, 1) and `bias` (1,)."""
        random = np.random.default_rng(SEED + 1)
        bound = 1 / np.sqrt(self.features)
        return {"weight": random.uniform(-bound, bound, (self.features, 1)), "bias": random.uniform(-bound, bound, 1)}

    def flops(self, task: str) -> float:
        """Multiplications and additions: two products with x, and five operations per residual, per epoch."""
        once = float(4 * self.points * self.features + 5 * self.points + 4 * (self.features + 1))
        return once * EPOCHS if task == "fit" else once

    def items(self, task: str) -> float:
        """Points seen per step."""
        return float(self.points * (EPOCHS if task == "fit" else 1))

    def reference(self, task: str) -> dict[str, np.ndarray]:
        """What the implementations must observe: after five steps for `train`, after 100 for `fit`."""
        data, parameters = self.inputs(), self.parameters()
        if task == "gradient":
            return observed.gradient(*loss_and_gradient(parameters, data))
        losses = []
        for _ in range(EPOCHS if task == "fit" else CHECK_STEPS):
            loss, gradients = loss_and_gradient(parameters, data)
            parameters = {name: value - LEARNING_RATE * gradients[name] for name, value in parameters.items()}
            losses.append(loss)
        found = observed.training(np.array(losses), parameters)
        if task == "fit":
            found["prediction"] = data["query"] @ parameters["weight"] + parameters["bias"]
        return found

    def least_squares(self) -> np.ndarray:
        """The prediction for `query` of the least-squares solution of smallest norm, shape (1, 1)."""
        data = self.inputs()
        extended = np.hstack([data["x"], np.ones((self.points, 1))])
        solution = np.linalg.lstsq(extended, data["t"], rcond=None)[0]
        return np.hstack([data["query"], np.ones((1, 1))]) @ solution


def loss_and_gradient(parameters: dict[str, np.ndarray], data: dict[str, np.ndarray]) -> tuple[float, dict]:
    """The mean squared residual and its derivatives by hand."""
    residual = data["x"] @ parameters["weight"] + parameters["bias"] - data["t"]
    scaled = 2 / len(residual) * residual
    return float(np.mean(residual**2)), {"weight": data["x"].T @ scaled, "bias": scaled.sum(axis=0)}
