r"""A decoder-only language model on English text: GPT-2's architecture, predicting the next byte (section 6).

Data: Jane Austen, "Pride and Prejudice" (1813; public domain; Project Gutenberg 1342), 684,768 bytes of ASCII, shipped
beside this file (`pride_and_prejudice.licence.txt`). A token is a byte. The first nine tenths are the training text,
the rest is held out. At size `large` the vocabulary is padded to 50,304, GPT-2's 50,257 rounded up to a multiple of
64: the work and the memory are GPT-2's, though only 75 kinds of bytes occur; elsewhere it is 128, all of ASCII.

Model (Radford et al., "Language models are unsupervised multitask learners", 2019): x = E[tokens] + P with learned
positions P; then per layer x += A(N(x)), x += F(N(x)) (norm first); scores N(x) Eᵀ with the table E of the embedding.
N is LayerNorm with ε = 1e-5 and biased variance; A causal attention in heads, one product for queries, keys and
values; F two linear layers, 4 × width between them, with GELU in its tanh form; all linear layers but the last have a
bias. There is no dropout. Weights are stored (in, out), tables (rows, width). The loss is the mean cross entropy in
nats per byte.
Initial weights are normal with deviation 0.02, those of the two layers before each addition 0.02/√(2 layers); biases
are 0, the norms' scales 1. AdamW (Loshchilov, Hutter, 2019) with β = (0.9, 0.95), ε = 1e-8 outside the root and
weight decay 0.1 on all parameters, the rate constant: 3e-3, 5e-4, 1e-3 and 6e-4
from `tiny` to `large` (at `small`, 1e-3 takes one seed 160 steps to the target and another 420; 5e-4 takes about 210).

Sizes: `large` is GPT-2 with 124 million parameters; heads are 64 wide at `medium` and `large`, 32 in `small` and the
sweeps, 8 in `tiny`. SWEEPS change the batch, the width or the length of `small`.

Tasks: `train` is one step on one fixed batch, the first windows of the training text; `forward` scores that batch:
minus the log-probability of every target, (batch, length), the forward half of `train`; `gradient` (parity gate) is
the loss and its gradient at the initial parameters; `generate` reads the first half of every window at once and then
one token after the other, keeping the keys and values of those before: minus the log-probability of every target of
the second half, (batch, length/2), which has to be what `forward` says. The token that is read next is the likeliest,
unless one is given, and here all are: else frameworks whose scores round differently would write different texts.
`target` trains on windows drawn at random from the training text until the loss on 128 fixed windows of held-out text
falls below `TARGET`. Weights and windows are drawn here, per seed.

Work counted: the matrix products (multiply-add = 2), attention for the pairs of positions that the causal mask leaves
(the custom of counting all pairs gives 7 % more at `large`); the backward pass is twice the forward pass. What fused
attention computes again is not counted, nor are norms, softmax and the optimiser.

Precision bfloat16 is mixed: float32 weights, optimiser, residual stream, LayerNorm and cross entropy (of bfloat16
scores); matrix products, attention (softmax in float32) and GELU in bfloat16. float32 losses of two frameworks part by
rounding alone, which Adam's first steps (sign-like) enlarge.

The NumPy reference (forward, backward, AdamW) is written by hand.

Asymmetries: PyTorch's attention is `scaled_dot_product_attention`, fused on every device and in every precision. JAX
has a fused one (cuDNN, by `jax.nn.dot_product_attention`) for bfloat16 on CUDA alone; elsewhere it is composed of
matrix products and a softmax, by hand, because `dot_product_attention` takes the softmax in float32 even of float64
(as fast on a CPU). JAX's cross entropy has a derivative of its own, which keeps scores and normalisers only; PyTorch's
compiler finds the same by itself. `generate` is as each community writes it: JAX loops inside one compiled program
(lax.scan), PyTorch calls a compiled function for every token, whose keys and values lie in buffers of a fixed size.
JAX runs the layers in a Python loop: lax.scan over stacked layers was a third slower
at `small` on a CPU and compiled no faster. PyTorch's eager step uses its fused AdamW, for which JAX's eager mode has no
counterpart.
"""

from __future__ import annotations

import gzip
import math
from functools import cache, partial
from pathlib import Path
from typing import Any

import numpy as np

from bench.workloads.training.gpt.reference import Network, Part, adamw, cross_entropy, gelu_tanh, observations

TITLE = {"en": "Language model (GPT) on English text", "zh": "英文文本上的语言模型（GPT）"}
SECTION = 6
SCENARIO = "language"
ITEM = "tokens"
SIZES: dict[str, dict[str, Any]] = {
    "tiny": {"layers": 2, "width": 16, "heads": 2, "length": 8, "batch": 2, "vocabulary": 128, "rate": 3e-3},
    "small": {"layers": 4, "width": 128, "heads": 4, "length": 64, "batch": 8, "vocabulary": 128, "rate": 5e-4},
    "medium": {"layers": 6, "width": 384, "heads": 6, "length": 256, "batch": 16, "vocabulary": 128, "rate": 1e-3},
    "large": {"layers": 12, "width": 768, "heads": 12, "length": 1024, "batch": 16, "vocabulary": 50304, "rate": 6e-4},
}
SWEEPS: dict[str, dict[str, Any]] = {
    **{f"batch-{batch}": SIZES["small"] | {"batch": batch} for batch in (1, 4, 8, 16, 32, 64)},
    **{f"width-{width}": SIZES["small"] | {"width": width, "heads": width // 32} for width in (32, 64, 128, 256, 512)},
    **{f"length-{length}": SIZES["small"] | {"length": length} for length in (16, 32, 64, 128, 256)},
}
TASKS = ("train", "forward", "generate", "target")
QUICK_TASKS = ("train",)
MEDIUM_TASKS = ("forward",)
SWEEP_TASKS = ("train", "forward")
CHECK_TASKS = ("gradient", "train", "forward", "generate")
QUICK_MODES = {"torch": ("eager", "compile"), "jax": ("jit",)}
PRECISIONS = ("float32", "float64", "tf32", "bfloat16")
TOLERANCE = 1e-8
PRECISION_TOLERANCE = {"float64": 1e-8, "float32": 1e-4, "tf32": 1e-2, "bfloat16": 5e-2}
TARGET: dict[str, dict[str, Any]] = {
    "tiny": {"score": "validation_loss", "value": 3.5, "above": False, "every": 5, "most": 200},
    "small": {"score": "validation_loss", "value": 2.5, "above": False, "every": 10, "most": 500},
}

BETAS, EPSILON, DECAY = (0.9, 0.95), 1e-8, 0.1
NORM_EPSILON = 1e-5
DEVIATION = 0.02
TRAINING_SHARE = 0.9
EVALUATED = 128
"""Windows of held-out text in the score of the task `target`."""
CHECK_STEPS = 5
SEED = 20240107


class Problem:
    """The data, the initial parameters and the reference values at one size."""

    def __init__(self, size: str) -> None:
        self.size = size
        sizes = {**SIZES, **SWEEPS}[size]
        self.layers, self.width, self.heads = int(sizes["layers"]), int(sizes["width"]), int(sizes["heads"])
        self.length, self.batch, self.vocabulary = (int(sizes[name]) for name in ("length", "batch", "vocabulary"))
        self.rate = float(sizes["rate"])
        self.prompt = self.length // 2

    def inputs(self) -> dict[str, np.ndarray]:
        """The fixed batch: `tokens` and `targets`, the same one byte further, (batch, length)."""
        tokens, targets = windows(corpus(), np.arange(self.batch) * self.length, self.length)
        return {"tokens": tokens, "targets": targets}

    def parameters(self) -> dict[str, np.ndarray]:
        """The tables `tokens.weight` and `positions`, and the layers, `blocks.<number>.…`."""
        return self.draw(np.random.default_rng(SEED))

    def draw(self, random: np.random.Generator) -> dict[str, np.ndarray]:
        """Initial parameters out of a generator."""
        drawn = {
            "tokens.weight": random.normal(0, DEVIATION, (self.vocabulary, self.width)),
            "positions": random.normal(0, DEVIATION, (self.length, self.width)),
        }
        for layer in range(self.layers):
            drawn |= draw_block(random, f"blocks.{layer}", self.width, DEVIATION / math.sqrt(2 * self.layers))
        return drawn | {"norm.weight": np.ones(self.width), "norm.bias": np.zeros(self.width)}

    def flops(self, task: str) -> float:
        """Multiplications and additions of the matrix products of a step, as the docstring counts them."""
        pairs = self.batch * self.length * (self.length + 1) / 2
        read = self.batch * self.length
        scored = self.batch * (self.length - self.prompt + 1) if task == "generate" else read
        linear = 12 * self.layers * self.width**2 * read + self.width * self.vocabulary * scored
        forward = 2.0 * linear + 4.0 * pairs * self.width * self.layers
        return forward if task in ("forward", "generate") else 3 * forward

    def items(self, task: str) -> float:
        """Tokens read per step; of `generate` those that are written."""
        return float(self.batch * (self.length - self.prompt if task == "generate" else self.length))

    def course(self, seed: int) -> tuple[dict[str, np.ndarray], list[tuple[np.ndarray, ...]]]:
        """Initial parameters, and `tokens` and `targets` of every step, of one training for the task `target`."""
        random = np.random.default_rng([SEED, seed])
        parameters = self.draw(random)
        text = corpus()[: held_out()]
        starts = random.integers(0, len(text) - self.length, (TARGET[self.size]["most"], self.batch))
        return parameters, [windows(text, row, self.length) for row in starts]

    def validation(self) -> tuple[np.ndarray, np.ndarray]:
        """`tokens` and `targets` of held-out text, (128, length), evenly spread."""
        text = corpus()[held_out() :]
        return windows(text, np.linspace(0, len(text) - self.length - 1, EVALUATED).astype(np.int64), self.length)

    def reference(self, task: str) -> dict[str, np.ndarray]:
        """What the implementations must observe: after five steps for `train`."""
        batch = self.inputs()
        if task == "generate":
            return {"output": self.losses(Network(self.parameters()), **batch)[0][:, self.prompt :]}
        train = partial(adamw, steps=CHECK_STEPS, rate=self.rate, betas=BETAS, epsilon=EPSILON, decay=DECAY)
        return observations(task, self.parameters(), lambda network: self.losses(network, **batch), train)

    def losses(self, network: Network, tokens: np.ndarray, targets: np.ndarray) -> Part:
        """Minus the log-probability of every target, (batch, length), and the backward pass."""
        embedded, backward_tokens = network.embedding("tokens.weight", tokens)
        hidden = embedded + network.parameters["positions"]
        passes = []
        for layer in range(self.layers):
            for name, part in (
                (f"blocks.{layer}.attention", network.attention),
                (f"blocks.{layer}.feedforward", network.feedforward),
            ):
                normed, backward_norm = network.layer_norm(f"{name}_norm", hidden, NORM_EPSILON)
                options: dict[str, Any] = (
                    {"heads": self.heads, "causal": True} if name.endswith("attention") else {"activation": gelu_tanh}
                )
                change, backward_part = part(name, normed, **options)
                hidden = hidden + change
                passes.append((backward_norm, backward_part))
        normed, backward_norm = network.layer_norm("norm", hidden, NORM_EPSILON)
        scores, backward_scores = network.tied("tokens.weight", normed)
        values, backward_values = cross_entropy(scores, targets)

        def backward(error: np.ndarray) -> np.ndarray:
            error = backward_norm(backward_scores(backward_values(error)))
            for before, inside in reversed(passes):
                error = error + before(inside(error))
            network.gradients["positions"] += error.sum(axis=0)
            return backward_tokens(error)

        return values, backward


@cache
def corpus() -> np.ndarray:
    """The novel's bytes, (684768,), values below 128."""
    packed = Path(__file__).with_name("pride_and_prejudice.txt.gz").read_bytes()
    return np.frombuffer(gzip.decompress(packed), dtype=np.uint8).astype(np.int64)


def held_out() -> int:
    """Where the held-out text begins."""
    return int(TRAINING_SHARE * len(corpus()))


def windows(text: np.ndarray, starts: np.ndarray, length: int) -> tuple[np.ndarray, np.ndarray]:
    """`length` tokens from every start, and the tokens that follow each, (starts, length) both."""
    cut = text[starts[:, None] + np.arange(length + 1)]
    return cut[:, :-1], cut[:, 1:]


def draw_block(random: np.random.Generator, name: str, width: int, deviation: float) -> dict[str, np.ndarray]:
    """Initial weights of one layer; `deviation` is that of the two products whose results are added to the stream."""
    drawn: dict[str, np.ndarray] = {}
    for part, columns in (
        ("attention_norm", 0),
        ("attention.qkv", 3 * width),
        ("attention.output", width),
        ("feedforward_norm", 0),
        ("feedforward.0", 4 * width),
        ("feedforward.2", width),
    ):
        if columns:
            rows = 4 * width if part == "feedforward.2" else width
            spread = deviation if part in ("attention.output", "feedforward.2") else DEVIATION
            drawn[f"{name}.{part}.weight"] = random.normal(0, spread, (rows, columns))
        else:
            drawn[f"{name}.{part}.weight"] = np.ones(width)
        drawn[f"{name}.{part}.bias"] = np.zeros(columns or width)
    return drawn
