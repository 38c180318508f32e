"""The linear regression in JAX."""

from __future__ import annotations

from collections.abc import Iterator
from typing import Any

import jax
import jax.numpy as jnp
import numpy as np
from jax import lax

from bench.events import Event
from bench.measuring.record import attempt, ok
from bench.workloads.examples.linear_regression_examples import problem

X, T, QUERY = problem.X, problem.T, problem.QUERY
Parameters = dict[str, Any]


def predict(parameters: Parameters, x: Any) -> jax.Array:
    """The model."""
    return x @ parameters["W"] + parameters["b"]


def loss(parameters: Parameters) -> jax.Array:
    """The mean squared error."""
    return ((predict(parameters, X) - T) ** 2).mean()


@jax.jit
@jax.vmap
def train(parameters: Parameters) -> tuple[jax.Array, jax.Array]:
    """Last loss and the prediction for the query, of every seed at once."""

    def step(parameters: Parameters, _: None) -> tuple[Parameters, None]:
        gradients = jax.grad(loss)(parameters)
        return jax.tree.map(lambda value, slope: value - problem.RATE * slope, parameters, gradients), None

    parameters, _ = lax.scan(step, parameters, length=problem.EPOCHS)
    return loss(parameters), predict(parameters, QUERY)[0, 0]


def random_module() -> str:
    """Random numbers from jax.numpy.random."""
    return str(jnp.random.normal(size=(2, 1)).shape)  # type: ignore[attr-defined]


def integer_gradient() -> None:
    """The gradient with respect to an integer input."""
    jax.grad(lambda x: (x * x).sum())(jnp.array([[1, 2], [3, 4]]))


def gradient_of_non_scalar() -> None:
    """The gradient of all predictions at once."""
    jax.grad(lambda w: X @ w)(jnp.ones((2, 1)))


def closed_over() -> tuple[float, str]:
    """Loss reported by a compiled function after its parameters were replaced, minus the true loss."""
    w = jnp.zeros((2, 1))

    def mean_square() -> jax.Array:
        return ((X @ w - T) ** 2).mean()

    compiled = jax.jit(mean_square)
    before = float(compiled())
    w = jnp.full((2, 1), 0.25)
    after = float(compiled())
    return after - float(mean_square()), f"{before:.6g} {after:.6g}"


def formatted() -> str:
    """A prediction formatted as a number."""
    prediction = QUERY @ jnp.ones((2, 1))
    return f"{prediction:.4f}"


def events() -> Iterator[Event]:
    """The patterns, then the fits."""
    yield attempt("pattern.random module", random_module)
    yield attempt("pattern.integer gradient", integer_gradient)
    yield attempt("pattern.gradient of non-scalar", gradient_of_non_scalar)
    yield attempt("pattern.closed-over parameters", closed_over)
    yield attempt("pattern.formatting", formatted)
    losses, predictions = (np.asarray(values) for values in train(problem.stacked()))
    yield ok("fit.loss", float(np.median(losses)), problem.summary(losses))
    yield ok("fit.prediction", float(np.median(predictions)), problem.summary(predictions))
    yield ok("fit.least squares", problem.least_squares())
