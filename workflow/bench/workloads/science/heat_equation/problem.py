r"""The heat equation on a square plate: five-point stencil, explicit Euler, and its gradient by the initial state.

∂u/∂t = α ∇²u on n × n cells of width h whose surroundings are kept at temperature zero (homogeneous Dirichlet). One
time step of length Δt is, with the Fourier number r = α Δt/h² and u = 0 outside of the plate,

    u'[i,j] = (1 − 4r) u[i,j] + r (u[i−1,j] + u[i+1,j] + u[i,j−1] + u[i,j+1])

that is u' = A u with a symmetric A; r = 0.2 (stable up to 0.25). Everything is dimensionless.

Tasks: `forward` returns `state`, the state after `steps` time steps, shape (n, n). `gradient` returns the misfit to an
observed final state and its gradient by the initial state, as in variational data assimilation, with shape (n, n):

    J(u₀) = ½ Σ (Aˢ u₀ − d)²,    ∂J/∂u₀ = (Aᵀ)ˢ (Aˢ u₀ − d) = Aˢ (Aˢ u₀ − d)

Reference and NumPy's base line: the same stencil, with the adjoint written by hand, which is the stencil again. Inputs:
initial and observed state, uniform in [0, 1).

Both frameworks differentiate by automatic differentiation in reverse mode and know nothing of the symmetry. The map is
linear, so neither of them keeps states for the backward pass. Asymmetry: JAX repeats one compiled time step in a loop
(`lax.scan`), for on a CPU XLA computes a cell again for each of its neighbours where it fuses unrolled time steps (at
`small` twice as slow with two of them unrolled, fifty times with all); PyTorch repeats it in Python, and
`torch.compile` unrolls the time steps into one graph. Each stencil is written as its framework and mode runs it fastest
of those tried: shifted copies that fuse into one pass in JAX, slices of padded arrays in PyTorch, but additions to
parts of an array in place in the forward task of eager PyTorch, where nothing is fused.

Source of the scheme: LeVeque, Finite Difference Methods for Ordinary and Partial Differential Equations (2007), ch. 9.
"""

from __future__ import annotations

from typing import Any

import numpy as np

TITLE = {"en": "Heat equation", "zh": "热传导方程"}
SECTION = 6
SCENARIO = "numerics"
ITEM = "elements"
SIZES: dict[str, dict[str, Any]] = {
    "tiny": {"width": 12, "steps": 3},
    "small": {"width": 256, "steps": 10},
    "medium": {"width": 1024, "steps": 10},
    "large": {"width": 4096, "steps": 10},
}
SWEEPS: dict[str, dict[str, Any]] = {
    f"elements-{width * width}": {"width": width, "steps": 10} for width in (64, 128, 256, 512, 1024, 2048, 4096)
}
TASKS = ("forward", "gradient")
QUICK_TASKS = ("forward",)
QUICK_MODES = {"torch": ("eager", "compile"), "jax": ("jit",)}
SWEEP_TASKS = ("forward", "gradient")
CHECK_TASKS = TASKS
BASELINE_TASKS = TASKS
NUMBA_TASKS = TASKS
PRECISIONS = ("float64", "float32")
TOLERANCE = 1e-10
PRECISION_TOLERANCE = {"float64": 1e-10, "float32": 1e-6}

SEED = 20240611
FOURIER = 0.2
"""The Fourier number r."""
LARGEST_REFERENCE = 2**22
"""Elements up to which the reference takes seconds at most."""


def memory(state: np.ndarray) -> tuple[np.ndarray, np.ndarray, np.ndarray]:
    """What `march` works in: the state with zeros around it, another array of that shape, and one of the state's."""
    now, then = np.zeros((2, len(state) + 2, len(state) + 2), state.dtype)
    now[1:-1, 1:-1] = state
    return now, then, np.empty_like(state)


def march(now: np.ndarray, then: np.ndarray, scratch: np.ndarray, steps: int) -> tuple[np.ndarray, np.ndarray]:
    """`now` after so many time steps and the other array, used in turn; nothing is allocated."""
    for _ in range(steps):
        inner = then[1:-1, 1:-1]
        np.add(now[:-2, 1:-1], now[2:, 1:-1], out=inner)
        inner += now[1:-1, :-2]
        inner += now[1:-1, 2:]
        inner *= FOURIER
        inner += np.multiply(now[1:-1, 1:-1], 1 - 4 * FOURIER, out=scratch)
        now, then = then, now
    return now, then


def evolve(state: np.ndarray, steps: int) -> np.ndarray:
    """The state (n, n) after so many time steps."""
    return march(*memory(state), steps)[0][1:-1, 1:-1]


def adjoint(initial: np.ndarray, observed: np.ndarray, steps: int) -> dict[str, np.ndarray]:
    """`misfit` and `gradient` (n, n): the residual of the final state, carried back by the same time steps in the same
    memory.
    """
    now, then, scratch = memory(initial)
    now, then = march(now, then, scratch, steps)
    residual = now[1:-1, 1:-1]
    residual -= observed
    misfit = 0.5 * np.sum(np.square(residual, out=scratch))
    return {"misfit": np.asarray(misfit), "gradient": march(now, then, scratch, steps)[0][1:-1, 1:-1]}


class Problem:
    """The initial and the observed state, and the reference, at one size."""

    def __init__(self, size: str) -> None:
        self.size = size
        dimensions = {**SIZES, **SWEEPS}[size]
        self.width: int = dimensions["width"]
        self.steps: int = dimensions["steps"]
        self.elements = self.width**2

    def inputs(self) -> dict[str, np.ndarray]:
        """`initial` and `observed` states (n, n)."""
        random = np.random.default_rng(SEED)
        return {name: random.random((self.width, self.width)) for name in ("initial", "observed")}

    def parameters(self) -> dict[str, np.ndarray]:
        """None: nothing is trained."""
        return {}

    def flops(self, task: str) -> float:
        """Six operations per cell and time step; the gradient takes the steps twice and four per cell for J."""
        forward = 6.0 * self.elements * self.steps
        return forward if task == "forward" else 2 * forward + 4 * self.elements

    def items(self, task: str) -> float:
        """Cells times time steps."""
        return float(self.elements * self.steps)

    def bytes_moved(self, task: str) -> float:
        """Every time step, forward or backward, reads and writes the state once; J reads the observed state."""
        forward = 2.0 * 8 * self.elements * self.steps
        return forward if task == "forward" else 2 * forward + 8 * self.elements

    def reference(self, task: str) -> dict[str, np.ndarray]:
        """`state`; or `misfit` and `gradient`, by the adjoint; nothing where it would take too long."""
        if self.elements > LARGEST_REFERENCE:
            return {}
        given = self.inputs()
        if task == "forward":
            return {"state": evolve(given["initial"], self.steps)}
        return adjoint(given["initial"], given["observed"], self.steps)
