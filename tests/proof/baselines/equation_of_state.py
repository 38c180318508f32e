"""The derivative of the dynamic enthalpy as one writes it with plain operators, an expression of whole arrays per name.

Differentiated by hand in nested form as in pyhpc-benchmarks: the polynomials of Θ are nested with those of S, and the
derivatives of the logarithms are quotients.
"""

from __future__ import annotations

from collections.abc import Callable
from types import ModuleType
from typing import Any

import jax.numpy as jnp
import torch

from bench.workloads.science.equation_of_state.problem import TERMS, Problem

Made = tuple[Callable[..., Any], tuple[Any, ...]]
C = {name: dict(series) for name, series in TERMS.items()}


def enthalpy_slope(xp: ModuleType, sa: Any, ct: Any, p: Any) -> Any:
    """∂H/∂Θ, everything as an expression of whole arrays."""

    def nest(c: tuple[float, ...]) -> Any:
        value = c[-1]
        for number in reversed(c[:-1]):
            value = number + ct * value
        return value

    def by_t(c: tuple[float, ...]) -> Any:
        return nest(tuple(n * number for n, number in enumerate(c))[1:])

    root = xp.sqrt(sa)
    b0 = nest(C["b0"][0]) + sa * (nest(C["b0"][2]) + root * nest(C["b0"][3]))
    b0_t = by_t(C["b0"][0]) + sa * (by_t(C["b0"][2]) + root * by_t(C["b0"][3]))
    b1 = nest(C["b1"][0]) + sa * nest(C["b1"][2])
    b1_t = by_t(C["b1"][0]) + sa * by_t(C["b1"][2])
    b2 = nest(C["b2"][0]) + sa * C["b2"][2][0]
    b2_t = by_t(C["b2"][0])
    a0 = nest(C["a0"][0]) + sa * (nest(C["a0"][2]) + C["a0"][4][0] * sa + root * nest(C["a0"][3]))
    a0_t = by_t(C["a0"][0]) + sa * (by_t(C["a0"][2]) + root * by_t(C["a0"][3]))
    a1 = nest(C["a1"][0]) + sa * nest(C["a1"][2])
    a1_t = by_t(C["a1"][0]) + sa * by_t(C["a1"][2])
    a2 = nest(C["a2"][0]) + sa * ct * C["a2"][2][1]
    a2_t = by_t(C["a2"][0]) + sa * C["a2"][2][1]
    a3, a3_t = nest(C["a3"][0]), by_t(C["a3"][0])

    square = b1**2 - b0 * b2
    square_t = 2.0 * b1 * b1_t - b0_t * b2 - b0 * b2_t
    w = xp.sqrt(square)
    n = a0 + (2.0 * a3 * b0 * b1 / b2 - a2 * b0) / b2
    n_t = (
        a0_t
        + (
            2.0 * (a3_t * b0 * b1 + a3 * b0_t * b1 + a3 * b0 * b1_t) / b2
            - 2.0 * a3 * b0 * b1 * b2_t / b2**2
            - a2_t * b0
            - a2 * b0_t
        )
        / b2
        - (2.0 * a3 * b0 * b1 / b2 - a2 * b0) * b2_t / b2**2
    )
    m = a1 + (4.0 * a3 * b1**2 / b2 - a3 * b0 - 2.0 * a2 * b1) / b2
    m_t = (
        a1_t
        + (
            4.0 * (a3_t * b1**2 + 2.0 * a3 * b1 * b1_t) / b2
            - 4.0 * a3 * b1**2 * b2_t / b2**2
            - a3_t * b0
            - a3 * b0_t
            - 2.0 * a2_t * b1
            - 2.0 * a2 * b1_t
        )
        / b2
        - (4.0 * a3 * b1**2 / b2 - a3 * b0 - 2.0 * a2 * b1) * b2_t / b2**2
    )

    x = p * (2.0 * b1 + b2 * p) / b0
    x_t = p * (2.0 * b1_t + b2_t * p) / b0 - x * b0_t / b0
    low, high = b1 - w, b1 + w + b2 * p
    y = 2.0 * b2 * p * w / (low * high)
    w_t = 0.5 * square_t / w
    y_t = y * (b2_t / b2 + w_t / w - (b1_t - w_t) / low - (b1_t + w_t + b2_t * p) / high)
    factor = (n * b2 - m * b1) / (b2 * w)
    factor_t = (n_t * b2 + n * b2_t - m_t * b1 - m * b1_t) / (b2 * w) - factor * (b2_t / b2 + w_t / w)
    simple = p * (a2 - 2.0 * a3 * b1 / b2 + 0.5 * a3 * p)
    simple_t = p * (a2_t - 2.0 * (a3_t * b1 + a3 * b1_t) / b2 + 2.0 * a3 * b1 * b2_t / b2**2 + 0.5 * a3_t * p)
    return 1e4 * (
        simple_t / b2
        - simple * b2_t / b2**2
        + 0.5 * (m_t / b2 - m * b2_t / b2**2) * xp.log(1.0 + x)
        + 0.5 * m / b2 * x_t / (1.0 + x)
        + 0.5 * factor_t * xp.log(1.0 + y)
        + 0.5 * factor * y_t / (1.0 + y)
    )


def torch_function(problem: Problem, task: str) -> Made:
    """(function, arguments) for PyTorch in float64."""
    with_torch: Any = torch
    return (
        lambda *fields: enthalpy_slope(with_torch, *fields),
        tuple(torch.from_numpy(field) for field in problem.inputs().values()),
    )


def jax_function(problem: Problem, task: str) -> Made:
    """(function, arguments) for JAX."""
    return (
        lambda *fields: enthalpy_slope(jnp, *fields),
        tuple(jnp.asarray(field) for field in problem.inputs().values()),
    )
