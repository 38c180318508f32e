r"""Derivative of the dynamic enthalpy of sea water by temperature: 48-term equation of state, elementwise.

The kernel of the Veros ocean model that the published benchmark calls equation of state: for every cell, from Absolute
Salinity S (`sa`, g/kg), Conservative Temperature Θ (`ct`, °C), both of shape (z, y, x), and sea pressure p (`p`, dbar,
(z, 1, 1)), the derivative `dHdT` = ∂H/∂Θ in J/(kg K) of H = 10⁴ ∫₀ᵖ v dp′ (10⁴ Pa are one dbar), where the specific
volume v is rational in p, with coefficients that are polynomials of Θ and √S (48 terms, `TERMS`):

    v = (a₀ + a₁ p + a₂ p² + a₃ p³) / d(p),   d(p) = b₀ + 2 b₁ p + b₂ p²

The integral has a closed form. With w = √(b₁² − b₀ b₂), A = b₁ − w, B = b₁ + w,

    N = a₀ + (2 a₃ b₀ b₁/b₂ − a₂ b₀)/b₂
    M = a₁ + (4 a₃ b₁²/b₂ − a₃ b₀ − 2 a₂ b₁)/b₂
    H = 10⁴ {p (a₂ − 2 a₃ b₁/b₂ + a₃ p/2)/b₂ + M/(2 b₂) ln(d(p)/b₀)
             + (N b₂ − M b₁)/(2 b₂ w) ln(B (A + b₂ p)/(A (B + b₂ p)))}

What is timed is its derivative, written out by the product rule, with two logarithms, one square root of a cell's
discriminant and one of S; no automatic differentiation. The expression is one function of arrays (`derivative`), which
NumPy and both frameworks evaluate with their own operations: fused into one pass or few where a compiler does so, one
pass per operation otherwise. Eager PyTorch and NumPy evaluate the polynomials in place, JAX has no such operation.

Reference: ∂v/∂Θ integrated by Gauss-Legendre quadrature in p, which shares the coefficients with the closed form and
nothing else; 12 nodes reach 1e-14. Terms of 4e4 cancel in the closed form to results of 16: about 3e-12 is lost in
float64, and in float32 only two or three digits are left, hence its tolerance.

Sources: McDougall, Barker, Wright, Jackett (TEOS-10, Gibbs SeaWater toolbox 3.01, 2011), `gsw_dynamic_enthalpy`;
Roquet, Madec, McDougall, Barker (Ocean Modelling 90, 2015) on such fits; Häfner et al. (2018, 2021), Veros, and
Häfner's pyhpc-benchmarks (Unlicense). There pressures and salinities are also drawn outside the ocean's range, here
within it: S 30…38, Θ −2…28, p 0…5000.
"""

from __future__ import annotations

from types import ModuleType
from typing import Any

import numpy as np

from bench.workloads.science.ocean_grid import grid
from bench.workloads.science.ocean_grid.grid import SIZES, SWEEPS

__all__ = ["SIZES", "SWEEPS", "Problem", "derivative"]

TITLE = {"en": "Equation of state of sea water", "zh": "海水状态方程"}
SECTION = 6
SCENARIO = "numerics"
ITEM = "elements"
TASKS = ("forward",)
QUICK_TASKS = ("forward",)
QUICK_MODES = {"torch": ("compile",), "jax": ("jit",)}
SWEEP_TASKS = ("forward",)
CHECK_TASKS = TASKS
BASELINE_TASKS = ("forward",)
NUMBA_TASKS = ("forward",)
PRECISIONS = ("float64", "float32")
TOLERANCE = 1e-10
PRECISION_TOLERANCE = {"float64": 1e-10, "float32": 2e-2}

SEED = 20240601
NODES = 12
FLOPS_PER_ELEMENT = 261
"""Operations of `derivative`, counted by running it on a number that counts."""

Series = tuple[tuple[int, tuple[float, ...]], ...]
"""A polynomial of √S and Θ: for each power of √S the coefficients of 1, Θ, Θ², …"""

TERMS: dict[str, Series] = {
    "b0": (
        (0, (9.998420897506056e2, 2.839940833161907, -3.147759265588511e-2, 1.181805545074306e-3)),
        (2, (-6.698001071123802, -2.986498947203215e-2, 2.327859407479162e-4)),
        (3, (-3.988822378968490e-2, 5.095422573880500e-4, -1.426984671633621e-5, 1.645039373682922e-7)),
    ),
    "b1": (
        (0, (-2.233269627352527e-2 / 2, -3.436090079851880e-4 / 2, 3.726050720345733e-6 / 2)),
        (2, (-1.806789763745328e-4 / 2, 6.876837219536232e-7 / 2)),
    ),
    "b2": ((0, (-3.087032500374211e-7, -1.988366587925593e-8, -1.061519070296458e-11)), (2, (1.550932729220080e-10,))),
    "a0": (
        (0, (1.0, 2.775927747785646e-3, -2.349607444135925e-5, 1.119513357486743e-6, 6.743689325042773e-10)),
        (
            2,
            (
                -7.521448093615448e-3,
                -2.764306979894411e-5,
                1.262937315098546e-7,
                9.527875081696435e-10,
                -1.811147201949891e-11,
            ),
        ),
        (
            3,
            (
                -3.303308871386421e-5,
                3.801564588876298e-7,
                -7.672876869259043e-9,
                -4.634182341116144e-11,
                2.681097235569143e-12,
            ),
        ),
        (4, (5.419326551148740e-6,)),
    ),
    "a1": (
        (0, (-2.742185394906099e-5, -3.212746477974189e-7, 3.191413910561627e-9, -1.931012931541776e-12)),
        (2, (-1.105097577149576e-7, 6.211426728363857e-10)),
    ),
    "a2": (
        (0, (-1.119011592875110e-10, -1.941660213148725e-11, -1.864826425365600e-14)),
        (2, (0.0, 1.119522344879478e-14)),
    ),
    "a3": ((0, (-1.200507748551599e-15, 6.057902487546866e-17)),),
}
"""Coefficients of specific volume as a rational function of pressure: a of the numerator, b of the denominator."""


def slope(series: Series) -> Series:
    """The series of the derivative by Θ."""
    return tuple((power, tuple(n * c for n, c in enumerate(terms))[1:]) for power, terms in series if len(terms) > 1)


SLOPES = {name: slope(series) for name, series in TERMS.items()}


def horner(x: Any, coefficients: tuple[float, ...]) -> Any:
    """The polynomial of x with these coefficients, the constant first; a number where there is but one."""
    value: Any = coefficients[-1]
    for coefficient in coefficients[-2::-1]:
        value = value * x + coefficient if coefficient else value * x
    return value


def horner_in_place(x: Any, coefficients: tuple[float, ...]) -> Any:
    """The same in the memory of one array."""
    if len(coefficients) == 1:
        return coefficients[0]
    value = x * coefficients[-1]
    if coefficients[-2]:
        value += coefficients[-2]
    for coefficient in coefficients[-3::-1]:
        value *= x
        value += coefficient
    return value


def evaluate(series: Series, powers: dict[int, Any], ct: Any, polynomial: Any) -> Any:
    """A series at the given powers of √S and at Θ; in the memory of its new arrays where they can be changed."""
    parts = []
    for power, terms in series:
        part = polynomial(ct, terms)
        if power:
            part *= powers[power]
        parts.append(part)
    value = parts[0]
    for part in parts[1:]:
        value += part
    return value


def derivative(sa: Any, ct: Any, p: Any, xp: ModuleType, polynomial: Any = horner) -> Any:
    """∂H/∂Θ in J/(kg K) from S in g/kg, Θ in °C and p in dbar; `xp` has `sqrt` and `log` (NumPy, torch, jax.numpy).

    Each name ending in _t is the derivative by Θ of the one without.
    """
    root = xp.sqrt(sa)
    powers = {2: sa, 3: sa * root, 4: sa * sa}
    a0, a1, a2, a3, b0, b1, b2 = (
        evaluate(TERMS[name], powers, ct, polynomial) for name in ("a0", "a1", "a2", "a3", "b0", "b1", "b2")
    )
    a0_t, a1_t, a2_t, a3_t, b0_t, b1_t, b2_t = (
        evaluate(SLOPES[name], powers, ct, polynomial) for name in ("a0", "a1", "a2", "a3", "b0", "b1", "b2")
    )
    inverse = 1.0 / b2
    inverse_t = -b2_t * inverse * inverse
    w = xp.sqrt(b1 * b1 - b0 * b2)
    w_inverse = 1.0 / w
    w_t = (b1 * b1_t - 0.5 * (b0_t * b2 + b0 * b2_t)) * w_inverse

    ratio, ratio_t = b1 * inverse, b1_t * inverse + b1 * inverse_t
    first = a2 - 2.0 * a3 * ratio
    first_t = a2_t - 2.0 * (a3_t * ratio + a3 * ratio_t)
    # with r = b₁/b₂: N = a₀ − b₀ (a₂ − 2 a₃ r)/b₂ and M = a₁ − 2 r (a₂ − 2 a₃ r) − a₃ b₀/b₂
    over, over_t = b0 * inverse, b0_t * inverse + b0 * inverse_t
    n, n_t = a0 - over * first, a0_t - over_t * first - over * first_t
    m = a1 - 2.0 * ratio * first - a3 * over
    m_t = a1_t - 2.0 * (ratio_t * first + ratio * first_t) - a3_t * over - a3 * over_t

    density = b0 + p * (2.0 * b1 + p * b2)
    density_t = b0_t + p * (2.0 * b1_t + p * b2_t)
    log_1 = xp.log(density / b0)
    log_1_t = density_t / density - b0_t / b0
    low, low_t, high, high_t = b1 - w, b1_t - w_t, b1 + w, b1_t + w_t
    low_p, low_p_t, high_p, high_p_t = low + b2 * p, low_t + b2_t * p, high + b2 * p, high_t + b2_t * p
    log_2 = xp.log(high * low_p / (low * high_p))
    log_2_t = high_t / high + low_p_t / low_p - low_t / low - high_p_t / high_p

    # the factors of the logarithms, without a half: M/b₂ and (N − M r)/w
    factor_1, factor_1_t = m * inverse, m_t * inverse + m * inverse_t
    factor_2 = (n - m * ratio) * w_inverse
    factor_2_t = (n_t - m_t * ratio - m * ratio_t - factor_2 * w_t) * w_inverse
    part = p * ((first_t + 0.5 * p * a3_t) * inverse + (first + 0.5 * p * a3) * inverse_t)
    return 1e4 * part + 5e3 * (factor_1_t * log_1 + factor_1 * log_1_t + factor_2_t * log_2 + factor_2 * log_2_t)


class Problem:
    """Salinity, temperature and pressure of every cell, and the integral, at one size."""

    def __init__(self, size: str) -> None:
        self.size = size
        self.shape = grid.shape(size)
        self.elements = int(np.prod(self.shape))

    def inputs(self) -> dict[str, np.ndarray]:
        """`sa` (z, y, x) in g/kg, `ct` (z, y, x) in °C, `p` (z, 1, 1) in dbar."""
        random = np.random.default_rng(SEED)
        return {
            "sa": random.uniform(30.0, 38.0, self.shape),
            "ct": random.uniform(-2.0, 28.0, self.shape),
            "p": np.sort(random.uniform(0.0, 5000.0, (self.shape[0], 1, 1)), axis=0)[::-1].copy(),
        }

    def parameters(self) -> dict[str, np.ndarray]:
        """None: nothing is trained."""
        return {}

    def flops(self, task: str) -> float:
        """Additions, multiplications, divisions, square roots and logarithms of one cell, one each, times the cells."""
        return float(FLOPS_PER_ELEMENT * self.elements)

    def items(self, task: str) -> float:
        """Cells per step."""
        return float(self.elements)

    def bytes_moved(self, task: str) -> float:
        """Two fields in and one out."""
        return 3.0 * 8 * self.elements

    def reference(self, task: str) -> dict[str, np.ndarray]:
        """The integral of ∂v/∂Θ over pressure by quadrature; {} above 2^20 cells."""
        if self.elements > 2**20:
            return {}
        found = self.inputs()
        return {"dHdT": quadrature(found["sa"], found["ct"], found["p"])}


def quadrature(sa: np.ndarray, ct: np.ndarray, p: np.ndarray, *, nodes: int = NODES) -> np.ndarray:
    """10⁴ ∫₀ᵖ ∂v/∂Θ dp′ by Gauss-Legendre quadrature, in J/(kg K)."""
    powers = {2: sa, 3: sa**1.5, 4: sa**2}
    value = {name: evaluate(series, powers, ct, horner) for name, series in TERMS.items()}
    by_t = {name: evaluate(series, powers, ct, horner) for name, series in SLOPES.items()}
    total = np.zeros(np.broadcast_shapes(sa.shape, p.shape))
    for node, weight in zip(*np.polynomial.legendre.leggauss(nodes), strict=True):
        q = p * ((node + 1.0) / 2.0)
        above, above_t = (a["a0"] + q * (a["a1"] + q * (a["a2"] + q * a["a3"])) for a in (value, by_t))
        below, below_t = (b["b0"] + q * (2.0 * b["b1"] + q * b["b2"]) for b in (value, by_t))
        total += weight * (above_t - above * below_t / below) / below
    return total * (5e3 * p)
