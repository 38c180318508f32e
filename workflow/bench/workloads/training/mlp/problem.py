r"""A multilayer perceptron on handwritten digits: the smallest real training run (section 5).

Data: the 1,797 images of 8 × 8 pixels that scikit-learn brings (`load_digits`: E. Alpaydin, C. Kaynak, "Optical
Recognition of Handwritten Digits", UCI, 1998), divided by 16, in ten classes. A fixed shuffle makes 1,437 of them the
training set and 360 the test set.

Model: 64 → width → width → 10, exact GELU, g(z) = z Φ(z) with Φ the normal distribution function; logits; the mean
cross entropy over the batch. Adam (Kingma, Ba, 2015) with rate 0.001, β = (0.9, 0.999), ε = 1e-8 outside the root.
Weights are stored (in, out); initial weights and biases are uniform in ±1/√in, as torch.nn.Linear draws them.

Tasks: `train` is one step on one fixed batch, the first images of the training set; `forward` is the logits of that
batch; `gradient` (parity gate) is the loss and its gradient at the initial parameters.
`train_dropout` is the step with dropout (Srivastava et al., 2014) behind both activations, with probability `DROPOUT`;
each framework draws its masks itself, anew in every step, by the generator that it takes by default. Losses then agree
within the scatter of the masks; at size `tiny` the parity gate also holds mean and standard deviation of the logits of
the initial weights over `DRAWS` masks to those of NumPy's masks: a wrong probability or scale is seen in these.
`target` trains until the test accuracy is 0.97; its seed decides the initial weights and the order of the batches.
`metrics` trains from the initial parameters for 5 epochs (1 at size `tiny`) over batches whose order is drawn here,
once for both frameworks (the last, incomplete batch is left out), and reports the mean loss of every epoch, the test
accuracy and the number of steps.

Precision bfloat16 is mixed: float32 parameters and optimiser; matrix products and GELU in bfloat16; cross entropy in
float32.

The NumPy reference (forward, backward and Adam) is written by hand. Everything is dimensionless.

Asymmetry: PyTorch's compiled step writes into the parameters; JAX's donates them, which comes to the same. PyTorch's
eager step uses its fused Adam, for which JAX's eager mode has no counterpart: optax runs operation by operation.
"""

from __future__ import annotations

import math
from collections.abc import Sequence
from functools import cache
from typing import Any

import numpy as np

from bench.workloads.datasets import handwriting
from bench.workloads.training.by_hand import observed
from bench.workloads.training.by_hand.adam import adam

TITLE = {"en": "Multilayer perceptron on digits", "zh": "手写数字上的多层感知机"}
SECTION = 5
SCENARIO = "practice"
ITEM = "images"
SIZES: dict[str, dict[str, Any]] = {
    "tiny": {"width": 16, "batch": 8, "epochs": 1},
    "small": {"width": 128, "batch": 64, "epochs": 5},
    "medium": {"width": 1024, "batch": 256, "epochs": 5},
    "large": {"width": 4096, "batch": 1024, "epochs": 5},
}
SWEEPS: dict[str, dict[str, Any]] = {
    **{f"batch-{batch}": SIZES["small"] | {"batch": batch} for batch in (1, 8, 16, 32, 64, 128, 256, 512, 1024)},
    **{f"width-{width}": SIZES["small"] | {"width": width} for width in (32, 64, 128, 256, 512, 1024, 2048, 4096)},
}
TASKS = ("train", "forward", "target", "train_dropout")
QUICK_TASKS = ("train",)
SWEEP_TASKS = ("train", "forward")
MANY_TASKS = ("train",)
QUICK_MODES = {"torch": ("eager", "compile", "many"), "jax": ("jit", "scan")}
TARGET: dict[str, dict[str, Any]] = {
    "tiny": {"score": "test_accuracy", "value": 0.4, "above": True, "every": 10, "most": 1000},
    "small": {"score": "test_accuracy", "value": 0.97, "above": True, "every": 11, "most": 2200},
    "medium": {"score": "test_accuracy", "value": 0.97, "above": True, "every": 5, "most": 1000},
    "large": {"score": "test_accuracy", "value": 0.97, "above": True, "every": 1, "most": 400},
}
CHECK_TASKS = ("gradient", "train", "forward", "train_dropout")
DRAWN_TASKS = {"train_dropout": 0.05}
"""The standard deviation over `DRAWS` masks has a standard error of 1 %."""
PRECISIONS = ("float32", "float64", "tf32", "bfloat16")
TOLERANCE = 1e-8
PRECISION_TOLERANCE = {"float64": 1e-8, "float32": 1e-4, "tf32": 1e-2, "bfloat16": 5e-2}

PIXELS, CLASSES = 64, 10
TRAINING_IMAGES = 1437
LEARNING_RATE = 1e-3
DROPOUT = 0.2
"""The probability that an activation is dropped; the others are divided by what is left of 1."""
DRAWS, TRAININGS = 2**13, 50
"""Masks that are drawn of each image at the size of the parity gate; trainings whose mean loss NumPy takes."""
CHECK_STEPS = 5
SEED = 20240106

LAYERS = ("0", "2", "4")
"""Names of the three linear layers: their places between the activations."""


class Problem:
    """The data, the initial parameters and the reference values at one size."""

    def __init__(self, size: str) -> None:
        self.size = size
        self.settings = (SIZES | SWEEPS)[size]
        self.width: int = self.settings["width"]
        self.batch: int = self.settings["batch"]
        self.draws = DRAWS if size == "tiny" else 0

    def inputs(self) -> dict[str, np.ndarray]:
        """The fixed batch: `images` (batch, 64) in [0, 1], `labels` (batch,) of 0 … 9."""
        images, labels = digits()
        return {"images": images[: self.batch], "labels": labels[: self.batch]}

    def parameters(self) -> dict[str, np.ndarray]:
        """`<layer>.weight` (in, out) and `<layer>.bias` (out,) of the layers 0, 2 and 4."""
        return self.drawn(np.random.default_rng(SEED + 1))

    def drawn(self, random: np.random.Generator) -> dict[str, np.ndarray]:
        """Initial parameters from a generator."""
        drawn = {}
        for layer, (rows, columns) in zip(LAYERS, self.shapes(), strict=True):
            bound = 1 / math.sqrt(rows)
            drawn[f"{layer}.weight"] = random.uniform(-bound, bound, (rows, columns))
            drawn[f"{layer}.bias"] = random.uniform(-bound, bound, columns)
        return drawn

    def shapes(self) -> list[tuple[int, int]]:
        """Shapes of the three weights."""
        return [(PIXELS, self.width), (self.width, self.width), (self.width, CLASSES)]

    def flops(self, task: str) -> float:
        """Multiplications and additions of the matrix products; nothing is propagated back into the images."""
        products = [2.0 * self.batch * rows * columns for rows, columns in self.shapes()]
        return sum(products) if task == "forward" else 3 * sum(products) - products[0]

    def items(self, task: str) -> float:
        """Images seen per step."""
        return float(self.batch)

    def epochs(self) -> list[np.ndarray]:
        """Indices into the training set, one array (batches, batch) per epoch: the order both frameworks train in."""
        return self.shuffled(np.random.default_rng(SEED + 2), self.settings["epochs"])

    def shuffled(self, random: np.random.Generator, epochs: int) -> list[np.ndarray]:
        """Indices into the training set, one array (batches, batch) per epoch."""
        batches = TRAINING_IMAGES // self.batch
        return [
            random.permutation(TRAINING_IMAGES)[: batches * self.batch].reshape(batches, self.batch)
            for _ in range(epochs)
        ]

    def course(self, seed: int) -> tuple[dict[str, np.ndarray], list[tuple[np.ndarray, np.ndarray]]]:
        """Initial parameters and one batch (images, labels) per step of the training of task `target`."""
        random = np.random.default_rng((SEED, seed))
        parameters, whole = self.drawn(random), self.training_set()
        most = TARGET[self.size]["most"]
        epochs = self.shuffled(random, math.ceil(most / (TRAINING_IMAGES // self.batch)))
        return parameters, [(whole["images"][rows], whole["labels"][rows]) for rows in np.concatenate(epochs)[:most]]

    def training_set(self) -> dict[str, np.ndarray]:
        """`images` (1437, 64) and `labels` (1437,)."""
        images, labels = digits()
        return {"images": images[:TRAINING_IMAGES], "labels": labels[:TRAINING_IMAGES]}

    def test_set(self) -> dict[str, np.ndarray]:
        """`images` (360, 64) and `labels` (360,)."""
        images, labels = digits()
        return {"images": images[TRAINING_IMAGES:], "labels": labels[TRAINING_IMAGES:]}

    def metrics(self, losses: list[list[float]], logits: np.ndarray) -> dict[str, float]:
        """What a training run reports, from the losses of every epoch's steps and the logits (360, 10) after it."""
        curve = {f"epoch_{number}_loss": float(np.mean(epoch)) for number, epoch in enumerate(losses, start=1)}
        accuracy = float(np.mean(logits.argmax(axis=1) == self.test_set()["labels"]))
        return {"test_accuracy": accuracy, "epochs": float(len(losses)), "steps": float(sum(map(len, losses))), **curve}

    def reference(self, task: str) -> dict[str, np.ndarray]:
        """What the implementations must observe: after five steps for `train`."""
        batch, parameters = self.inputs(), self.parameters()
        if task == "forward":
            return {"output": forward(parameters, batch["images"])[0]}
        if task == "gradient":
            return observed.gradient(*loss_and_gradient(parameters, batch["images"], batch["labels"]))
        if task == "train_dropout":
            return self._expected()

        def whole(now: dict[str, np.ndarray]) -> tuple[float, dict[str, np.ndarray]]:
            return loss_and_gradient(now, batch["images"], batch["labels"])

        return observed.training(*adam(parameters, whole, CHECK_STEPS, LEARNING_RATE))

    def repeated(self) -> np.ndarray:
        """The images of the batch, each so many times as the parity gate draws masks: (draws × batch, 64)."""
        return np.tile(self.inputs()["images"], (self.draws, 1))

    def moments(self, logits: np.ndarray) -> dict[str, np.ndarray]:
        """`mean` and `deviation` (batch, 10) over the masks, of the logits of `repeated`."""
        apart = logits.reshape(self.draws, self.batch, CLASSES)
        return {"mean": apart.mean(axis=0), "deviation": apart.std(axis=0)}

    def _expected(self) -> dict[str, np.ndarray]:
        """What `train_dropout` must observe at the size of the gate: the mean loss of each step, and the moments."""
        random, images, batch = np.random.default_rng(SEED + 3), self.repeated(), self.inputs()

        def masked(now: dict[str, np.ndarray]) -> tuple[float, dict[str, np.ndarray]]:
            return loss_and_gradient(now, batch["images"], batch["labels"], self.masks(random, self.batch))

        losses = [adam(self.parameters(), masked, CHECK_STEPS, LEARNING_RATE)[0] for _ in range(TRAININGS)]
        logits = forward(self.parameters(), images, self.masks(random, len(images)))[0]
        return {"loss": np.mean(losses, axis=0), **self.moments(logits)}

    def masks(self, random: np.random.Generator, rows: int) -> list[np.ndarray]:
        """What the activations of both hidden layers are multiplied by: 0 or 1 / (1 - DROPOUT)."""
        return [(random.uniform(size=(rows, self.width)) >= DROPOUT) / (1 - DROPOUT) for _ in LAYERS[:-1]]


@cache
def digits() -> tuple[np.ndarray, np.ndarray]:
    """All images (1797, 64) in [0, 1] and labels (1797,), in the fixed shuffled order."""
    images, labels = handwriting.digits()
    order = np.random.default_rng(SEED).permutation(len(labels))
    return images[order], labels[order]


def normal_distribution(z: np.ndarray) -> np.ndarray:
    """Φ(z) = (1 + erf(z/√2))/2."""
    return 0.5 * (1.0 + np.vectorize(math.erf)(z / math.sqrt(2.0)))


def forward(
    parameters: dict[str, np.ndarray], images: np.ndarray, masks: Sequence[np.ndarray] = ()
) -> tuple[np.ndarray, list, list]:
    """The logits, the layers' inputs, and the values before each activation; `masks`: of the hidden layers, if any."""
    inputs, before = [images], []
    for index, layer in enumerate(LAYERS[:-1]):
        before.append(inputs[-1] @ parameters[f"{layer}.weight"] + parameters[f"{layer}.bias"])
        inputs.append(before[-1] * normal_distribution(before[-1]) * (masks[index] if len(masks) else 1.0))
    return inputs[-1] @ parameters[f"{LAYERS[-1]}.weight"] + parameters[f"{LAYERS[-1]}.bias"], inputs, before


def loss_and_gradient(
    parameters: dict[str, np.ndarray], images: np.ndarray, labels: np.ndarray, masks: Sequence[np.ndarray] = ()
) -> tuple[float, dict[str, np.ndarray]]:
    """Mean cross entropy and its derivative with respect to every parameter, by the chain rule."""
    logits, inputs, before = forward(parameters, images, masks)
    shifted = logits - logits.max(axis=1, keepdims=True)
    logarithms = shifted - np.log(np.exp(shifted).sum(axis=1, keepdims=True))
    rows = np.arange(len(labels))
    loss = -float(np.mean(logarithms[rows, labels]))
    error = np.exp(logarithms)
    error[rows, labels] -= 1.0
    error /= len(labels)
    gradients = {}
    for index in reversed(range(len(LAYERS))):
        weight = f"{LAYERS[index]}.weight"
        gradients[weight], gradients[f"{LAYERS[index]}.bias"] = inputs[index].T @ error, error.sum(axis=0)
        if index:
            z = before[index - 1]
            density = np.exp(-0.5 * z**2) / math.sqrt(2.0 * math.pi)
            mask = masks[index - 1] if len(masks) else 1.0
            error = (error @ parameters[weight].T) * mask * (normal_distribution(z) + z * density)
    return loss, gradients
