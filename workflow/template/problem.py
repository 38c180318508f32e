r"""One dense layer with a squared loss: a small training, to be copied and turned into another workload.

Copy this folder to `workflow/bench/workloads/<family>/<name>/`. In the two implementations, `training.template` in the
import of the problem becomes `<family>.<name>`; copied to `training/template`, they are right as they stand. Then
`python -m pytest tests/bench/test_workloads.py -k <name>` holds the copy to the contract (`bench/contract.py`).
Replace this docstring too. It is the specification: from here on it shows what that has to say.

Data: x (rows, inputs) of normal numbers; t (rows, outputs) from a linear law with normal noise of deviation 0.1.
Everything is dimensionless.

Model and loss, with W (inputs, outputs) and b (outputs,), the mean over the n = rows · outputs squared residuals:

    y = x W + b        L = 1/n Σ (y - t)²

Tasks: `train` is one step of gradient descent on the fixed batch; `forward` is y as `output`; `gradient` (parity gate)
is the loss and its gradient at the initial parameters:

    e = 2/n (y - t)    dL/dW = xᵀ e    dL/db = Σ_rows e    W ← W - 0.1 dL/dW,  b ← b - 0.1 dL/db

Initial parameters: uniform in ±1/√inputs, as torch.nn.Linear draws them. Weights are stored (in, out).

FLOPs: two per multiply-add of the product; the backward pass has one more, that for dL/dW.

The NumPy reference is written by hand from the formulas above.

Asymmetries: PyTorch's eager step uses its fused SGD, JAX's eager step optax operation by operation.
"""

from __future__ import annotations

import math
from typing import Any

import numpy as np

from bench.workloads.training.by_hand import observed

TITLE = {"en": "One dense layer", "zh": "一个全连接层"}
SECTION = 5
SCENARIO = "practice"
ITEM = "rows"
SIZES: dict[str, dict[str, Any]] = {
    "tiny": {"rows": 8, "inputs": 4, "outputs": 3},
    "small": {"rows": 64, "inputs": 128, "outputs": 128},
    "medium": {"rows": 256, "inputs": 1024, "outputs": 1024},
}
SWEEPS: dict[str, dict[str, Any]] = {f"batch-{rows}": SIZES["small"] | {"rows": rows} for rows in (16, 64, 256)}
TASKS = ("train", "forward")
QUICK_TASKS = ("train",)
MANY_TASKS = ("train",)
CHECK_TASKS = ("gradient", "train", "forward")
PRECISIONS = ("float32", "float64")
TOLERANCE = 1e-8
PRECISION_TOLERANCE = {"float64": 1e-8, "float32": 1e-5}

NOISE = 0.1
LEARNING_RATE = 0.1
CHECK_STEPS = 5
SEED = 20240601

Arrays = dict[str, np.ndarray]


class Problem:
    """The data, the initial parameters and the reference values at one size."""

    def __init__(self, size: str) -> None:
        self.size = size
        chosen = {**SIZES, **SWEEPS}[size]
        self.rows: int = chosen["rows"]
        self.shape: tuple[int, int] = (chosen["inputs"], chosen["outputs"])

    def inputs(self) -> Arrays:
        """The fixed batch: `x` (rows, inputs) and `t` (rows, outputs)."""
        random = np.random.default_rng(SEED)
        x = random.standard_normal((self.rows, self.shape[0]))
        law = random.standard_normal(self.shape) / math.sqrt(self.shape[0])
        return {"x": x, "t": x @ law + random.normal(0.0, NOISE, (self.rows, self.shape[1]))}

    def parameters(self) -> Arrays:
        """`weight` (inputs, outputs) and `bias` (outputs,)."""
        random = np.random.default_rng(SEED + 1)
        bound = 1 / math.sqrt(self.shape[0])
        return {
            "weight": random.uniform(-bound, bound, self.shape),
            "bias": random.uniform(-bound, bound, self.shape[1]),
        }

    def flops(self, task: str) -> float:
        """Multiplications and additions of the products; nothing is propagated back into x."""
        product = 2.0 * self.rows * math.prod(self.shape)
        return product if task == "forward" else 2 * product

    def items(self, task: str) -> float:
        """Rows seen per step."""
        return float(self.rows)

    def reference(self, task: str) -> Arrays:
        """What the implementations must observe: after five steps for `train`."""
        batch, parameters = self.inputs(), self.parameters()
        if task == "forward":
            return {"output": forward(parameters, batch["x"])}
        if task == "gradient":
            return observed.gradient(*loss_and_gradient(parameters, **batch))
        losses = []
        for _ in range(CHECK_STEPS):
            loss, gradients = loss_and_gradient(parameters, **batch)
            losses.append(loss)
            parameters = {name: value - LEARNING_RATE * gradients[name] for name, value in parameters.items()}
        return observed.training(np.array(losses), parameters)


def forward(parameters: Arrays, x: np.ndarray) -> np.ndarray:
    """y = x W + b."""
    return x @ parameters["weight"] + parameters["bias"]


def loss_and_gradient(parameters: Arrays, x: np.ndarray, t: np.ndarray) -> tuple[float, Arrays]:
    """The mean squared residual and its derivative with respect to both parameters."""
    residual = forward(parameters, x) - t
    error = 2 / residual.size * residual
    return float(np.mean(residual**2)), {"weight": x.T @ error, "bias": error.sum(axis=0)}
