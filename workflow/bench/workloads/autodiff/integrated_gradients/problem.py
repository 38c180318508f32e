r"""Integrated gradients: which pixels made a trained classifier decide as it did.

For an image x (64 pixels in [0, 1]), a baseline x′ (all zero) and f, the probability that the classifier gives to the
class that it predicts for x, the attribution of pixel i is a path integral, here by the midpoint rule with m points:

    A_i = (x_i − x′_i) ∫₀¹ ∂f/∂x_i (x′ + α (x − x′)) dα
        ≈ (x_i − x′_i)/m Σ_k ∂f/∂x_i (x′ + α_k (x − x′)),    α_k = (k + ½)/m, k = 0 … m − 1

Completeness: Σ_i A_i = f(x) − f(x′) for the integral. The largest difference over the images is the extra result
`completeness_error` of a run; it is the error of the quadrature.

The classifier is a perceptron 64 → 128 → 64 → 10 with ReLU and softmax, weights (in, out), trained on scikit-learn's
digits (1797 images of 8 × 8 pixels; UCI, CC BY 4.0) by `TRAINING_STEPS` steps of momentum descent in NumPy, seeded, in
a fraction of a second and in the same way on every machine up to rounding. All frameworks get its weights.

Task `attribution`: A for a batch of n images, shape (n, 64). All m·n gradients are computed at once, as gradient of the
sum of all probabilities with respect to the points; the network is a black box that maps points to probabilities.
Task `primal`: what these gradients are of, f at all points, as `probability` (m, n); the points are made in both tasks.
Images are taken from the end of the data, which training has not seen at the sizes `tiny`, `small` and `medium`.

Reference: the backward pass written by hand in NumPy, the points of the path one after the other.

Source: Sundararajan, Taly, Yan, Axiomatic attribution for deep networks, ICML 2017 (equations 1 and 3).
"""

from __future__ import annotations

from functools import cache
from itertools import pairwise
from typing import Any

import numpy as np

from bench.workloads.datasets.handwriting import digits

TITLE = {"en": "Integrated gradients", "zh": "积分梯度归因"}
SECTION = 8
SCENARIO = "explain"
ITEM = "evaluations"
SIZES: dict[str, dict[str, Any]] = {
    "tiny": {"images": 4, "steps": 5},
    "small": {"images": 64, "steps": 50},
    "medium": {"images": 256, "steps": 100},
    "large": {"images": 1024, "steps": 200},
}
SWEEPS: dict[str, dict[str, Any]] = {f"steps-{steps}": {"images": 64, "steps": steps} for steps in (20, 50, 100, 200)}
TASKS = ("primal", "attribution")
QUICK_TASKS = ("attribution",)
QUICK_MODES = {"torch": ("compile",), "jax": ("jit",)}
SWEEP_TASKS = TASKS
CHECK_TASKS = TASKS
PRECISIONS = ("float64", "float32", "tf32")
TOLERANCE = 1e-8
PRECISION_TOLERANCE = {"float64": 1e-8, "float32": 1e-5, "tf32": 2e-2}

SEED = 20240621
PIXELS, HIDDEN, CLASSES = 64, (128, 64), 10
TRAINED_ON = 1500
"""Images that training sees, the first of the data."""
BATCH, TRAINING_STEPS = 100, 300
RATE, MOMENTUM = 0.1, 0.9
LARGEST_REFERENCE = 2**17
"""Evaluations up to which the reference takes seconds at most."""

Arrays = dict[str, np.ndarray]


def initial() -> Arrays:
    """Weights (in, out) after He et al. (2015), biases zero."""
    random, widths = np.random.default_rng(SEED), (PIXELS, *HIDDEN, CLASSES)
    weights = {
        f"W{layer}": random.standard_normal(shape) * np.sqrt(2 / shape[0])
        for layer, shape in enumerate(pairwise(widths))
    }
    return weights | {f"b{layer}": np.zeros(width) for layer, width in enumerate(widths[1:])}


def activations(parameters: Arrays, x: np.ndarray) -> tuple[list[np.ndarray], np.ndarray]:
    """The inputs of the three layers, and the probabilities (n, 10), of points x (n, 64)."""
    inputs = [x]
    for layer in (0, 1):
        inputs.append(np.maximum(inputs[-1] @ parameters[f"W{layer}"] + parameters[f"b{layer}"], 0))
    scores = inputs[-1] @ parameters["W2"] + parameters["b2"]
    powers = np.exp(scores - scores.max(axis=1, keepdims=True))
    return inputs, powers / powers.sum(axis=1, keepdims=True)


def propagate(parameters: Arrays, inputs: list[np.ndarray], by_scores: np.ndarray) -> list[np.ndarray]:
    """From derivatives by the scores (n, 10), those by the outputs of each layer and, first of all, by x (n, 64)."""
    by_outputs = [by_scores]
    for layer in (2, 1):
        by_outputs.insert(0, (by_outputs[0] @ parameters[f"W{layer}"].T) * (inputs[layer] > 0))
    return [by_outputs[0] @ parameters["W0"].T, *by_outputs]


@cache
def trained() -> Arrays:
    """The weights after training; cached, not to be changed."""
    random, parameters = np.random.default_rng(SEED + 1), initial()
    images, classes = digits()
    velocity = {name: np.zeros_like(value) for name, value in parameters.items()}
    for _ in range(TRAINING_STEPS):
        batch = random.integers(TRAINED_ON, size=BATCH)
        inputs, probabilities = activations(parameters, images[batch])
        _, *by_outputs = propagate(parameters, inputs, (probabilities - np.eye(CLASSES)[classes[batch]]) / BATCH)
        for layer, (given, slope) in enumerate(zip(inputs, by_outputs, strict=True)):
            for name, gradient in ((f"W{layer}", given.T @ slope), (f"b{layer}", slope.sum(axis=0))):
                velocity[name] = MOMENTUM * velocity[name] - RATE * gradient
                parameters[name] = parameters[name] + velocity[name]
    return parameters


def probability(parameters: Arrays, x: np.ndarray, classes: np.ndarray) -> np.ndarray:
    """f: the probabilities (n,) of the given classes (n,) for points x (n, 64)."""
    return activations(parameters, x)[1][np.arange(len(x)), classes]


def slope(parameters: Arrays, x: np.ndarray, classes: np.ndarray) -> np.ndarray:
    """∂f/∂x (n, 64), by hand."""
    inputs, probabilities = activations(parameters, x)
    chosen = np.eye(CLASSES)[classes]
    own = (probabilities * chosen).sum(axis=1, keepdims=True)
    return propagate(parameters, inputs, own * (chosen - probabilities))[0]


class Problem:
    """Images, the trained classifier and the reference at one size."""

    def __init__(self, size: str) -> None:
        self.size = size
        dimensions = {**SIZES, **SWEEPS}[size]
        self.images: int = dimensions["images"]
        self.steps: int = dimensions["steps"]
        self.evaluations = self.images * self.steps

    def inputs(self) -> Arrays:
        """`images` (n, 64), `baseline` (64,) and `classes` (n,), the predicted ones."""
        images = digits()[0][-self.images :].copy()
        return {
            "images": images,
            "baseline": np.zeros(PIXELS),
            "classes": activations(trained(), images)[1].argmax(axis=1),
        }

    def parameters(self) -> Arrays:
        """The trained weights `W0` (64, 128), `W1` (128, 64), `W2` (64, 10) and biases `b0`, `b1`, `b2`."""
        return {name: value.copy() for name, value in trained().items()}

    def flops(self, task: str) -> float:
        """The matrix products of the network forward and, for attributions, backward by its input, at every point."""
        widths, passes = (PIXELS, *HIDDEN, CLASSES), {"primal": 1, "attribution": 2}[task]
        return 2.0 * passes * self.evaluations * sum(a * b for a, b in pairwise(widths))

    def items(self, task: str) -> float:
        """Evaluations of f, or of its gradient."""
        return float(self.evaluations)

    def reference(self, task: str) -> Arrays:
        """`attribution` (n, 64) or `probability` (m, n), by hand; nothing where it would take too long."""
        if self.evaluations > LARGEST_REFERENCE:
            return {}
        given, parameters = self.inputs(), trained()
        images, baseline, classes = given["images"], given["baseline"], given["classes"]
        alphas = (np.arange(self.steps) + 0.5) / self.steps
        path = (baseline + alpha * (images - baseline) for alpha in alphas)
        if task == "primal":
            return {"probability": np.stack([probability(parameters, points, classes) for points in path])}
        total = sum(slope(parameters, points, classes) for points in path)
        return {"attribution": (images - baseline) * total / self.steps}

    def metrics(self, observed: Arrays) -> dict[str, float]:
        """What a run of `attribution` reports besides its times."""
        return {"completeness_error": self.completeness_error(observed["attribution"])}

    def completeness_error(self, attribution: np.ndarray) -> float:
        """The largest |Σ A − (f(x) − f(x′))| over the images, of attributions (n, 64)."""
        given, parameters = self.inputs(), trained()
        start = np.broadcast_to(given["baseline"], given["images"].shape)
        rise = probability(parameters, given["images"], given["classes"]) - probability(
            parameters, start, given["classes"]
        )
        return float(np.abs(attribution.sum(axis=1) - rise).max())
