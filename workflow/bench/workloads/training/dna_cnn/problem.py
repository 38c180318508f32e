r"""A one-dimensional convolutional network on DNA: does a sequence hold a motif? (section 6, genomics)

Data: synthetic. Sequences of `length` bases, drawn uniformly from A, C, G, T. Every second one (label 1) holds one
instance of a motif at a uniformly drawn place; the motif is a position weight matrix of 12 positions (8 at size
`tiny`), each a Dirichlet(0.15) draw, and an instance draws every base from it. The sequences are one-hot: zeros and
ones, shape (batch, length, 4).

Model, in the manner of DeepBind (Alipanahi et al., Nature Biotechnology 33, 2015), DeepSEA (Zhou, Troyanskaya, Nature
Methods 12, 2015) and Basset (Kelley et al., Genome Research 26, 2016), with n filters, then 2 n:
    first   convolution of width 19 over the 4 bases, n filters; maximum over every 4 places; ReLU
    second  convolution of width 11, 2 n filters; maximum over all places; ReLU
    hidden  linear, 2 n → n; ReLU
    output  linear, n → 1: the logit z that the motif is there
(widths 5 and 3 at size `tiny`). Convolutions are cross-correlations with stride 1, padded with zeros to keep the
length. The maximum comes before the ReLU, which is the same, and has fewer places to look at. Loss: the binary cross
entropy, the mean of log(1 + exp z) - z label. Adam with rate 0.001, β = (0.9, 0.999), ε = 1e-8 outside the root.

Filters are stored (1, width, in, out), those of a two-dimensional convolution of height 1; linear weights (in, out).
Initial weights and biases are uniform in ±1/√fan-in, as torch.nn draws them.

Two places that tie for a maximum see the same bases, so that it does not matter which of them gets the gradient.

Tasks: `train` is one step on one fixed batch, `forward` the logits (batch,) of that batch, `gradient` (parity gate)
the loss and its gradient at the initial parameters. The NumPy reference is written by hand, backward pass and Adam
included. Everything is dimensionless.

Precision bfloat16 is mixed: float32 parameters and optimiser; convolutions, maxima and linear layers in bfloat16; the
loss in float32.

The same by different words: PyTorch has channels-last convolutions in two dimensions only, so its implementation runs
the one-dimensional ones as such of height 1 (on two cores a compiled step is a third faster than with nn.Conv1d);
JAX's run in one dimension, channels last (`NWC`). Compiled PyTorch takes the maximum over 4 places as
maxima of pairs, eager PyTorch with max_pool2d, JAX with a reshape and a maximum; but for the window's, derivatives are
comparisons and not a scatter.
"""

from __future__ import annotations

import math
from typing import Any

import numpy as np

from bench.workloads.training.by_hand import observed
from bench.workloads.training.by_hand.adam import adam

TITLE = {"en": "Convolutional network on DNA sequences", "zh": "DNA 序列上的卷积网络"}
SECTION = 6
SCENARIO = "health"
ITEM = "sequences"
SIZES: dict[str, dict[str, Any]] = {
    "tiny": {"batch": 6, "length": 24, "filters": 4, "widths": (5, 3), "motif": 8},
    "small": {"batch": 64, "length": 200, "filters": 32, "widths": (19, 11), "motif": 12},
    "medium": {"batch": 256, "length": 1000, "filters": 128, "widths": (19, 11), "motif": 12},
    "large": {"batch": 2048, "length": 1000, "filters": 320, "widths": (19, 11), "motif": 12},
}
SWEEPS: dict[str, dict[str, Any]] = {
    **{f"batch-{batch}": SIZES["small"] | {"batch": batch} for batch in (1, 8, 32, 128, 512, 2048)},
    **{f"length-{length}": SIZES["small"] | {"length": length} for length in (100, 400, 1600, 6400, 25600)},
}
QUICK_MODES = {"torch": ("compile",), "jax": ("jit",)}
TASKS = ("train", "forward")
QUICK_TASKS = ("train",)
SWEEP_TASKS = ("train", "forward")
CHECK_TASKS = ("gradient", "train", "forward")
PRECISIONS = ("float32", "float64", "tf32", "bfloat16")
TOLERANCE = 1e-8
PRECISION_TOLERANCE = {"float64": 1e-8, "float32": 1e-4, "tf32": 1e-2, "bfloat16": 5e-2}

BASES = 4
POOL = 4
"""Places over which the first maximum is taken."""
LEARNING_RATE = 1e-3
CHECK_STEPS = 5
SEED = 20240611

Arrays = dict[str, np.ndarray]


class Problem:
    """The sequences, the initial parameters and the reference values at one size."""

    def __init__(self, size: str) -> None:
        self.size = size
        self.settings: dict[str, Any] = {**SIZES, **SWEEPS}[size]
        self.batch: int = self.settings["batch"]
        self.length: int = self.settings["length"]

    def inputs(self) -> Arrays:
        """The fixed batch: `sequences` (batch, length, 4), one-hot, and `labels` (batch,), 0.0 or 1.0."""
        random = np.random.default_rng(SEED)
        bases = random.integers(0, BASES, (self.batch, self.length))
        motif = random.dirichlet(np.full(BASES, 0.15), self.settings["motif"])
        labels = np.arange(self.batch) % 2
        for row in np.flatnonzero(labels):
            start = random.integers(0, self.length - len(motif) + 1)
            bases[row, start : start + len(motif)] = [random.choice(BASES, p=position) for position in motif]
        return {"sequences": np.eye(BASES)[bases], "labels": labels.astype(np.float64)}

    def shapes(self) -> dict[str, tuple[int, ...]]:
        """Shapes of the four weights: (1, width, in, out) and (in, out)."""
        filters, (first, second) = self.settings["filters"], self.settings["widths"]
        return {
            "first": (1, first, BASES, filters),
            "second": (1, second, filters, 2 * filters),
            "hidden": (2 * filters, filters),
            "output": (filters, 1),
        }

    def parameters(self) -> Arrays:
        """`<layer>.weight` and `<layer>.bias` (out,) of the layers first, second, hidden and output."""
        random = np.random.default_rng(SEED + 1)
        drawn = {}
        for layer, shape in self.shapes().items():
            bound = 1 / math.sqrt(math.prod(shape[:-1]))
            drawn[f"{layer}.weight"] = random.uniform(-bound, bound, shape)
            drawn[f"{layer}.bias"] = random.uniform(-bound, bound, shape[-1])
        return drawn

    def flops(self, task: str) -> float:
        """Multiplications and additions of convolutions and linear layers, the padding's too.

        Backward counts twice forward, without the derivative in the one-hot sequences, which nobody asks for.
        """
        places = {"first": self.length, "second": self.length // POOL, "hidden": 1, "output": 1}
        products = {
            layer: 2.0 * self.batch * places[layer] * math.prod(shape) for layer, shape in self.shapes().items()
        }
        whole = sum(products.values())
        return whole if task == "forward" else 3 * whole - products["first"]

    def items(self, task: str) -> float:
        """Sequences seen per step."""
        return float(self.batch)

    def reference(self, task: str) -> Arrays:
        """What the implementations must observe: after five steps for `train`."""
        batch, parameters = self.inputs(), self.parameters()
        if task == "forward":
            return {"output": forward(parameters, batch["sequences"])["logits"]}
        if task == "gradient":
            return observed.gradient(*loss_and_gradient(parameters, **batch))
        return observed.training(
            *adam(parameters, lambda now: loss_and_gradient(now, **batch), CHECK_STEPS, LEARNING_RATE)
        )


def windows(values: np.ndarray, width: int) -> np.ndarray:
    """The neighbourhood of every place, padded with zeros: (batch, length, in) to (batch, length, in, width)."""
    padded = np.pad(values, ((0, 0), (width // 2, width // 2), (0, 0)))
    return np.lib.stride_tricks.sliding_window_view(padded, width, axis=1)


def convolution(values: np.ndarray, weight: np.ndarray) -> np.ndarray:
    """The cross-correlation (batch, length, out) of values (batch, length, in) with a weight (1, width, in, out)."""
    return np.einsum("blik,kio->blo", windows(values, weight.shape[1]), weight[0])


def forward(parameters: Arrays, sequences: np.ndarray) -> Arrays:
    """The logits (batch,), and the values on the way that the backward pass needs."""
    batch = len(sequences)
    z = convolution(sequences, parameters["first.weight"]) + parameters["first.bias"]
    groups = z.reshape(batch, -1, POOL, z.shape[-1])
    first = np.maximum(groups.max(axis=2), 0)
    second = convolution(first, parameters["second.weight"]) + parameters["second.bias"]
    pooled = np.maximum(second.max(axis=1), 0)
    hidden = np.maximum(pooled @ parameters["hidden.weight"] + parameters["hidden.bias"], 0)
    logits = (hidden @ parameters["output.weight"] + parameters["output.bias"])[:, 0]
    return {"groups": groups, "first": first, "second": second, "pooled": pooled, "hidden": hidden, "logits": logits}


def loss_and_gradient(parameters: Arrays, sequences: np.ndarray, labels: np.ndarray) -> tuple[float, Arrays]:
    """Mean binary cross entropy and its derivative with respect to every parameter, by the chain rule."""
    found = forward(parameters, sequences)
    logits, gradients = found["logits"], {}
    loss = float(np.mean(np.logaddexp(0, logits) - logits * labels))
    error = ((1 / (1 + np.exp(-logits)) - labels) / len(labels))[:, None]
    for layer, inputs in (("output", found["hidden"]), ("hidden", found["pooled"])):
        gradients[f"{layer}.weight"], gradients[f"{layer}.bias"] = inputs.T @ error, error.sum(axis=0)
        error = (error @ parameters[f"{layer}.weight"].T) * (inputs > 0)
    spread = np.zeros_like(found["second"])
    np.put_along_axis(spread, found["second"].argmax(axis=1)[:, None], error[:, None], axis=1)
    gradients |= _convolution_gradient("second", found["first"], spread, parameters["second.weight"].shape[1])
    turned = parameters["second.weight"][:, ::-1].swapaxes(2, 3)
    error = convolution(spread, turned) * (found["first"] > 0)
    spread = np.zeros_like(found["groups"])
    np.put_along_axis(spread, found["groups"].argmax(axis=2)[:, :, None], error[:, :, None], axis=2)
    spread = spread.reshape(*sequences.shape[:2], -1)
    return loss, gradients | _convolution_gradient("first", sequences, spread, parameters["first.weight"].shape[1])


def _convolution_gradient(layer: str, values: np.ndarray, error: np.ndarray, width: int) -> Arrays:
    weight = np.einsum("blik,blo->kio", windows(values, width), error)[None]
    return {f"{layer}.weight": weight, f"{layer}.bias": error.sum(axis=(0, 1))}
