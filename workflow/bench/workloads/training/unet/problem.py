r"""A U-Net that names every pixel of a scene: encoder, decoder and skips (section 6, driving and medical imaging).

Data: scenes drawn here from a fixed seed, colour images (batch, side, side, 3) around [0, 1] and labels (batch, side,
side) of five classes: 0 buildings (what is left), 1 sky (above a horizon), 2 road (a trapezium below it), 3 vehicles
(rectangles on the road), 4 signs (discs at its border). A class has a colour, a scene a brightness, a pixel noise.

Model: O. Ronneberger, P. Fischer, T. Brox, "U-Net: Convolutional Networks for Biomedical Image Segmentation", MICCAI
2015, with what is usual since: zeros around the image (so that sides stay) and batch normalisation. With c a 3 × 3
convolution without bias, b batch normalisation and r(z) = max(0, z), a stage is r b c r b c. Level l of `depth` has
base · 2ˡ channels and side/2ˡ pixels a side. Down: a stage at every level, its output kept, then the maximum of 2 × 2
pixels; at the bottom one more stage. Up: a transposed convolution, 2 × 2 with stride 2 and bias,
y[2p + i, 2q + j] = x[p, q] w[i, j] + β, which halves the channels; the kept output and y beside each other (in this
order of channels); a stage. At the end an affine map of every pixel's channels to five logits. The loss is the mean
cross entropy over all pixels.

    size    side  base  depth  batch
    small     64     8      4      8
    medium   128    32      4     16
    large    256    64      4     32

Batch normalisation is that of `training/resnet`: ε = 1e-5; `train` and `gradient` use the batch's mean and variance
and move the running statistics by a tenth of the way (the variance as n/(n - 1) times that of the batch); `forward`
uses the running statistics, which begin at random values near 0 and 1.

Tasks: `train` is one step of Adam (Kingma, Ba, 2015; rate 0.001, β = (0.9, 0.999), ε = 1e-8 outside the root) on one
fixed batch; `forward` is the logits of that batch: its time over the batch is the time per frame; `gradient` (parity
gate) is the loss and its gradient.

Layouts: all kernels are (height, width, in, out). Initial kernels of stages are normal with variance 2/(9 in), as in
the paper; γ = 1, β = 0; other kernels are uniform in ±1/√in, other biases zero.

FLOPs: two per multiply-add of the convolutions, borders counted as if they were full; the backward pass twice the
forward, less the derivative with respect to the images, which nobody takes.

Precision bfloat16 is mixed: float32 parameters, statistics and optimiser; convolutions and what lies between them in
bfloat16, the sums of batch normalisation and the cross entropy in float32.

The NumPy reference (forward, backward, update, running statistics) is written by hand.

Asymmetries: those of `training/resnet`. Also, JAX's transposed convolution is written as what it is for this kernel,
one matrix product and a rearrangement of pixels; PyTorch's is nn.ConvTranspose2d. JAX's maximum of 2 × 2 pixels is
that of three pairs, a fifth of a small training step faster than a window's on a CPU. Of equal values PyTorch gives
the derivative to the first, JAX a half to each; this differs only where rounding (bfloat16) makes positive values
equal, because the rectifier before passes no derivative on to zeros. PyTorch's eager step uses its fused Adam. Eager
JAX is measured at `tiny` and `small` only: without a compiler, it keeps every intermediate array.
"""

from __future__ import annotations

import math
from collections.abc import Iterator
from typing import Any

import numpy as np

from bench.workloads.training.by_hand.adam import Adam
from bench.workloads.training.convolutions import layers
from bench.workloads.training.convolutions.layers import Arrays, Convolution, Node

TITLE = {"en": "U-Net on scenes", "zh": "场景图像上的 U-Net"}
SECTION = 6
SCENARIO = "vision, driving, health"
ITEM = "images"
SIZES: dict[str, dict[str, Any]] = {
    "tiny": {"side": 8, "base": 4, "depth": 1, "batch": 2},
    "small": {"side": 64, "base": 8, "depth": 4, "batch": 8},
    "medium": {"side": 128, "base": 32, "depth": 4, "batch": 16},
    "large": {"side": 256, "base": 64, "depth": 4, "batch": 32},
}
SWEEPS: dict[str, dict[str, Any]] = {
    f"batch-{batch}": SIZES["small"] | {"batch": batch} for batch in (1, 2, 4, 8, 16, 32)
}
TASKS = ("train", "forward")
QUICK_TASKS = ("train",)
MEDIUM_TASKS = ("forward",)
SWEEP_TASKS = ("train", "forward")
CHECK_TASKS = ("gradient", "train", "forward")
QUICK_MODES = {"torch": ("eager", "compile"), "jax": ("jit",)}
PRECISIONS = ("float32", "float64", "tf32", "bfloat16")
TOLERANCE = 1e-8
PRECISION_TOLERANCE = {"float64": 1e-8, "float32": 1e-3, "tf32": 2e-2, "bfloat16": 1e-1}

CHANNELS, CLASSES = 3, 5
BUILDINGS, SKY, ROAD, VEHICLE, SIGN = range(CLASSES)
COLOURS = np.array([(0.55, 0.40, 0.35), (0.55, 0.75, 0.95), (0.35, 0.35, 0.38), (0.75, 0.15, 0.20), (0.90, 0.80, 0.15)])
"""Red, green and blue of each class."""
NOISE = 0.1
LEARNING_RATE = 1e-3
CHECK_STEPS = 5
SEED = 20240602


class Problem:
    """The scenes, the initial parameters and statistics, and the reference values at one size."""

    def __init__(self, size: str) -> None:
        self.size = size
        chosen = {**SIZES, **SWEEPS}[size]
        self.side: int = chosen["side"]
        self.base: int = chosen["base"]
        self.depth: int = chosen["depth"]
        self.batch: int = chosen["batch"]

    def width(self, level: int) -> int:
        """Channels at a level; `depth` is the bottom."""
        return self.base * 2**level

    def stage(self, name: str, level: int, inputs: int) -> tuple[Convolution, Convolution]:
        """The two convolutions of a stage with their normalisations."""
        width, side = self.width(level), self.side // 2**level
        return (
            Convolution(f"{name}.conv1", f"{name}.bn1", 3, inputs, width, 1, side),
            Convolution(f"{name}.conv2", f"{name}.bn2", 3, width, width, 1, side),
        )

    def encoder(self) -> list[tuple[Convolution, Convolution]]:
        """The stages on the way down, `down.0` first; the last is that of the bottom."""
        return [
            self.stage(f"down.{level}", level, self.width(level - 1) if level else CHANNELS)
            for level in range(self.depth + 1)
        ]

    def decoder(self) -> list[tuple[Convolution, Convolution]]:
        """The stages on the way up by their level, `up.0` (the last to be computed) first."""
        return [self.stage(f"up.{level}", level, 2 * self.width(level)) for level in range(self.depth)]

    def convolutions(self) -> Iterator[Convolution]:
        """All 3 × 3 convolutions."""
        for stage in [*self.encoder(), *self.decoder()]:
            yield from stage

    def inputs(self) -> Arrays:
        """The fixed batch: `images` (batch, side, side, 3), `labels` (batch, side, side) of 0 … 4."""
        random = np.random.default_rng(SEED)
        labels = np.stack([scene(random, self.side) for _ in range(self.batch)])
        brightness = random.uniform(0.7, 1.2, (self.batch, 1, 1, 1))
        noise = random.normal(0.0, NOISE, (*labels.shape, CHANNELS))
        return {"images": COLOURS[labels] * brightness + noise, "labels": labels}

    def parameters(self) -> Arrays:
        """`weight` of every kernel; `bias` too, and instead of that of a 3 × 3 kernel those of its normalisation."""
        random = np.random.default_rng(SEED + 1)
        drawn = {}
        for part in self.convolutions():
            drawn[f"{part.name}.weight"] = random.normal(
                0.0, math.sqrt(2.0 / (9 * part.inputs)), (3, 3, part.inputs, part.outputs)
            )
            drawn[f"{part.norm}.weight"] = np.ones(part.outputs)
            drawn[f"{part.norm}.bias"] = np.zeros(part.outputs)
        for level in range(self.depth):
            inputs, outputs = self.width(level + 1), self.width(level)
            bound = 1.0 / math.sqrt(inputs)
            drawn[f"rise.{level}.weight"] = random.uniform(-bound, bound, (2, 2, inputs, outputs))
            drawn[f"rise.{level}.bias"] = np.zeros(outputs)
        bound = 1.0 / math.sqrt(self.base)
        return drawn | {
            "head.weight": random.uniform(-bound, bound, (1, 1, self.base, CLASSES)),
            "head.bias": np.zeros(CLASSES),
        }

    def buffers(self) -> Arrays:
        """`running_mean` and `running_var` (outputs,) of every normalisation before the first step."""
        return layers.statistics(np.random.default_rng(SEED + 2), self.convolutions())

    def flops(self, task: str) -> float:
        """Multiplications and additions of all convolutions."""
        pairs = [part.side**2 * 9 * part.inputs * part.outputs for part in self.convolutions()]
        first = pairs[0]
        pairs += [
            (self.side // 2**level) ** 2 * self.width(level + 1) * self.width(level) for level in range(self.depth)
        ]
        total = 2.0 * self.batch * (sum(pairs) + self.side**2 * self.base * CLASSES)
        return total if task == "forward" else 3 * total - 2.0 * self.batch * first

    def items(self, task: str) -> float:
        """Images seen per step."""
        return float(self.batch)

    def reference(self, task: str) -> Arrays:
        """What the implementations must observe: after five steps for `train`."""
        return layers.observations(
            task,
            self.scores,
            self.parameters(),
            self.buffers(),
            self.inputs(),
            Adam(LEARNING_RATE).updated,
            CHECK_STEPS,
        )

    def scores(
        self, nodes: dict[str, Node], buffers: Arrays, images: np.ndarray, *, training: bool
    ) -> tuple[Node, Arrays]:
        """The logits (batch, side, side, 5), and the running statistics after them."""
        moved = dict(buffers)

        def staged(x: Node, stage: tuple[Convolution, ...]) -> Node:
            for part in stage:
                y = layers.convolution(x, nodes[f"{part.name}.weight"])
                x = layers.rectify(layers.batch_norm(y, part.norm, nodes, moved, training=training))
            return x

        kept = [staged(Node(images), self.encoder()[0])]
        for stage in self.encoder()[1:]:
            kept.append(staged(layers.strongest(kept[-1], size=2, stride=2, padding=0), stage))
        x = kept.pop()
        for level in reversed(range(self.depth)):
            y = layers.doubling(x, nodes[f"rise.{level}.weight"], nodes[f"rise.{level}.bias"])
            x = staged(layers.join(kept[level], y), self.decoder()[level])
        scores = layers.convolution(x, nodes["head.weight"])
        return layers.add(scores, layers.spread(nodes["head.bias"], scores.value.shape)), moved


def scene(random: np.random.Generator, side: int) -> np.ndarray:
    """Labels (side, side) of one scene, drawn in the unit square: x to the right, y down."""
    centres = (np.arange(side) + 0.5) / side
    y, x = np.meshgrid(centres, centres, indexing="ij")
    labels = np.full((side, side), BUILDINGS, dtype=np.int64)
    horizon = random.uniform(0.3, 0.5)
    labels[y < horizon - 0.15 * random.uniform() * np.sin(9.0 * x + random.uniform(0.0, 6.0)) ** 2] = SKY
    middle, top, bottom = random.uniform(0.4, 0.6), random.uniform(0.05, 0.12), random.uniform(0.35, 0.5)
    depth = np.clip((y - horizon) / (1.0 - horizon), 0.0, 1.0)
    half = top + (bottom - top) * depth  # of the road's width, growing towards the viewer
    labels[(y >= horizon) & (np.abs(x - middle) < half)] = ROAD
    for near in np.sort(random.uniform(0.1, 0.9, 3)):
        place = middle + random.uniform(-0.6, 0.6) * (top + (bottom - top) * near)
        size, foot = 0.04 + 0.12 * near, horizon + near * (1.0 - horizon)
        labels[(np.abs(x - place) < size) & (y < foot) & (y > foot - 1.4 * size)] = VEHICLE
    for right in (-1.0, 1.0):
        place, height, radius = middle + right * random.uniform(0.2, 0.4), random.uniform(0.3, 0.6), 0.05
        labels[(x - place) ** 2 + (y - height) ** 2 < radius**2] = SIGN
    return labels
