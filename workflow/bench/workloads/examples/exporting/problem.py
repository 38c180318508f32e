r"""From one framework to the other: a model migrated, trained, exported and loaded again.

    h = gelu(x W1 + b1),  y = LayerNorm(h; g, c) W2 + b2,  loss = mean((y - t)^2)
    gelu(z) = z Phi(z) (exact);  LayerNorm over the last axis with eps = 1e-5

x: (16, 4), W1: (4, 8), W2: (8, 2), t: (16, 2), float64, dimensionless. Ten steps of Adam (Kingma & Ba 2015; rate 0.01,
betas 0.9 and 0.999, eps 1e-8 outside the root). The weights travel in one .npz file with torch's names and layouts
(`state_dict`; a Linear's weight is (outputs, inputs)); MAPPING says which array of the other framework each becomes.
torch loads the file strictly, so the names are proved to be its own; jax maps it. Both must reproduce outputs,
gradients and the ten losses of the NumPy reference below, and get the same outputs from the exported model after it
was written to a file and read again. Asymmetries: jax has no layers and no optimisers of its own, so the model is a
function and the optimiser comes from optax; GELU is exact by default in torch and tanh in jax.nn, and is named here.
"""

import math
from collections.abc import Callable
from pathlib import Path

import numpy as np

TITLE = {"en": "A model exported, loaded again and migrated", "zh": "模型的导出、重新载入与迁移"}
SECTION = 9
CLAIMS = ("core-dev-deploy", "faq-migrate")
RATE, BETAS, EPSILON, STEPS = 0.01, (0.9, 0.999), 1e-8, 10
NORM_EPSILON = 1e-5
TOLERANCE = 1e-8
Parameters = dict[str, np.ndarray]

MAPPING: dict[str, tuple[str, bool]] = {
    "0.weight": ("W1", True),
    "0.bias": ("b1", False),
    "2.weight": ("g", False),
    "2.bias": ("c", False),
    "3.weight": ("W2", True),
    "3.bias": ("b2", False),
}
"""torch's name -> (the other name, whether the layout is transposed)."""

_erf = np.vectorize(math.erf)


def inputs() -> tuple[np.ndarray, np.ndarray]:
    """x and t."""
    random = np.random.default_rng(10)
    return random.normal(size=(16, 4)), random.normal(size=(16, 2))


def parameters() -> Parameters:
    """Initial weights by their short names."""
    random = np.random.default_rng(11)
    shapes = {"W1": (4, 8), "b1": (8,), "g": (8,), "c": (8,), "W2": (8, 2), "b2": (2,)}
    return {name: random.normal(0, 0.5, shape) + (name == "g") for name, shape in shapes.items()}


def to_torch(values: Parameters) -> Parameters:
    """Arrays by torch's names in its layouts."""
    return {theirs: values[ours].T if turned else values[ours] for theirs, (ours, turned) in MAPPING.items()}


def from_torch(values: Parameters) -> Parameters:
    """Arrays by their short names."""
    return {ours: values[theirs].T if turned else values[theirs] for theirs, (ours, turned) in MAPPING.items()}


def checkpoint(folder: Path) -> Path:
    """A file with the initial weights as torch names and lays them out."""
    path = folder / "weights.npz"
    np.savez(path, **to_torch(parameters()))  # type: ignore[arg-type]
    return path


def forward(values: Parameters, x: np.ndarray) -> np.ndarray:
    """The model's output, (rows, 2)."""
    z = x @ values["W1"] + values["b1"]
    h = z * 0.5 * (1 + _erf(z / np.sqrt(2)))
    centred = h - h.mean(-1, keepdims=True)
    normal = centred / np.sqrt((centred**2).mean(-1, keepdims=True) + NORM_EPSILON)
    return (normal * values["g"] + values["c"]) @ values["W2"] + values["b2"]


def loss(values: Parameters) -> float:
    """The mean squared error."""
    x, t = inputs()
    return float(((forward(values, x) - t) ** 2).mean())


def gradient(values: Parameters) -> Parameters:
    """The loss's gradient by the chain rule, written out."""
    x, t = inputs()
    z = x @ values["W1"] + values["b1"]
    phi = 0.5 * (1 + _erf(z / np.sqrt(2)))
    h = z * phi
    centred = h - h.mean(-1, keepdims=True)
    deviation = np.sqrt((centred**2).mean(-1, keepdims=True) + NORM_EPSILON)
    normal = centred / deviation
    dy = 2 * (forward(values, x) - t) / t.size
    dscaled = dy @ values["W2"].T
    dnormal = dscaled * values["g"]
    dh = (dnormal - dnormal.mean(-1, keepdims=True) - normal * (dnormal * normal).mean(-1, keepdims=True)) / deviation
    dz = dh * (phi + z * np.exp(-(z**2) / 2) / np.sqrt(2 * np.pi))
    return {
        "W1": x.T @ dz,
        "b1": dz.sum(0),
        "g": (dscaled * normal).sum(0),
        "c": dscaled.sum(0),
        "W2": (normal * values["g"] + values["c"]).T @ dy,
        "b2": dy.sum(0),
    }


def train() -> tuple[Parameters, list[float]]:
    """Weights after the steps of Adam, and the losses before each."""
    values = parameters()
    mean = {name: np.zeros_like(value) for name, value in values.items()}
    square = {name: np.zeros_like(value) for name, value in values.items()}
    losses = []
    for step in range(1, STEPS + 1):
        losses.append(loss(values))
        for name, slope in gradient(values).items():
            mean[name] = BETAS[0] * mean[name] + (1 - BETAS[0]) * slope
            square[name] = BETAS[1] * square[name] + (1 - BETAS[1]) * slope**2
            corrected = mean[name] / (1 - BETAS[0] ** step), square[name] / (1 - BETAS[1] ** step)
            values[name] = values[name] - RATE * corrected[0] / (np.sqrt(corrected[1]) + EPSILON)
    return values, losses


def difference(found: Parameters | np.ndarray, expected: Parameters | np.ndarray) -> float:
    """Largest difference of one array, or of all arrays of a dictionary, relative to the largest expected value."""
    if isinstance(found, dict):
        if not isinstance(expected, dict) or set(found) != set(expected):
            raise ValueError(f"names are {sorted(found)}, expected {sorted(expected)}")
        return max(difference(found[name], expected[name]) for name in expected)
    a, b = np.asarray(found), np.asarray(expected)
    if a.shape != b.shape:
        raise ValueError(f"shape is {a.shape}, expected {b.shape}")
    return float(np.abs(a - b).max() / np.abs(b).max())


def reproduced(output: Callable[[np.ndarray], np.ndarray]) -> float:
    """Largest relative difference of a trained model's outputs from those of the reference."""
    x, _ = inputs()
    return difference(output(x), forward(train()[0], x))
