r"""One training step of many perceptrons at once, each with a learning rate of its own (section 8).

Data: scikit-learn's digits as in `mlp`, 8 × 8 pixels in [0, 1], ten classes; one fixed batch, shared by all models.
Model k of K: 64 → width → 10 with tanh, mean cross entropy L over the batch; weights (in, out); its own initial weights
and biases, uniform in ±1/√in. One step of plain gradient descent from there, with the rate η_k,

    θ_k ← θ_k − η_k ∂L/∂θ_k,    η_k from 1e-3 to 1 in equal steps of the logarithm.

Every step starts from the same parameters, which are arguments, so that nothing of one step can be kept for the next;
no two models are alike, so that nothing of one can serve another.

Tasks: `together` maps the step of one model over the stacked parameters (K, …) and the rates (K,): `torch.func.vmap`
and `jax.vmap`. `loop` takes the steps one after the other, as a search over rates is usually written: K calls of the
step of one model, compiled in the compiled modes. Both return the losses before the step, (K,), and the parameters
after it, stacked by `observe` in the task `loop`, outside the clock.

The reference is written by hand in NumPy. Everything is dimensionless.

Asymmetries: PyTorch's eager loop differentiates by the tape, the usual and faster way, and the mapped step by
`torch.func`, the only one that can be mapped; a model rewritten by hand for stacked parameters would spare eager
PyTorch what mapping costs per call, a third of the time at `small`, and is another program.
"""

from __future__ import annotations

import math
from typing import Any

import numpy as np

from bench.workloads.training.mlp.problem import CLASSES, PIXELS, digits

TITLE = {"en": "Many learning rates at once", "zh": "同时训练多个学习率"}
SECTION = 8
SCENARIO = "automl"
ITEM = "steps"
SIZES: dict[str, dict[str, Any]] = {
    "tiny": {"rates": 4, "width": 8, "batch": 8},
    "small": {"rates": 64, "width": 32, "batch": 64},
    "medium": {"rates": 256, "width": 128, "batch": 256},
    "large": {"rates": 1024, "width": 128, "batch": 256},
}
TASKS = ("together", "loop")
QUICK_TASKS = ("together",)
QUICK_MODES = {"torch": ("compile",), "jax": ("jit",)}
CHECK_TASKS = TASKS
PRECISIONS = ("float32", "float64")
TOLERANCE = 1e-8
PRECISION_TOLERANCE = {"float64": 1e-8, "float32": 1e-5}

SLOWEST, FASTEST = 1e-3, 1.0
"""The least and the greatest learning rate."""
SEED = 20240622

Arrays = dict[str, np.ndarray]


class Problem:
    """The batch, the rates, the stacked parameters and the reference at one size."""

    def __init__(self, size: str) -> None:
        self.size = size
        self.rates: int = SIZES[size]["rates"]
        self.width: int = SIZES[size]["width"]
        self.batch: int = SIZES[size]["batch"]

    def shapes(self) -> dict[str, tuple[int, int]]:
        """Shapes (in, out) of the weights of both layers."""
        return {"hidden": (PIXELS, self.width), "output": (self.width, CLASSES)}

    def inputs(self) -> Arrays:
        """`images` (batch, 64), `labels` (batch,) and `rates` (K,)."""
        images, labels = digits()
        return {
            "images": images[: self.batch],
            "labels": labels[: self.batch],
            "rates": np.geomspace(SLOWEST, FASTEST, self.rates),
        }

    def parameters(self) -> Arrays:
        """`<layer>.weight` (K, in, out) and `<layer>.bias` (K, out) of the layers `hidden` and `output`."""
        random = np.random.default_rng(SEED)
        drawn = {}
        for layer, (rows, columns) in self.shapes().items():
            bound = 1 / math.sqrt(rows)
            drawn[f"{layer}.weight"] = random.uniform(-bound, bound, (self.rates, rows, columns))
            drawn[f"{layer}.bias"] = random.uniform(-bound, bound, (self.rates, columns))
        return drawn

    def flops(self, task: str) -> float:
        """Multiplications and additions of the matrix products; nothing is propagated back into the images."""
        products = [2.0 * self.batch * rows * columns for rows, columns in self.shapes().values()]
        return self.rates * (3 * sum(products) - products[0])

    def items(self, task: str) -> float:
        """Steps of one model each."""
        return float(self.rates)

    def reference(self, task: str) -> Arrays:
        """`loss` (K,) before the step and `parameter.<name>`, stacked, after it."""
        given, parameters = self.inputs(), self.parameters()
        losses, gradients = losses_and_gradients(parameters, given["images"], given["labels"])
        after = {}
        for name, value in parameters.items():
            rates = given["rates"].reshape(-1, *[1] * (value.ndim - 1))
            after[f"parameter.{name}"] = value - rates * gradients[name]
        return {"loss": losses} | after


def losses_and_gradients(parameters: Arrays, images: np.ndarray, labels: np.ndarray) -> tuple[np.ndarray, Arrays]:
    """Mean cross entropies (K,) of all models and their derivatives by every parameter, by the chain rule."""
    hidden = np.tanh(images @ parameters["hidden.weight"] + parameters["hidden.bias"][:, None])
    scores = hidden @ parameters["output.weight"] + parameters["output.bias"][:, None]
    shifted = scores - scores.max(axis=2, keepdims=True)
    logarithms = shifted - np.log(np.exp(shifted).sum(axis=2, keepdims=True))
    rows = np.arange(len(labels))
    losses = -logarithms[:, rows, labels].mean(axis=1)
    error = np.exp(logarithms)
    error[:, rows, labels] -= 1.0
    error /= len(labels)
    inner = (error @ parameters["output.weight"].swapaxes(1, 2)) * (1 - hidden**2)
    return losses, {
        "hidden.weight": images.T @ inner,
        "hidden.bias": inner.sum(axis=1),
        "output.weight": hidden.swapaxes(1, 2) @ error,
        "output.bias": error.sum(axis=1),
    }
