r"""Residual networks on images: convolution, batch normalisation, SGD with momentum (section 6, computer vision).

Data: the handwritten digits of `training/mlp` (scikit-learn's copy of E. Alpaydin, C. Kaynak, "Optical Recognition of
Handwritten Digits", UCI, 1998, CC BY 4.0), each of 8 × 8 pixels in [0, 1], every pixel repeated to the image size and
to three channels, with normal noise of deviation 0.05 on every value: images (batch, height, width, 3), labels 0 … 9.
The batch is the first images of the set. Without noise whole regions are equal, and the rounding of one value decides
the sign of thousands of activations: float32 gradients of two correct programs then differ by several percent.

Model: K. He, X. Zhang, S. Ren, J. Sun, "Deep Residual Learning for Image Recognition", CVPR 2016.

    size    network     stem                                  stages (channels × blocks)             image, batch
    small   ResNet-20   3 × 3                                 16 × 3, 32 × 3, 64 × 3                  32², 64
    medium  ResNet-18   7 × 7 stride 2, maximum of 3 × 3      64 × 2, 128 × 2, 256 × 2, 512 × 2       64², 128
    large   ResNet-50   7 × 7 stride 2, maximum of 3 × 3      256 × 3, 512 × 4, 1024 × 6, 2048 × 3    224², 128

and `tiny`, a stage of each kind of block, for the parity gate. With c(·) a convolution without bias, b(·) batch
normalisation and r(z) = max(0, z), a block is y = r(f(x) + s(x)). The basic block has f = b c₃ r b c₃; the bottleneck
f = b c₁ r b c₃ r b c₁, four times as wide at its end. The first block of every stage but the first halves the image
in its (first) 3 × 3 convolution. s is the identity where the shape stays, else b c₁ with the block's stride (the
paper's option B, in ResNet-20 too). The stem is followed by b and r, the stages by the mean over the pixels and an
affine layer of ten logits. The loss is the mean cross entropy.

Batch normalisation: (x - m)/√(v + ε) γ + β per channel, ε = 1e-5. `train` and `gradient` take m and v (divided by n)
from the batch, and move the running statistics by a tenth of the way: R ← 0.9 R + 0.1 m, and likewise with
v n/(n - 1). `forward` takes the running statistics, which begin at random values near 0 and 1 so that it matters.

Tasks: `train` is one step of SGD, u ← 0.9 u + g, p ← p - 0.01 u (no weight decay and no dampening), on one fixed
batch; `forward` is the logits of that batch; `gradient` (parity gate) is the loss and its gradient.

Layouts: weights of convolutions are (height, width, in, out), of the affine layer (in, out). Initial weights of
convolutions are normal with variance 2/(k² out) ("fan out", He et al., ICCV 2015), as torchvision draws them; γ = 1,
β = 0; the affine layer is uniform in ±1/√in.

FLOPs: two per multiply-add of the convolutions and of the affine layer, borders counted as if they were full; the
backward pass twice the forward, less the derivative with respect to the images, which nobody takes. Sums of batch
normalisation and element-wise work are not counted.

Precision bfloat16 is mixed: float32 parameters, statistics and optimiser; convolutions and what lies between them in
bfloat16, the sums of batch normalisation and the cross entropy in float32.

The NumPy reference (forward, backward, update, running statistics) is written by hand (`convolutions/layers.py`).

Asymmetries: PyTorch's convolutions are oneDNN's and cuDNN's, in the channels-last memory format; JAX's are XLA's own
on a CPU and cuDNN's on CUDA, with NHWC arguments. PyTorch's eager step uses its fused SGD, JAX's eager step optax
operation by operation. JAX takes the variance as E[x²] - E[x]² in one pass, as flax does by default, PyTorch around
the mean. Eager JAX is measured at `tiny` and `small` only: without a compiler, it keeps every intermediate array.
"""

from __future__ import annotations

import math
from collections.abc import Iterator
from dataclasses import dataclass
from typing import Any

import numpy as np

from bench.workloads.training.convolutions import layers
from bench.workloads.training.convolutions.layers import Arrays, Convolution, Node
from bench.workloads.training.mlp.problem import digits

TITLE = {"en": "Residual network on images", "zh": "图像上的残差网络"}
SECTION = 6
SCENARIO = "vision"
ITEM = "images"
SIZES: dict[str, dict[str, Any]] = {
    "tiny": {"image": 16, "batch": 4, "stem": 7, "widths": (4, 4), "blocks": (1, 1), "kinds": ("basic", "bottleneck")},
    "small": {"image": 32, "batch": 64, "stem": 3, "widths": (16, 32, 64), "blocks": (3, 3, 3)},
    "medium": {"image": 64, "batch": 128, "stem": 7, "widths": (64, 128, 256, 512), "blocks": (2, 2, 2, 2)},
    "large": {
        "image": 224,
        "batch": 128,
        "stem": 7,
        "widths": (64, 128, 256, 512),
        "blocks": (3, 4, 6, 3),
        "kinds": ("bottleneck", "bottleneck", "bottleneck", "bottleneck"),
    },
}
SWEEPS: dict[str, dict[str, Any]] = {
    f"batch-{batch}": SIZES["small"] | {"batch": batch} for batch in (1, 8, 16, 32, 64, 128, 256)
}
TASKS = ("train", "forward")
QUICK_TASKS = ("train",)
MEDIUM_TASKS = ("forward",)
SWEEP_TASKS = ("train", "forward")
CHECK_TASKS = ("gradient", "train", "forward")
QUICK_MODES = {"torch": ("compile",), "jax": ("jit",)}
PRECISIONS = ("float32", "float64", "tf32", "bfloat16")
TOLERANCE = 1e-8
PRECISION_TOLERANCE = {"float64": 1e-8, "float32": 2e-2, "tf32": 5e-2, "bfloat16": 1e-1}
"""In float32 the first loss agrees to 1e-6. Rounding turns single rectifiers over, and the fifth loss differs by 1e-4
at the size small, by 6e-3 in the batch of eight images."""

PIXELS, CHANNELS, CLASSES = 8, 3, 10
NOISE = 0.05
LEARNING_RATE, SGD_MOMENTUM = 0.01, 0.9
CHECK_STEPS = 5
SEED = 20240601


@dataclass(frozen=True)
class Block:
    """A residual block: the convolutions of its path, and that of its shortcut if it has one."""

    path: tuple[Convolution, ...]
    shortcut: Convolution | None


class Problem:
    """The data, the initial parameters and statistics, and the reference values at one size."""

    def __init__(self, size: str) -> None:
        self.size = size
        chosen = {**SIZES, **SWEEPS}[size]
        self.batch: int = chosen["batch"]
        self.image: int = chosen["image"]
        self.stem_kernel: int = chosen["stem"]
        self.widths: tuple[int, ...] = chosen["widths"]
        self.repeats: tuple[int, ...] = chosen["blocks"]
        self.kinds: tuple[str, ...] = chosen.get("kinds", ("basic",) * len(self.widths))

    @property
    def pools(self) -> bool:
        """Whether the stem halves the image once more by the maximum of 3 × 3 pixels."""
        return self.stem_kernel == 7

    @property
    def features(self) -> int:
        """Channels after the last block."""
        return self.blocks()[-1].path[-1].outputs

    def stem(self) -> Convolution:
        """The first convolution."""
        stride = 2 if self.pools else 1
        return Convolution("conv1", "bn1", self.stem_kernel, CHANNELS, self.widths[0], stride, self.image // stride)

    def blocks(self) -> list[Block]:
        """All residual blocks in their order, named like torchvision's."""
        made = []
        inputs, side = self.widths[0], self.stem().side // (2 if self.pools else 1)
        for stage, (kind, width, repeats) in enumerate(zip(self.kinds, self.widths, self.repeats, strict=True), 1):
            for number in range(repeats):
                stride = 2 if stage > 1 and number == 0 else 1
                side //= stride
                made.append(block(f"layer{stage}.{number}", kind, inputs, width, stride, side))
                inputs = made[-1].path[-1].outputs
        return made

    def convolutions(self) -> Iterator[Convolution]:
        """All convolutions: the stem, then those of every block, its shortcut last."""
        yield self.stem()
        for part in self.blocks():
            yield from part.path
            if part.shortcut is not None:
                yield part.shortcut

    def inputs(self) -> Arrays:
        """The fixed batch: `images` (batch, image, image, 3) around [0, 1], `labels` (batch,) of 0 … 9."""
        pixels, labels = digits()
        small = pixels[: self.batch].reshape(self.batch, PIXELS, PIXELS, 1)
        times = self.image // PIXELS
        images = small.repeat(times, axis=1).repeat(times, axis=2).repeat(CHANNELS, axis=3)
        noise = np.random.default_rng(SEED + 2).normal(0.0, NOISE, images.shape)
        return {"images": images + noise, "labels": labels[: self.batch]}

    def parameters(self) -> Arrays:
        """`weight` of every convolution, `weight` and `bias` of every normalisation and of the affine layer `fc`."""
        random = np.random.default_rng(SEED)
        drawn = {}
        for part in self.convolutions():
            deviation = math.sqrt(2.0 / (part.kernel**2 * part.outputs))
            shape = (part.kernel, part.kernel, part.inputs, part.outputs)
            drawn[f"{part.name}.weight"] = random.normal(0.0, deviation, shape)
            drawn[f"{part.norm}.weight"] = np.ones(part.outputs)
            drawn[f"{part.norm}.bias"] = np.zeros(part.outputs)
        bound = 1.0 / math.sqrt(self.features)
        return drawn | {
            "fc.weight": random.uniform(-bound, bound, (self.features, CLASSES)),
            "fc.bias": random.uniform(-bound, bound, CLASSES),
        }

    def buffers(self) -> Arrays:
        """`running_mean` and `running_var` (outputs,) of every normalisation before the first step."""
        return layers.statistics(np.random.default_rng(SEED + 1), self.convolutions())

    def flops(self, task: str) -> float:
        """Multiplications and additions of the convolutions and the affine layer."""
        products = [
            2.0 * self.batch * part.side**2 * part.kernel**2 * part.inputs * part.outputs
            for part in self.convolutions()
        ]
        total = sum(products) + 2.0 * self.batch * self.features * CLASSES
        return total if task == "forward" else 3 * total - products[0]

    def items(self, task: str) -> float:
        """Images seen per step."""
        return float(self.batch)

    def reference(self, task: str) -> Arrays:
        """What the implementations must observe: after five steps for `train`."""
        parameters = self.parameters()
        speeds = {name: np.zeros_like(value) for name, value in parameters.items()}

        def updated(parameters: Arrays, gradients: Arrays) -> Arrays:
            for name, gradient in gradients.items():
                speeds[name] = SGD_MOMENTUM * speeds[name] + gradient
            return {name: value - LEARNING_RATE * speeds[name] for name, value in parameters.items()}

        return layers.observations(task, self.scores, parameters, self.buffers(), self.inputs(), updated, CHECK_STEPS)

    def scores(
        self, nodes: dict[str, Node], buffers: Arrays, images: np.ndarray, *, training: bool
    ) -> tuple[Node, Arrays]:
        """The logits (batch, 10), and the running statistics after them."""
        moved = dict(buffers)

        def convolved(x: Node, part: Convolution) -> Node:
            y = layers.convolution(x, nodes[f"{part.name}.weight"], part.stride)
            return layers.batch_norm(y, part.norm, nodes, moved, training=training)

        x = layers.rectify(convolved(Node(images), self.stem()))
        if self.pools:
            x = layers.strongest(x, size=3, stride=2, padding=1)
        for part in self.blocks():
            y = x
            for number, step in enumerate(part.path):
                y = convolved(layers.rectify(y) if number else y, step)
            x = layers.rectify(layers.add(y, x if part.shortcut is None else convolved(x, part.shortcut)))
        return layers.linear(layers.average(x), nodes["fc.weight"], nodes["fc.bias"]), moved


def block(name: str, kind: str, inputs: int, width: int, stride: int, side: int) -> Block:
    """A `basic` block or a `bottleneck` whose output has `side` pixels a side."""
    before = side * stride
    if kind == "basic":
        plan = [(3, inputs, width, stride, side), (3, width, width, 1, side)]
    else:
        plan = [(1, inputs, width, 1, before), (3, width, width, stride, side), (1, width, 4 * width, 1, side)]
    path = tuple(Convolution(f"{name}.conv{place}", f"{name}.bn{place}", *step) for place, step in enumerate(plan, 1))
    outputs = path[-1].outputs
    shortcut = Convolution(f"{name}.downsample.0", f"{name}.downsample.1", 1, inputs, outputs, stride, side)
    return Block(path, None if stride == 1 and inputs == outputs else shortcut)
