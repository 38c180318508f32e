r"""Derivatives of every kind of a small multilayer perceptron with tanh, so that second derivatives are smooth.

    h1 = tanh(x W1 + b1),  h2 = tanh(h1 W2 + b2),  y = h2 W3 + b3
    L  = (1/n) Σ_i ℓ_i,  ℓ_i = ½ Σ_k (y[i,k] − t[i,k])²

x of shape (n, w), W1 and W2 (w, w), b1 and b2 (w,), W3 (w, k), b3 (k,), y and t (n, k). p are the six parameters, v a
direction of their shapes, u of shape (n, k) a weight on every output. Everything is dimensionless.

| task | computed | outputs |
|---|---|---|
| primal | L | value () |
| gradient | L and ∂L/∂p | value (), gradient.* (shapes of p) |
| jvp | y and (∂y/∂p) v | value, tangent (n, k) |
| vjp | y and uᵀ (∂y/∂p) | value (n, k), gradient.* |
| jacobian_forward, jacobian_reverse | ∂y[i]/∂x[i], every sample's own input | jacobian (n, k, w) |
| jacobian_loop | the same, one sample after another, in reverse mode | jacobian (n, k, w) |
| hessian | ∂²L/∂b1², the block of the first bias, through all layers | hessian (w, w) |
| hessian_loop | the same, one row after another | hessian (w, w) |
| hvp | (∂²L/∂p²) v | hvp.* (shapes of p) |
| per_sample | ∂ℓ_i/∂p of every sample | gradient.* (n, shapes of p) |
| per_sample_loop | the same, one sample after another | gradient.* (n, shapes of p) |

A block of the Hessian, and the Jacobian by the input, keep the results bearable at width 1024; the six gradients per
sample hold 2 w² + (k + 2) w + k numbers each, and are computed for at most `MOST_BYTES` of them. By theory the forward
Jacobian costs w passes and the reverse one k; both frameworks take the first product of all passes, that of the unit
vectors and a matrix of weights, once for all samples.

A loop is written as in each framework by somebody who does not vectorise: in PyTorch a Python loop over a function of
one sample or row, which the compiled modes compile by itself; in JAX `lax.map` inside the compiled program, and in the
mode `eager` a Python loop. Asymmetry of `hessian_loop`: JAX linearises the gradient once and eager PyTorch keeps its
graph, but a compiled function keeps none, so that PyTorch's compiled modes go forward and backward anew for every row
(up to 2½ times the products, which `flops` does not count). Everywhere else both frameworks differentiate in the way
that was fastest of those tried, which is not the same one everywhere; it stands at the function. Only what a task
returns is asked of a framework.

Reference: derivatives by hand in NumPy: the chain rule backwards, and Pearlmutter's R-operator (Fast exact
multiplication by the Hessian, Neural Computation 6, 1994) for `jvp`, `hvp` and, with one direction per entry of b1,
the Hessian. Inputs: standard normal; weights and their direction scaled by 1/√w.
"""

from __future__ import annotations

from typing import Any

import numpy as np

TITLE = {"en": "Derivatives of a perceptron", "zh": "感知机的各种导数"}
SECTION = 4
SCENARIO = "mathematical model"
ITEM = "derivatives"
SIZES: dict[str, dict[str, Any]] = {
    "tiny": {"batch": 3, "width": 4, "outputs": 3},
    "small": {"batch": 32, "width": 64, "outputs": 10},
    "medium": {"batch": 128, "width": 256, "outputs": 10},
    "large": {"batch": 256, "width": 1024, "outputs": 10},
}
SWEEPS: dict[str, dict[str, Any]] = {
    f"width-{width}": {"batch": 32, "width": width, "outputs": 10} for width in (16, 32, 64, 128, 256, 512, 1024)
}
TASKS = (
    "primal",
    "gradient",
    "jvp",
    "vjp",
    "jacobian_forward",
    "jacobian_reverse",
    "jacobian_loop",
    "hessian",
    "hessian_loop",
    "hvp",
    "per_sample",
    "per_sample_loop",
)
QUICK_TASKS = ("primal", "gradient")
MANY_TASKS = ("gradient",)
QUICK_MODES = {"torch": ("eager", "compile"), "jax": ("jit",)}
SWEEP_TASKS = ("primal", "gradient", "jvp", "vjp", "jacobian_reverse", "hvp", "per_sample")
CHECK_TASKS = TASKS
PRECISIONS = ("float64", "float32", "tf32")
TOLERANCE = 1e-8
PRECISION_TOLERANCE = {"float64": 1e-8, "float32": 2e-5, "tf32": 2e-2}

SEED = 20240105
LONGEST_REFERENCE = 5e10
"""Multiplications and additions above which `reference` returns nothing: about five seconds on two cores."""
LARGEST_REFERENCE = 2**27
"""Bytes of the result above which it returns nothing."""
MOST_BYTES = 2**31
"""Bytes in float64 of the largest result that is computed."""

Arrays = dict[str, np.ndarray]


class Problem:
    """Batch, parameters and directions at one size, and the derivatives by hand."""

    def __init__(self, size: str) -> None:
        self.size = size
        sizes = {**SIZES, **SWEEPS}[size]
        self.batch: int = sizes["batch"]
        self.width: int = sizes["width"]
        self.outputs: int = sizes["outputs"]

    def _shapes(self) -> dict[str, tuple[int, ...]]:
        w, k = self.width, self.outputs
        return {"W1": (w, w), "b1": (w,), "W2": (w, w), "b2": (w,), "W3": (w, k), "b3": (k,)}

    def inputs(self) -> Arrays:
        """`x` (n, w), `t` and `u` (n, k), the parameters `W1` … `b3` and their direction `v.W1` … `v.b3`."""
        random = np.random.default_rng(SEED)
        made = {"x": random.standard_normal((self.batch, self.width))}
        made |= {name: random.standard_normal((self.batch, self.outputs)) for name in ("t", "u")}
        for prefix in ("", "v."):
            made |= {
                f"{prefix}{name}": random.standard_normal(shape) / np.sqrt(self.width)
                for name, shape in self._shapes().items()
            }
        return made

    def parameters(self) -> Arrays:
        """None: nothing is trained."""
        return {}

    def too_large(self, task: str) -> str:
        """Why the task cannot be computed at this size, or nothing."""
        needed = 8 * int(self.items(task))
        if needed <= MOST_BYTES:
            return ""
        return (
            f"the {self.items(task):,.0f} derivatives of {task} take {needed:,} bytes in float64; "
            f"at most {MOST_BYTES:,} are computed"
        )

    def flops(self, task: str) -> float:
        """Multiplications and additions of the matrix products of one step; elementwise work is not counted."""
        n, w, k = self.batch, self.width, self.outputs
        square, last = 2.0 * n * w * w, 2.0 * n * w * k
        forward = 2 * square + last
        pulled = forward + (square + last) + (2 * square + last)  # forward, to the hidden layers, to the weights
        each = pulled - (2 * square + last) / 2  # outer products, which add up nothing
        pushed = 3 * square + 2 * last  # tangents of the three products, x being constant
        return {
            "primal": forward,
            "gradient": pulled,
            "vjp": pulled,
            "jvp": forward + pushed,
            # unit vectors through the first layer they meet: one product for all samples
            "jacobian_forward": forward + 2.0 * w**3 + w * (square + last),
            "jacobian_reverse": forward + 2.0 * w * k**2 + 2 * k * square,
            "jacobian_loop": forward + k * forward,
            "hessian": forward + (square + last) + 2 * w * (square + last),
            "hessian_loop": forward + (square + last) + 2 * w * (square + last),
            "hvp": pulled + pushed + 2 * (square + last) + pushed,
            "per_sample": each,
            "per_sample_loop": each,
        }[task]

    def items(self, task: str) -> float:
        """Derivatives computed per step: entries of the task's outputs without the value; 1 for the primal."""
        n, w, k = self.batch, self.width, self.outputs
        parameters = sum(int(np.prod(shape)) for shape in self._shapes().values())
        return float(
            {
                "primal": 1,
                "gradient": parameters,
                "vjp": parameters,
                "hvp": parameters,
                "jvp": n * k,
                "hessian": w * w,
                "hessian_loop": w * w,
                "per_sample": n * parameters,
                "per_sample_loop": n * parameters,
            }.get(task, n * k * w)
        )

    def reference(self, task: str) -> Arrays:
        """The task's outputs by the chain rule written by hand; {} where that would take long or much memory."""
        if 8 * self.items(task) > LARGEST_REFERENCE or ("hessian" in task and self.flops(task) > LONGEST_REFERENCE):
            return {}
        data = self.inputs()
        direction = {name: data[f"v.{name}"] for name in self._shapes()}
        match task.removesuffix("_loop").removesuffix("_forward").removesuffix("_reverse"):
            case "primal" | "gradient" as kind:
                y = forward(data)[-1]
                found = {"value": np.array(0.5 * np.sum((y - data["t"]) ** 2) / self.batch)}
                return found if kind == "primal" else found | gradient(data, (y - data["t"]) / self.batch)
            case "jvp":
                return {"value": forward(data)[-1], "tangent": pushforward(data, direction)[-1]}
            case "vjp":
                return {"value": forward(data)[-1]} | gradient(data, data["u"])
            case "jacobian":
                return {"jacobian": jacobian(data)}
            case "hessian":
                return {"hessian": hessian(data)}
            case "hvp":
                return hessian_vector(data, direction)
            case _:
                return per_sample(data)


def forward(p: Arrays) -> tuple[np.ndarray, np.ndarray, np.ndarray]:
    """h1 (n, w), h2 (n, w) and y (n, k)."""
    h1 = np.tanh(p["x"] @ p["W1"] + p["b1"])
    h2 = np.tanh(h1 @ p["W2"] + p["b2"])
    return h1, h2, h2 @ p["W3"] + p["b3"]


def backward(p: Arrays, outer: np.ndarray) -> tuple[np.ndarray, np.ndarray]:
    """The derivatives by the arguments of the two tanh (n, w), for those by y given as `outer` (n, k)."""
    h1, h2, _ = forward(p)
    d2 = (outer @ p["W3"].T) * (1 - h2**2)
    return (d2 @ p["W2"].T) * (1 - h1**2), d2


def gradient(p: Arrays, outer: np.ndarray) -> Arrays:
    """The derivatives by the parameters, summed over the samples, for those by y given as `outer` (n, k)."""
    h1, h2, _ = forward(p)
    d1, d2 = backward(p, outer)
    layers = ((p["x"], d1), (h1, d2), (h2, outer))
    return {f"gradient.W{i}": below.T @ above for i, (below, above) in enumerate(layers, 1)} | {
        f"gradient.b{i}": above.sum(axis=0) for i, (_, above) in enumerate(layers, 1)
    }


def per_sample(p: Arrays) -> Arrays:
    """The gradient of every ℓ_i: outer products instead of their sums."""
    h1, h2, y = forward(p)
    d1, d2 = backward(p, y - p["t"])
    layers = ((p["x"], d1), (h1, d2), (h2, y - p["t"]))
    return {f"gradient.W{i}": below[:, :, None] * above[:, None, :] for i, (below, above) in enumerate(layers, 1)} | {
        f"gradient.b{i}": above for i, (_, above) in enumerate(layers, 1)
    }


def jacobian(p: Arrays) -> np.ndarray:
    """∂y[i]/∂x[i] = W3ᵀ diag(1 − h2²) W2ᵀ diag(1 − h1²) W1ᵀ, shape (n, k, w)."""
    h1, h2, _ = forward(p)
    by_second = (p["W3"].T * (1 - h2**2)[:, None, :]) @ p["W2"].T
    return (by_second * (1 - h1**2)[:, None, :]) @ p["W1"].T


def pushforward(p: Arrays, v: Arrays) -> tuple[np.ndarray, np.ndarray, np.ndarray]:
    """R{h1}, R{h2} and R{y} along the direction `v` of the parameters."""
    h1, h2, _ = forward(p)
    r1 = (p["x"] @ v["W1"] + v["b1"]) * (1 - h1**2)
    r2 = (r1 @ p["W2"] + h1 @ v["W2"] + v["b2"]) * (1 - h2**2)
    return r1, r2, r2 @ p["W3"] + h2 @ v["W3"] + v["b3"]


def hessian_vector(p: Arrays, v: Arrays) -> Arrays:
    """R of the gradient of L: the Hessian times `v`."""
    h1, h2, y = forward(p)
    r1, r2, ry = pushforward(p, v)
    outer, r_outer = (y - p["t"]) / len(y), ry / len(y)
    _, d2 = backward(p, outer)
    back2, back1 = outer @ p["W3"].T, d2 @ p["W2"].T
    r_d2 = (r_outer @ p["W3"].T + outer @ v["W3"].T) * (1 - h2**2) - 2 * back2 * h2 * r2
    r_d1 = (r_d2 @ p["W2"].T + d2 @ v["W2"].T) * (1 - h1**2) - 2 * back1 * h1 * r1
    return {
        "hvp.W1": p["x"].T @ r_d1,
        "hvp.b1": r_d1.sum(axis=0),
        "hvp.W2": h1.T @ r_d2 + r1.T @ d2,
        "hvp.b2": r_d2.sum(axis=0),
        "hvp.W3": h2.T @ r_outer + r2.T @ outer,
        "hvp.b3": r_outer.sum(axis=0),
    }


def hessian(p: Arrays) -> np.ndarray:
    """R of ∂L/∂b1 along every entry of b1: row j moves entry j of h1 alone; shape (w, w)."""
    h1, h2, y = forward(p)
    outer = (y - p["t"]) / len(y)
    _, d2 = backward(p, outer)
    back2, back1 = outer @ p["W3"].T, d2 @ p["W2"].T
    rows = np.empty((h1.shape[1], h1.shape[1]))
    for j, slope in enumerate((1 - h1**2).T):
        r2 = slope[:, None] * p["W2"][j] * (1 - h2**2)
        r_d2 = (r2 @ p["W3"] @ p["W3"].T) / len(y) * (1 - h2**2) - 2 * back2 * h2 * r2
        rows[j] = ((r_d2 @ p["W2"].T) * (1 - h1**2)).sum(axis=0)
        rows[j, j] -= np.sum(2 * back1[:, j] * h1[:, j] * slope)
    return rows
