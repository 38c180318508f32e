r"""A character-level language model with two LSTM layers, predicting the next character of English text (section 6).

Data: the novel that training/gpt ships (`corpus`, 684,768 bytes of ASCII, public domain); a token is a byte, the
vocabulary is 128, all of ASCII. Window b of the batch begins at character 1000 b (modulo the length of the text): its
first `steps` characters are the inputs, the ones that follow each the targets.

Model: a table of embeddings (128, width); two LSTM layers (Hochreiter, Schmidhuber, Neural Computation 9, 1997, with
the forget gate of Gers, Schmidhuber, Cummins, 2000), both `width` wide, from zero states; linear, width → 128; the mean
cross entropy over all characters, in nats. One layer, with x its inputs and σ the logistic function, is
    (i, f, g, o) = W_ih x_t + b_ih + W_hh h_(t-1) + b_hh
    c_t = σ(f) c_(t-1) + σ(i) tanh(g),   h_t = σ(o) tanh(c_t)
with the gates in this order along the first axis of W_ih and W_hh (4 width, width). Both biases are kept, as
torch.nn.LSTM keeps them, though their sum would do: Adam's steps would differ. Adam has rate 0.002, β = (0.9, 0.999),
ε = 1e-8 outside the root. The gradient is not clipped.

The LSTM's matrices are stored (out, in), the linear weight (in, out), the table (128, width). Initial LSTM weights and
biases are uniform in ±1/√width, the linear layer's too, and the table's are standard normal, as torch.nn draws them.

Tasks: `train` is one step on one fixed batch; `forward` the scores (steps, batch, 128) of that batch; `gradient`
(parity gate) the loss and its gradient at the initial parameters. The NumPy reference is written by hand,
back-propagation through time and Adam included.

Work counted: the matrix products (multiply-add = 2) of the LSTM and of the linear layer; backward twice forward. The
embedding is a look-up and counts nothing.

Precision bfloat16 is mixed: float32 parameters, optimiser and loss; the rest in bfloat16, but for what a fused kernel
keeps to itself.

Asymmetries. PyTorch's LSTM is nn.LSTM: cuDNN's kernels on CUDA, oneDNN's on the CPU. torch.compile takes no nn.LSTM
into its graphs; its experimental switch for that, allow_rnn, writes out every step of time, and 64 of them took more
than five minutes to compile. So the compiled modes compile the linear layer and the cross entropy, as
torch.compile(model) would, and leave LSTM, embedding and the fused Adam as they are in the eager mode; a loop inside
the graph (torch's scan, which is experimental too) took four times as long on a CPU as that. A CUDA graph would hold
the linear layer alone, so that compile-max, which says that a step is captured, is not measured.
JAX's LSTM is lax.scan, not unrolled (on one core two steps per iteration took 1.1 times as long, eight 2.4 times). The
inputs are multiplied by their weights in one product for all steps before the loop; in the forward pass alone a CPU
multiplies step by step, in the loop, which took 0.64 times as long there and 1.1 times in training. In float32 and TF32
CUDA has cuDNN's here too, jax.experimental.rnn; that knows no bfloat16 and no float64, in which JAX scans there as
well. Eager JAX compiles the loop's body again in every step, so that it is checked, at size `tiny`, but not timed.
"""

from __future__ import annotations

import math
from typing import Any

import numpy as np

from bench.workloads.training.by_hand import observed
from bench.workloads.training.by_hand.adam import adam
from bench.workloads.training.gpt.problem import corpus

TITLE = {"en": "Character-level LSTM on English text", "zh": "英文文本上的字符级 LSTM"}
SECTION = 6
SCENARIO = "sequence"
ITEM = "tokens"
SIZES: dict[str, dict[str, Any]] = {
    "tiny": {"width": 8, "steps": 5, "batch": 3},
    "small": {"width": 128, "steps": 64, "batch": 32},
    "medium": {"width": 512, "steps": 128, "batch": 64},
    "large": {"width": 1024, "steps": 256, "batch": 128},
}
SWEEPS: dict[str, dict[str, Any]] = {
    **{f"batch-{batch}": SIZES["small"] | {"batch": batch} for batch in (1, 8, 32, 128)},
    **{f"width-{width}": SIZES["small"] | {"width": width} for width in (32, 64, 128, 256, 512)},
    **{f"length-{steps}": SIZES["small"] | {"steps": steps} for steps in (16, 32, 64, 128, 256)},
}
QUICK_MODES = {"torch": ("compile",), "jax": ("jit",)}
MODES = {"torch": ("eager", "compile"), "jax": ("jit", "eager")}
TASKS = ("train", "forward")
QUICK_TASKS = ("train",)
MEDIUM_TASKS = ("forward",)
SWEEP_TASKS = ("train", "forward")
CHECK_TASKS = ("gradient", "train", "forward")
PRECISIONS = ("float32", "float64", "tf32", "bfloat16")
TOLERANCE = 1e-8
PRECISION_TOLERANCE = {"float64": 1e-8, "float32": 1e-4, "tf32": 1e-2, "bfloat16": 5e-2}

VOCABULARY, LAYERS = 128, 2
STRIDE = 1000
"""Characters between the beginnings of two windows."""
LEARNING_RATE = 2e-3
CHECK_STEPS = 5
SEED = 20240613

Arrays = dict[str, np.ndarray]


class Problem:
    """The text, the initial parameters and the reference values at one size."""

    def __init__(self, size: str) -> None:
        self.size = size
        settings: dict[str, Any] = {**SIZES, **SWEEPS}[size]
        self.width: int = settings["width"]
        self.steps: int = settings["steps"]
        self.batch: int = settings["batch"]

    def inputs(self) -> Arrays:
        """The fixed batch: `characters` and `targets`, both (steps, batch), time first as both frameworks like it."""
        text = corpus()
        places = np.arange(self.steps + 1)[:, None] + STRIDE * np.arange(self.batch)
        windows = text[places % len(text)]
        return {"characters": windows[:-1], "targets": windows[1:]}

    def parameters(self) -> Arrays:
        """The weights of embedding, lstm and output, under the names that torch.nn gives them."""
        random = np.random.default_rng(SEED)
        bound, gates = 1 / math.sqrt(self.width), 4 * self.width
        drawn = {"embedding.weight": random.standard_normal((VOCABULARY, self.width))}
        for layer in range(LAYERS):
            for name, shape in (
                ("weight_ih", (gates, self.width)),
                ("weight_hh", (gates, self.width)),
                ("bias_ih", (gates,)),
                ("bias_hh", (gates,)),
            ):
                drawn[f"lstm.{name}_l{layer}"] = random.uniform(-bound, bound, shape)
        drawn["output.weight"] = random.uniform(-bound, bound, (self.width, VOCABULARY))
        drawn["output.bias"] = random.uniform(-bound, bound, VOCABULARY)
        return drawn

    def flops(self, task: str) -> float:
        """Multiplications and additions, as the module's docstring counts them."""
        products = LAYERS * 2 * 4 * self.width**2 + self.width * VOCABULARY
        forward = 2.0 * products * self.steps * self.batch
        return forward if task == "forward" else 3 * forward

    def items(self, task: str) -> float:
        """Characters seen per step."""
        return float(self.steps * self.batch)

    def reference(self, task: str) -> Arrays:
        """What the implementations must observe: after five steps for `train`."""
        batch, parameters = self.inputs(), self.parameters()
        if task == "forward":
            return {"output": forward(parameters, batch["characters"])[0]}
        if task == "gradient":
            return observed.gradient(*loss_and_gradient(parameters, **batch))
        return observed.training(
            *adam(parameters, lambda now: loss_and_gradient(now, **batch), CHECK_STEPS, LEARNING_RATE)
        )


def logistic(z: np.ndarray) -> np.ndarray:
    """σ(z) = 1/(1 + exp(-z))."""
    return 1 / (1 + np.exp(-z))


def layer_forward(parameters: Arrays, layer: int, inputs: np.ndarray) -> dict[str, np.ndarray]:
    """All gates after their activations (steps, 4, batch, width), and the states before and after every step."""
    steps, batch, width = inputs.shape
    hidden, cells, gates = np.zeros((steps + 1, batch, width)), np.zeros((steps + 1, batch, width)), []
    for time, now in enumerate(inputs):
        z = (
            now @ parameters[f"lstm.weight_ih_l{layer}"].T
            + parameters[f"lstm.bias_ih_l{layer}"]
            + hidden[time] @ parameters[f"lstm.weight_hh_l{layer}"].T
            + parameters[f"lstm.bias_hh_l{layer}"]
        )
        i, f, g, o = np.split(z, 4, axis=1)
        gates.append(np.stack([logistic(i), logistic(f), np.tanh(g), logistic(o)]))
        cells[time + 1] = gates[-1][1] * cells[time] + gates[-1][0] * gates[-1][2]
        hidden[time + 1] = gates[-1][3] * np.tanh(cells[time + 1])
    return {"inputs": inputs, "hidden": hidden, "cells": cells, "gates": np.array(gates)}


def forward(parameters: Arrays, characters: np.ndarray) -> tuple[np.ndarray, list[dict[str, np.ndarray]]]:
    """The scores (steps, batch, 128), and what every layer computed on the way."""
    layers: list[dict[str, np.ndarray]] = []
    values = parameters["embedding.weight"][characters]
    for layer in range(LAYERS):
        layers.append(layer_forward(parameters, layer, values))
        values = layers[-1]["hidden"][1:]
    return values @ parameters["output.weight"] + parameters["output.bias"], layers


def layer_backward(
    parameters: Arrays, layer: int, found: dict[str, np.ndarray], error: np.ndarray
) -> tuple[np.ndarray, Arrays]:
    """The derivative in the layer's inputs and in its parameters, from that in its outputs (steps, batch, width)."""
    errors = []
    from_hidden = from_cell = np.zeros_like(error[0])
    for time in reversed(range(len(error))):
        (i, f, g, o), cell = found["gates"][time], np.tanh(found["cells"][time + 1])
        into_hidden = error[time] + from_hidden
        into_cell = from_cell + into_hidden * o * (1 - cell**2)
        z = np.concatenate(
            [
                into_cell * g * i * (1 - i),
                into_cell * found["cells"][time] * f * (1 - f),
                into_cell * i * (1 - g**2),
                into_hidden * cell * o * (1 - o),
            ],
            axis=1,
        )
        from_hidden, from_cell = z @ parameters[f"lstm.weight_hh_l{layer}"], into_cell * f
        errors.append(z)
    z = np.array(errors[::-1])
    bias = z.sum(axis=(0, 1))
    gradients = {
        f"lstm.weight_ih_l{layer}": np.einsum("tbg,tbi->gi", z, found["inputs"]),
        f"lstm.weight_hh_l{layer}": np.einsum("tbg,tbi->gi", z, found["hidden"][:-1]),
        f"lstm.bias_ih_l{layer}": bias,
        f"lstm.bias_hh_l{layer}": bias,
    }
    return z @ parameters[f"lstm.weight_ih_l{layer}"], gradients


def loss_and_gradient(parameters: Arrays, characters: np.ndarray, targets: np.ndarray) -> tuple[float, Arrays]:
    """Mean cross entropy and its derivative with respect to every parameter, back through time."""
    scores, layers = forward(parameters, characters)
    shifted = scores - scores.max(axis=2, keepdims=True)
    logarithms = shifted - np.log(np.exp(shifted).sum(axis=2, keepdims=True))
    wanted = np.eye(VOCABULARY)[targets]
    loss = -float((logarithms * wanted).sum() / targets.size)
    error = (np.exp(logarithms) - wanted) / targets.size
    gradients = {
        "output.weight": np.einsum("tbi,tbo->io", layers[-1]["hidden"][1:], error),
        "output.bias": error.sum(axis=(0, 1)),
    }
    error = error @ parameters["output.weight"].T
    for layer in reversed(range(LAYERS)):
        error, found = layer_backward(parameters, layer, layers[layer], error)
        gradients |= found
    gradients["embedding.weight"] = np.zeros_like(parameters["embedding.weight"])
    np.add.at(gradients["embedding.weight"], characters, error)
    return loss, gradients
