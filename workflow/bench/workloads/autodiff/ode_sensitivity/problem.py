r"""Gradient through a fixed-step Runge-Kutta integration of the outer solar system.

n = 6 bodies (sun, Jupiter, Saturn, Uranus, Neptune, Pluto) attract each other by Newton's law. With positions x (n, 3),
velocities v (n, 3) and masses m (n,) in units in which the constant of gravity is 1,

    x' = v,    v'[i] = Σ_j m[j] (x[j] - x[i]) / |x[j] - x[i]|³    (j ≠ i)

Lengths are astronomical units, masses those of the sun; the unit of time is then 58.13 days (a year is 2π). Initial
state and masses: Hairer, Lubich and Wanner (2006), Geometric Numerical Integration, section I.2.4 (September 5, 1994).
The classical Runge-Kutta method of order 4 takes steps of length h = 50 days: 87 per revolution of Jupiter. The
function is half the squared distance of the final positions from targets y (n, 3), as when an orbit is fitted to
observations:

    f(x₀, v₀, m) = ½ Σ_i |x_N[i] - y[i]|²

Targets: the initial positions, displaced by standard normal numbers times 0.5 astronomical units.

Tasks: `primal` is f; `gradient` f and its derivatives by x₀, v₀ and m in reverse mode, which keeps all intermediate
results of all steps; `gradient_checkpointed` the same with checkpoints after segments of about √N steps
(jax.checkpoint, torch.utils.checkpoint): the backward pass keeps the states between segments and computes one segment
again at a time, so that memory grows with √N and there is one more forward pass of work.

Asymmetries: JAX has a loop inside the compiled program (lax.scan; unrolling it made it slower). PyTorch's public
interface has no such loop with a derivative (its prototype of scan was no faster at 1000 steps and refused
checkpoints), and all steps as one graph would compile for minutes, so that a Python loop calls a compiled block of up
to twenty steps, ten where there are checkpoints, whose derivative is compiled with it. Compiled PyTorch has its
checkpoints inside of these blocks, one for each, which takes a third of the time of checkpoints around several blocks.
In the mode `compile-max` each block would be a CUDA graph whose outputs the next block overwrites while the backward
pass still needs them, hence it is unsupported. JAX's `eager` has a Python loop too: there lax.scan would compile its
derivative again in every call.

Reference: the discrete adjoint of the Runge-Kutta method, written by hand in NumPy. `flops` counts 20 per pair of
bodies and force evaluation and 14 per coordinate and step; the adjoint is counted as two further evaluations per force.
`items` counts the steps of the integration.
"""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

import numpy as np

TITLE = {"en": "Sensitivity of planetary orbits", "zh": "行星轨道的敏感度"}
SECTION = 4
SCENARIO = "numerics"
ITEM = "steps"
SIZES: dict[str, dict[str, Any]] = {
    "tiny": {"steps": 6, "segment": 3},
    "small": {"steps": 100, "segment": 10},
    "medium": {"steps": 1000, "segment": 40},
    "large": {"steps": 10_000, "segment": 100},
}
SWEEPS: dict[str, dict[str, Any]] = {
    f"steps-{steps}": {"steps": steps, "segment": segment}
    for steps, segment in ((100, 10), (300, 20), (1000, 40), (3000, 60), (10_000, 100))
}
TASKS = ("primal", "gradient", "gradient_checkpointed")
QUICK_TASKS = ("gradient",)
SWEEP_TASKS = ("gradient", "gradient_checkpointed")
CHECK_TASKS = TASKS
PRECISIONS = ("float64", "float32")
TOLERANCE = 1e-8
PRECISION_TOLERANCE = {"float64": 1e-8, "float32": 1e-4}
"""Rounding errors grow along the orbits: 1e-6 of a derivative after 6 steps, 7e-6 after 100 and 6e-5 after 1000."""
QUICK_MODES = {"torch": ("compile",), "jax": ("jit",)}

SEED = 20240117
GRAVITY = 2.95912208286e-4
"""Constant of gravity in astronomical units, days and masses of the sun."""
STEP_DAYS = 50.0
MASSES = (1.00000597682, 0.000954786104043, 0.000285583733151, 0.0000437273164546, 0.0000517759138449, 1 / 1.3e8)
POSITIONS = (
    (0.0, 0.0, 0.0),
    (-3.5023653, -3.8169847, -1.5507963),
    (9.0755314, -3.0458353, -1.6483708),
    (8.3101420, -16.2901086, -7.2521278),
    (11.4707666, -25.7294829, -10.8169456),
    (-15.5387357, -25.2225594, -3.1902382),
)
VELOCITIES = (
    (0.0, 0.0, 0.0),
    (0.00565429, -0.00412490, -0.00190589),
    (0.00168318, 0.00483525, 0.00192462),
    (0.00354178, 0.00137102, 0.00055029),
    (0.00288930, 0.00114527, 0.00039677),
    (0.00276725, -0.00170702, -0.00136504),
)
"""Astronomical units per day."""
BLOCK, LONG_BLOCK = 10, 20
"""Steps that PyTorch compiles together, at most: between checkpoints, and where there are none."""
MOST_STEPS = 5000
"""With more steps the reference would take more than five seconds."""

Arrays = dict[str, np.ndarray]
Force = Callable[[np.ndarray], np.ndarray]


class Problem:
    """Initial state, targets and the hand-written adjoint at one size."""

    def __init__(self, size: str) -> None:
        self.size = size
        found = {**SIZES, **SWEEPS}[size]
        self.steps: int = found["steps"]
        self.segment: int = found["segment"]
        """Steps between two checkpoints."""
        """Steps that PyTorch compiles together."""

    def block_of(self, task: str) -> int:
        """Steps that PyTorch compiles together: half of all at most, so that the gate sees a state handed over."""
        return min(BLOCK, self.segment) if task == "gradient_checkpointed" else min(LONG_BLOCK, self.steps // 2)

    def inputs(self) -> Arrays:
        """`positions`, `velocities`, `targets` (n, 3), `masses` (n,), `step`, in units with a gravity of 1."""
        positions = np.array(POSITIONS)
        displaced = positions + 0.5 * np.random.default_rng(SEED).standard_normal(positions.shape)
        return {
            "positions": positions,
            "velocities": np.array(VELOCITIES) / np.sqrt(GRAVITY),
            "masses": np.array(MASSES),
            "targets": displaced,
            "step": np.array(STEP_DAYS * np.sqrt(GRAVITY)),
        }

    def parameters(self) -> Arrays:
        """None: nothing is trained."""
        return {}

    def flops(self, task: str) -> float:
        """Operations of the forces and of the updates; see above."""
        bodies = len(MASSES)
        evaluations = {"primal": 1, "gradient": 3, "gradient_checkpointed": 4}[task]
        return float(evaluations * self.steps * (4 * 20 * bodies * bodies + 14 * 6 * bodies))

    def items(self, task: str) -> float:
        """Steps of the integration."""
        return float(self.steps)

    def reference(self, task: str) -> Arrays:
        """`distance`; for the gradients `positions`, `velocities` (n, 3) and `masses` (n,); {} with too many steps."""
        if self.steps > MOST_STEPS:
            return {}
        data = self.inputs()
        if task == "primal":
            return {"distance": np.asarray(distance(data, self.steps))}
        return adjoint(data, self.steps)


def acceleration(x: np.ndarray, m: np.ndarray) -> np.ndarray:
    """Of every body, for positions (…, n, 3) and masses (…, n), real or complex."""
    d = x[..., None, :, :] - x[..., :, None, :]
    squares = (d * d).sum(-1) + np.eye(x.shape[-2])  # a body does not attract itself: there d is 0
    return ((m[..., None, :] * squares**-1.5)[..., None] * d).sum(-2)


def pull_back(x: np.ndarray, m: np.ndarray, b: np.ndarray) -> tuple[np.ndarray, np.ndarray]:
    """Derivatives of Σ b · acceleration by positions (n, 3) and masses (n,)."""
    d = x[None] - x[:, None]
    squares = (d * d).sum(-1) + np.eye(len(x))
    cubes = squares**-1.5
    along = np.einsum("ik,ijk->ij", b, d)
    by_d = m[:, None] * (cubes[..., None] * b[:, None] - 3 * (cubes / squares * along)[..., None] * d)
    return by_d.sum(0) - by_d.sum(1), (cubes * along).sum(0)


def stages(x: np.ndarray, v: np.ndarray, h: np.ndarray, force: Force) -> tuple[list[np.ndarray], list[np.ndarray]]:
    """Positions at which a step evaluates the force, and the forces."""
    places, forces = [x], [force(x)]
    for part, speed in ((h / 2, v), (h / 2, None), (h, None)):
        speed = v + (h / 2) * forces[-2] if speed is None else speed
        places.append(x + part * speed)
        forces.append(force(places[-1]))
    return places, forces


def advance(x: np.ndarray, v: np.ndarray, h: np.ndarray, force: Force) -> tuple[np.ndarray, np.ndarray]:
    """One Runge-Kutta step; the stages of x' = v are eliminated."""
    _, (a1, a2, a3, a4) = stages(x, v, h, force)
    return x + h * v + h * h / 6 * (a1 + a2 + a3), v + h / 6 * (a1 + 2 * a2 + 2 * a3 + a4)


def distance(data: Arrays, steps: int) -> np.ndarray:
    """f for any `data` in the layout of `inputs`, real or complex, with leading axes for several at once."""
    x, v, m = data["positions"], data["velocities"], data["masses"]
    for _ in range(steps):
        x, v = advance(x, v, data["step"], lambda place: acceleration(place, m))
    return ((x - data["targets"]) ** 2).sum((-2, -1)) / 2


def adjoint(data: Arrays, steps: int) -> Arrays:
    """f and its derivatives, backwards through the stages of every step."""
    x, v, m, h = (data[name] for name in ("positions", "velocities", "masses", "step"))
    states = []
    for _ in range(steps):
        states.append((x, v))
        x, v = advance(x, v, h, lambda place: acceleration(place, m))
    residual = x - data["targets"]
    by_x, by_v, by_m = residual, np.zeros_like(v), np.zeros_like(m)
    for x, v in reversed(states):
        by_x, by_v, more = back(x, v, m, h, by_x, by_v)
        by_m = by_m + more
    return {"distance": np.asarray((residual**2).sum() / 2), "positions": by_x, "velocities": by_v, "masses": by_m}


def back(
    x: np.ndarray, v: np.ndarray, m: np.ndarray, h: np.ndarray, by_x: np.ndarray, by_v: np.ndarray
) -> tuple[np.ndarray, np.ndarray, np.ndarray]:
    """Derivatives by (x, v, m) before a step from those by (x, v) after it.

    The places are x, x + h/2 v, x + h/2 v + h²/4 a1 and x + h v + h²/2 a2.
    """
    places, _ = stages(x, v, h, lambda place: acceleration(place, m))
    weight = h * h / 6 * by_x
    bar = [weight + h / 6 * by_v, weight + h / 3 * by_v, weight + h / 3 * by_v, h / 6 * by_v]
    before_x, before_v, by_m = by_x, by_v + h * by_x, np.zeros_like(m)
    for stage, by_speed in ((3, h), (2, h / 2), (1, h / 2), (0, 0.0)):
        by_place, more = pull_back(places[stage], m, bar[stage])
        before_x, before_v, by_m = before_x + by_place, before_v + by_speed * by_place, by_m + more
        if stage >= 2:
            bar[stage - 2] = bar[stage - 2] + h * h / (2 if stage == 3 else 4) * by_place
    return before_x, before_v, by_m
