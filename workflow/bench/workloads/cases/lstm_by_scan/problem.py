r"""A layer of long short-term memory: a loop over the places, or the kernel of the vendor.

    (i, f, g, o) = x_t W + h_{t−1} U + c,   c_t = σ(f) c_{t−1} + σ(i) tanh(g),   h_t = σ(o) tanh(c_t)

x: (length, batch, inputs), W: (inputs, 4 units), U: (units, 4 units), c: (4 units,); h, c zero at first. Value: v =
mean(h²)/2 over all places; dimensionless.

| task | computed | outputs |
|---|---|---|
| forward | h | output (length, batch, units) |
| gradient | v, ∂v/∂(W, U, c) | value (), gradient.W, gradient.U, gradient.c |

Reference: the equations and, for the gradient, the chain rule by hand, from the last place to the first.

**What was reported.** https://github.com/mlcommons/algorithmic-efficiency/issues/230 (sourabh2k15, October 2022):
60,000 steps of DeepSpeech take 23 hours in JAX and 13 in PyTorch, a factor of 1.8 (GPUs), perhaps since PyTorch calls
the vendor's kernel; closed by https://github.com/mlcommons/algorithmic-efficiency/pull/393 (May 2023, merged): with a
layer of JAX that calls cuDNN's LSTM the times are on a par, about 14 hours. Meanwhile
https://github.com/jax-ml/jax/issues/13111 (hawkinsp, November 2022) says that XLA will not generate great code for
such networks, on GPUs in particular, which is why that layer came. On CPUs there is none in JAX; PyTorch's comes with
oneDNN.

**Two forms.** As reported: `jax.lax.scan` over the equations. As an expert writes it: the products with the inputs
before the loop, all at once, and four places per turn. PyTorch: `torch.nn.LSTM`.
"""

from __future__ import annotations

from typing import Any

import numpy as np

from bench.workloads.cases.forms.single import Single
from bench.workloads.cases.forms.stated import MODES, PRECISIONS, TOLERANCE

TITLE = {"en": "LSTM layer, by a loop or by the vendor’s kernel", "zh": "LSTM 层：循环与厂商内核"}
SECTION = 9
ITEM = "steps"
SIZES: dict[str, dict[str, Any]] = {
    "tiny": {"length": 8, "batch": 2, "inputs": 3, "units": 4},
    "small": {"length": 64, "batch": 16, "inputs": 128, "units": 128},
    "medium": {"length": 256, "batch": 32, "inputs": 512, "units": 512},
}
TASKS = CHECK_TASKS = ("forward", "gradient")
PRECISION_TOLERANCE = {"float64": TOLERANCE, "float32": 1e-3}
COMPLAINTS = (
    {
        "slow": "jax jit",
        "fast": "torch eager",
        "reported": 1.8,
        "source": "https://github.com/mlcommons/algorithmic-efficiency/issues/230",
        "said": {
            "en": "DeepSpeech took 23 hours in JAX and 13 in PyTorch (2022, GPUs); with cuDNN’s LSTM in JAX (2023)"
            " they are on a par.",
            "zh": "DeepSpeech 训练 JAX 用 23 小时，PyTorch 用 13 小时（2022 年，GPU）；JAX 改用 cuDNN 的 LSTM 之后（"
            "2023 年）持平。",
        },
    },
    {
        "slow": "jax jit",
        "fast": "jax jit-expert",
        "source": "https://github.com/mlcommons/algorithmic-efficiency/pull/393",
        "said": {
            "en": "The remedy there is a layer that calls cuDNN. Our expert’s form, for any device: the products with"
            " the inputs before the loop, four places a turn.",
            "zh": "那里的补救办法是调用 cuDNN 的层。我们的专家写法适用于任何设备：循环之前一次算完与输入的乘积，每轮走"
            "四个位置。",
        },
    },
)

SEED = 20260907
Arrays = dict[str, np.ndarray]


def sigmoid(x: np.ndarray) -> np.ndarray:
    """σ(x)."""
    return 1 / (1 + np.exp(-x))


class Problem(Single):
    """The inputs, the weights and the reference at one size."""

    sizes = SIZES

    def inputs(self) -> Arrays:
        """`x` (length, batch, inputs), standard normal."""
        shape = (self.setting["length"], self.setting["batch"], self.setting["inputs"])
        return {"x": np.random.default_rng(SEED).standard_normal(shape)}

    def parameters(self) -> Arrays:
        """`W`, `U`, `c`, uniform within ±1/√units."""
        random, units = np.random.default_rng(SEED + 1), self.setting["units"]
        shapes = {"W": (self.setting["inputs"], 4 * units), "U": (units, 4 * units), "c": (4 * units,)}
        return {name: random.uniform(-1, 1, shape) / np.sqrt(units) for name, shape in shapes.items()}

    def flops(self, task: str) -> float:
        """The matrix products, 2 for each; three such passes in a gradient."""
        setting = self.setting
        each = 8 * setting["batch"] * setting["units"] * (setting["inputs"] + setting["units"])
        return float(setting["length"] * each * (3 if task == "gradient" else 1))

    def items(self, task: str) -> float:
        """Places of all rows."""
        return float(self.setting["length"] * self.setting["batch"])

    def reference(self, task: str) -> Arrays:
        """The equations, and the chain rule from the last place to the first."""
        x, weights = self.inputs()["x"], self.parameters()
        units = self.setting["units"]
        hidden = cell = np.zeros((self.setting["batch"], units))
        kept, outputs = [], []
        for place in x:
            parts = np.split(place @ weights["W"] + hidden @ weights["U"] + weights["c"], 4, axis=1)
            gates = [sigmoid(parts[0]), sigmoid(parts[1]), np.tanh(parts[2]), sigmoid(parts[3])]
            moved = gates[1] * cell + gates[0] * gates[2]
            kept.append((place, hidden, cell, gates, moved))
            hidden, cell = gates[3] * np.tanh(moved), moved
            outputs.append(hidden)
        output = np.stack(outputs)
        if task == "forward":
            return {"output": output}
        slopes = {name: np.zeros_like(value) for name, value in weights.items()}
        back_hidden = back_cell = np.zeros_like(hidden)
        for step in reversed(range(len(kept))):
            place, before, cell, (enter, forget, new, leave), moved = kept[step]
            error = back_hidden + output[step] / output.size
            inner = back_cell + error * leave * (1 - np.tanh(moved) ** 2)
            products = np.concatenate(
                [
                    inner * new * enter * (1 - enter),
                    inner * cell * forget * (1 - forget),
                    inner * enter * (1 - new**2),
                    error * np.tanh(moved) * leave * (1 - leave),
                ],
                axis=1,
            )
            slopes["W"] += place.T @ products
            slopes["U"] += before.T @ products
            slopes["c"] += products.sum(axis=0)
            back_hidden, back_cell = products @ weights["U"].T, inner * forget
        value = np.array(np.square(output).mean() / 2)
        return {"value": value} | {f"gradient.{name}": slope for name, slope in slopes.items()}
