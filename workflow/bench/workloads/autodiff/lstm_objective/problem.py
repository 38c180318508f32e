r"""The loss of a small LSTM over a long sequence, and its gradient (ADBench LSTM).

ADBench's cell multiplies by diagonals instead of matrices. Layer l with the weights w and biases b of its four gates,
the input x and the state (h, c), all of width 14 (the bits of a character), does

    f = σ(w₁ x + b₁),  i = σ(w₂ h + b₂),  o = σ(w₃ x + b₃),  g = tanh(w₄ h + b₄)
    c ← f c + i g,  h ← o tanh c

The first layer reads w_in s_t, the others the h of the layer before; the prediction is y_t = w_out h + b_out of the
last layer's h. With ŷ = y − log(2 + Σ_k exp y_k) and the sequence s (c, 14),

    L = −1/((c − 1) 14) Σ_{t=0}^{c−2} Σ_k s_{t+1,k} ŷ_{t,k}

Arguments in ADBench's layout: `main_params` (2 layers, 4 · 14), weights and biases of a layer in turn; `extra_params`
(3, 14), the rows w_in, w_out and b_out; `state` (2 layers, 14), h and c of a layer in turn; `sequence` (c, 14).
Everything is dimensionless.

Tasks: `primal` gives `value` (); `gradient` gives `value`, `gradient.main_params` and `gradient.extra_params`.

The sequence is given, so that the prediction of a step is not the input of the next one: a layer can run over all times
before the layer above begins. Both frameworks therefore take layer after layer and compute what does not hang on h, the
gates f and o, for many times at once; predictions and loss follow for all times at once.

Asymmetries: JAX runs a layer as `lax.scan` inside the compiled program, 3 steps to an iteration, which is jitted in
`eager` too: a scan is always compiled, and outside of `jit` in every call anew. PyTorch has no public loop that can be
differentiated when compiled. In `eager` it calls torch.lstm with diagonal matrices, which gives the same numbers for 14
times the multiplications: cuDNN's LSTM on CUDA, oneDNN's on the CPU in float32, and a loop in C++ in float64; a loop in
Python takes as long in float64 and forty times as long in float32. JAX's interface to cuDNN's LSTM knows no float64 and
is not used. In `compile` a loop in Python calls a compiled block of 17 to 31 steps of one layer; 11 steps take half as
long again, 93 no less. A CUDA graph would overwrite what earlier blocks have kept for the way back, so that there is no
`compile-max`.

Sizes: ADBench's layers and lengths; `small` is its shortest. Inputs: parameters and states standard normal times ½
(ADBench draws them uniformly from 0 to 1), bits of the sequence at random instead of a text's.
Reference: backpropagation through time by hand in NumPy.

Source: F. Šrajer, Z. Kukelova, A. Fitzgibbon, "A benchmark of selected algorithmic differentiation tools on some
problems in computer vision and machine learning", Optimization Methods and Software 33 (2018) 889-906; the LSTM came
with a later version of ADBench.
"""

from __future__ import annotations

from typing import Any

import numpy as np

TITLE = {"en": "LSTM objective", "zh": "LSTM 目标函数"}
SECTION = 4
SCENARIO = "mathematical model"
ITEM = "steps"
SIZES: dict[str, dict[str, Any]] = {
    "tiny": {"layers": 2, "length": 19},
    "small": {"layers": 2, "length": 1024},
    "medium": {"layers": 2, "length": 4096},
    "large": {"layers": 4, "length": 4096},
}
SWEEPS: dict[str, dict[str, Any]] = {
    f"layers{layers}-length-{length}": {"layers": layers, "length": length}
    for layers in (2, 4)
    for length in (256, 1024, 4096)
}
TASKS = ("primal", "gradient")
QUICK_TASKS = ("gradient",)
SWEEP_TASKS = TASKS
CHECK_TASKS = TASKS
MODES = {"torch": ("eager", "compile"), "jax": ("jit", "eager")}
QUICK_MODES = {"torch": ("compile",), "jax": ("jit",)}
PRECISIONS = ("float64", "float32")
TOLERANCE = 1e-8
PRECISION_TOLERANCE = {"float64": 1e-8, "float32": 1e-5}

BITS = 14
LONGEST_BLOCK = 31
"""Steps of a layer that PyTorch compiles as one, at most."""
UNROLLED = 3
"""Steps of a layer in an iteration of JAX's loop."""
SEED = 20240111

Arrays = dict[str, np.ndarray]


class Problem:
    """Parameters, states and sequence at one size, and the gradient by hand."""

    def __init__(self, size: str) -> None:
        self.size = size
        chosen = {**SIZES, **SWEEPS}[size]
        self.layers: int = chosen["layers"]
        self.length: int = chosen["length"]

    @property
    def block(self) -> int:
        """Steps of a layer that PyTorch compiles as one: the most that divide the sequence evenly into two blocks or
        more, of those allowed.
        """
        most = min(LONGEST_BLOCK, (self.length - 1) // 2)
        return max(each for each in range(1, most + 1) if (self.length - 1) % each == 0)

    def inputs(self) -> Arrays:
        """`main_params` (2 layers, 56), `extra_params` (3, 14), `state` (2 layers, 14), `sequence` (length, 14)."""
        random = np.random.default_rng(SEED)
        rows = 2 * self.layers
        shapes = {"main_params": (rows, 4 * BITS), "extra_params": (3, BITS), "state": (rows, BITS)}
        drawn = {name: random.standard_normal(shape) / 2 for name, shape in shapes.items()}
        return drawn | {"sequence": random.integers(0, 2, (self.length, BITS)).astype(float)}

    def parameters(self) -> Arrays:
        """None: nothing is trained."""
        return {}

    def flops(self, task: str) -> float:
        """Operations of the cells, each transcendental function as one: 17 per unit, twice as many on the way back."""
        cells = 17.0 * BITS * self.layers * (self.length - 1)
        return cells if task == "primal" else 3 * cells

    def items(self, task: str) -> float:
        """Steps of the sequence."""
        return float(self.length - 1)

    def reference(self, task: str) -> Arrays:
        """Value and gradient by hand."""
        value, by_main, by_extra = value_and_gradient(**self.inputs())
        found = {"value": np.array(value)}
        return (
            found if task == "primal" else found | {"gradient.main_params": by_main, "gradient.extra_params": by_extra}
        )


def sigmoid(x: np.ndarray) -> np.ndarray:
    """1 / (1 + e^-x)."""
    return 1 / (1 + np.exp(-x))


def value_and_gradient(
    main_params: np.ndarray, extra_params: np.ndarray, state: np.ndarray, sequence: np.ndarray
) -> tuple[float, np.ndarray, np.ndarray]:
    """L and its derivatives by `main_params` and `extra_params`, in their shapes."""
    layers, steps = len(main_params) // 2, len(sequence) - 1
    weights, biases = (main_params[part::2].reshape(layers, 4, BITS) for part in (0, 1))
    hidden, cell = state[0::2].copy(), state[1::2].copy()
    kept = np.empty((steps, layers, 8, BITS))  # x, h and c before, the four gates, tanh c
    tops = np.empty((steps, BITS))
    for t in range(steps):
        x = extra_params[0] * sequence[t]
        for n in range(layers):
            gates = weights[n] * np.stack([x, hidden[n], x, hidden[n]]) + biases[n]
            f, i, o = sigmoid(gates[:3])
            g = np.tanh(gates[3])
            kept[t, n, :3] = x, hidden[n], cell[n]
            cell[n] = f * cell[n] + i * g
            kept[t, n, 3:] = f, i, o, g, np.tanh(cell[n])
            hidden[n] = x = o * kept[t, n, 7]
        tops[t] = x
    y = tops * extra_params[1] + extra_params[2]
    exponentials = np.exp(y)
    total = 2 + exponentials.sum(axis=1, keepdims=True)
    gold = sequence[1:]
    value = -np.sum(gold * (y - np.log(total))) / gold.size
    by_y = (gold.sum(axis=1, keepdims=True) * exponentials / total - gold) / gold.size
    by_main, by_input = _through_time(weights, kept, by_y * extra_params[1])
    by_extra = np.stack([np.sum(by_input * sequence[:-1], axis=0), np.sum(by_y * tops, axis=0), by_y.sum(axis=0)])
    return float(value), by_main, by_extra


def _through_time(weights: np.ndarray, kept: np.ndarray, by_top: np.ndarray) -> tuple[np.ndarray, np.ndarray]:
    """Derivatives by `main_params`, and by the first layer's input at every time, shape (steps, 14)."""
    steps, layers = kept.shape[:2]
    by_weights, by_biases = np.zeros_like(weights), np.zeros_like(weights)
    by_hidden, by_cell = np.zeros((layers, BITS)), np.zeros((layers, BITS))
    by_input = np.empty((steps, BITS))
    for t in reversed(range(steps)):
        below = by_top[t]
        for n in reversed(range(layers)):
            x, h, c, f, i, o, g, squashed = kept[t, n]
            back = by_hidden[n] + below
            change = by_cell[n] + back * o * (1 - squashed**2)
            by_gates = np.stack(
                [
                    change * c * f * (1 - f),
                    change * g * i * (1 - i),
                    back * squashed * o * (1 - o),
                    change * i * (1 - g**2),
                ]
            )
            by_weights[n] += by_gates * np.stack([x, h, x, h])
            by_biases[n] += by_gates
            pulled = by_gates * weights[n]
            by_cell[n], by_hidden[n], below = change * f, pulled[1] + pulled[3], pulled[0] + pulled[2]
        by_input[t] = below
    interleaved = np.stack([by_weights, by_biases], axis=1).reshape(2 * layers, 4 * BITS)
    return interleaved, by_input
