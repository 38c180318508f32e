r"""A bidirectional encoder on English text: BERT's architecture, filling in masked bytes (section 6).

Data: the novel of the workload gpt (Jane Austen, "Pride and Prejudice", 1813; public domain; in the folder of gpt). A
token is a byte; byte 0, which no text has, is the mask. At size `large` the vocabulary is padded to 30,528, BERT's
30,522 rounded up to a multiple of 64: the work and the memory are BERT's, though only 75 kinds of bytes occur;
elsewhere it is 128, all of ASCII.

Model (Devlin et al., "BERT: Pre-training of Deep Bidirectional Transformers", 2019): x = N(E[tokens] + P) with learned
positions P; then per layer x = N(x + A(x)), x = N(x + F(x)) (norm last). N is LayerNorm with ε = 1e-12 and biased
variance; A attention over all positions in heads, one product for queries, keys and values; F two linear layers,
4 × width between them, with the exact GELU. At the masked positions the scores are N(GELU(x W + b)) Eᵀ + c with the
table E of the embedding. Every sequence is one whole window, so that there are neither segments nor padding, and no
next-sentence loss; there is no dropout. Weights are stored (in, out), tables (rows, width).

Masks: of every sequence the same number of positions, 15 % rounded, is drawn; of those 80 % become the mask, 10 % a
random byte that the text has, 10 % stay. The loss is the mean cross entropy over these positions alone, in nats; only
they are gathered for the head. All of it is drawn here, once, for both frameworks.
Initial weights are normal with deviation 0.02, biases 0, the norms' scales 1. AdamW (Loshchilov, Hutter, 2019) with
β = (0.9, 0.999), ε = 1e-6 outside the root, weight decay 0.01 on all parameters, rate 1e-4.

Sizes: `large` is BERT-base with 110 million parameters, without the segments; heads are 64 wide at `medium` and
`large`, 32 in `small`, 8 in `tiny`.

Tasks: `train` is one step on one fixed batch, the first windows of the text; `forward` scores that batch: minus the
log-probability of the byte at every masked position, the forward half of `train`; `gradient` (parity gate) is the loss
and its gradient at the initial parameters.

Work counted: the matrix products (multiply-add = 2); the backward pass is twice the forward pass. What fused attention
computes again is not counted, nor are norms, softmax and the optimiser.

Precision bfloat16 is mixed: float32 weights, optimiser, residual stream, LayerNorm and cross entropy (of bfloat16
scores); matrix products, attention (softmax in float32) and GELU in bfloat16.

The NumPy reference (forward, backward, AdamW) is written by hand.

Asymmetries: those of gpt, whose parts are used here. JAX's exact GELU is written with erf, as PyTorch's is, because
jax.nn.gelu's erfc is slow on a CPU.
"""

from __future__ import annotations

from functools import partial

import numpy as np

from bench.workloads.training.gpt.problem import corpus, draw_block
from bench.workloads.training.gpt.reference import Network, Part, adamw, cross_entropy, gelu, observations

TITLE = {"en": "Masked language model (BERT) on English text", "zh": "英文文本上的掩码语言模型（BERT）"}
SECTION = 6
SCENARIO = "language"
ITEM = "tokens"
SIZES: dict[str, dict[str, int]] = {
    "tiny": {"layers": 2, "width": 16, "heads": 2, "length": 16, "batch": 2, "vocabulary": 128},
    "small": {"layers": 4, "width": 128, "heads": 4, "length": 64, "batch": 8, "vocabulary": 128},
    "medium": {"layers": 6, "width": 384, "heads": 6, "length": 128, "batch": 32, "vocabulary": 128},
    "large": {"layers": 12, "width": 768, "heads": 12, "length": 512, "batch": 32, "vocabulary": 30528},
}
SWEEPS: dict[str, dict[str, int]] = {
    f"batch-{batch}": SIZES["small"] | {"batch": batch} for batch in (1, 4, 8, 16, 32, 64)
}
TASKS = ("train", "forward")
QUICK_TASKS = ("train",)
MEDIUM_TASKS = ("forward",)
SWEEP_TASKS = ("train", "forward")
CHECK_TASKS = ("gradient", "train", "forward")
QUICK_MODES = {"torch": ("compile",), "jax": ("jit",)}
PRECISIONS = ("float32", "float64", "tf32", "bfloat16")
TOLERANCE = 1e-8
PRECISION_TOLERANCE = {"float64": 1e-8, "float32": 1e-4, "tf32": 1e-2, "bfloat16": 5e-2}

RATE, BETAS, EPSILON, DECAY = 1e-4, (0.9, 0.999), 1e-6, 0.01
NORM_EPSILON = 1e-12
DEVIATION = 0.02
MASK = 0
MASKED, REPLACED, KEPT = 0.15, 0.8, 0.1
"""Shares: of the positions that are predicted, and of those the ones that become the mask and the ones that stay."""
CHECK_STEPS = 5
SEED = 20240108


class Problem:
    """The data, the initial parameters and the reference values at one size."""

    def __init__(self, size: str) -> None:
        self.size = size
        sizes = {**SIZES, **SWEEPS}[size]
        self.layers, self.width, self.heads = sizes["layers"], sizes["width"], sizes["heads"]
        self.length, self.batch, self.vocabulary = sizes["length"], sizes["batch"], sizes["vocabulary"]
        self.masked = round(MASKED * self.length)

    def inputs(self) -> dict[str, np.ndarray]:
        """The fixed batch.

        `tokens` (batch, length), some of them masked; `positions` (batch × masked,), ascending indices into all
        batch × length tokens; `targets` (batch × masked,), what stood there.
        """
        random = np.random.default_rng(SEED + 1)
        text = corpus()[: self.batch * self.length]
        chosen = np.sort(random.random((self.batch, self.length)).argsort(axis=1)[:, : self.masked], axis=1)
        positions = (chosen + self.length * np.arange(self.batch)[:, None]).ravel()
        share = random.random(len(positions))
        others = random.choice(np.unique(corpus()), len(positions))
        tokens = text.copy()
        tokens[positions] = np.select([share < REPLACED, share < 1 - KEPT], [MASK, others], text[positions])
        return {"tokens": tokens.reshape(self.batch, self.length), "positions": positions, "targets": text[positions]}

    def parameters(self) -> dict[str, np.ndarray]:
        """`tokens.weight`, `positions` and their norm, the layers, `blocks.<number>.…`, and the head."""
        random = np.random.default_rng(SEED)
        width = self.width
        drawn = {
            "tokens.weight": random.normal(0, DEVIATION, (self.vocabulary, width)),
            "positions": random.normal(0, DEVIATION, (self.length, width)),
            "norm.weight": np.ones(width),
            "norm.bias": np.zeros(width),
        }
        for layer in range(self.layers):
            drawn |= draw_block(random, f"blocks.{layer}", width, DEVIATION)
        return drawn | {
            "head.weight": random.normal(0, DEVIATION, (width, width)),
            "head.bias": np.zeros(width),
            "head_norm.weight": np.ones(width),
            "head_norm.bias": np.zeros(width),
            "bias": np.zeros(self.vocabulary),
        }

    def flops(self, task: str) -> float:
        """Multiplications and additions of the matrix products of a step, as the docstring counts them."""
        linear = 12 * self.layers * self.width**2 * self.items(task)
        head = self.batch * self.masked * self.width * (self.width + self.vocabulary)
        pairs = self.batch * self.length**2
        forward = 2.0 * (linear + head) + 4.0 * pairs * self.width * self.layers
        return forward if task == "forward" else 3 * forward

    def items(self, task: str) -> float:
        """Tokens read per step."""
        return float(self.batch * self.length)

    def reference(self, task: str) -> dict[str, np.ndarray]:
        """What the implementations must observe: after five steps for `train`."""
        batch = self.inputs()
        train = partial(adamw, steps=CHECK_STEPS, rate=RATE, betas=BETAS, epsilon=EPSILON, decay=DECAY)
        return observations(task, self.parameters(), lambda network: self.losses(network, **batch), train)

    def losses(self, network: Network, tokens: np.ndarray, positions: np.ndarray, targets: np.ndarray) -> Part:
        """Minus the log-probability at every masked position, (batch × masked,), and the backward pass."""
        stream, backward_stream = self.encoded(network, tokens)
        rows = stream.reshape(-1, self.width)[positions]
        mixed, backward_head = network.linear("head", rows)
        active, backward_gelu = gelu(mixed)
        normed, backward_norm = network.layer_norm("head_norm", active, NORM_EPSILON)
        scores, backward_scores = network.tied("tokens.weight", normed)
        values, backward_values = cross_entropy(scores + network.parameters["bias"], targets)

        def backward(error: np.ndarray) -> np.ndarray:
            error = backward_values(error)
            network.gradients["bias"] += error.sum(axis=0)
            whole = np.zeros((stream.size // self.width, self.width))
            whole[positions] = backward_head(backward_gelu(backward_norm(backward_scores(error))))
            return backward_stream(whole.reshape(stream.shape))

        return values, backward

    def encoded(self, network: Network, tokens: np.ndarray) -> Part:
        """The stream after the last layer, (batch, length, width), and the backward pass."""
        embedded, backward_tokens = network.embedding("tokens.weight", tokens)
        stream, backward_first = network.layer_norm("norm", embedded + network.parameters["positions"], NORM_EPSILON)
        passes = []
        for name in (f"blocks.{layer}" for layer in range(self.layers)):
            change, inside = network.attention(f"{name}.attention", stream, self.heads, causal=False)
            stream, after = network.layer_norm(f"{name}.attention_norm", stream + change, NORM_EPSILON)
            passes.append((inside, after))
            change, inside = network.feedforward(f"{name}.feedforward", stream, gelu)
            stream, after = network.layer_norm(f"{name}.feedforward_norm", stream + change, NORM_EPSILON)
            passes.append((inside, after))

        def backward(error: np.ndarray) -> np.ndarray:
            for inside, after in reversed(passes):
                error = after(error)
                error = error + inside(error)
            error = backward_first(error)
            network.gradients["positions"] += error.sum(axis=0)
            return backward_tokens(error)

        return stream, backward
