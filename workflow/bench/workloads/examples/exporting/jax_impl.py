"""Export, reload and migration from JAX's side."""

from __future__ import annotations

import tempfile
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import jax
import jax.numpy as jnp
import numpy as np
import optax

from bench.events import Event
from bench.measuring.record import absent, attempt, compact
from bench.workloads.examples.exporting import problem

Parameters = dict[str, Any]
CANDIDATES = {"layers": ("jax.nn.Linear", "jax.nn.Dense"), "optimiser": ("jax.optim", "jax.nn.Adam", "jax.jit.Adam")}
"""Where a reader would look for the counterparts of torch.nn and torch.optim."""


def forward(parameters: Parameters, x: jax.Array) -> jax.Array:
    """The model."""
    h = jax.nn.gelu(x @ parameters["W1"] + parameters["b1"], approximate=False)
    variance = h.var(-1, keepdims=True)
    normal = (h - h.mean(-1, keepdims=True)) / jnp.sqrt(variance + problem.NORM_EPSILON)
    return (normal * parameters["g"] + parameters["c"]) @ parameters["W2"] + parameters["b2"]


def loss(parameters: Parameters, x: jax.Array, t: jax.Array) -> jax.Array:
    """The mean squared error."""
    return ((forward(parameters, x) - t) ** 2).mean()


def initial() -> Parameters:
    """The weights of the file, mapped from torch's names and layouts."""
    with tempfile.TemporaryDirectory() as folder, np.load(problem.checkpoint(Path(folder))) as arrays:
        return {name: jnp.asarray(value) for name, value in problem.from_torch(dict(arrays)).items()}


def arrays() -> tuple[jax.Array, jax.Array]:
    """x and t."""
    x, t = problem.inputs()
    return jnp.asarray(x), jnp.asarray(t)


def host(parameters: Parameters) -> problem.Parameters:
    """The weights as NumPy arrays."""
    return {name: np.asarray(value) for name, value in parameters.items()}


def trained() -> tuple[Parameters, list[float]]:
    """The weights after ten steps, and the losses."""
    optimiser = optax.adam(problem.RATE, b1=problem.BETAS[0], b2=problem.BETAS[1], eps=problem.EPSILON)
    x, t = arrays()

    @jax.jit
    def step(parameters: Parameters, state: Any) -> tuple[Parameters, Any, jax.Array]:
        value, gradient = jax.value_and_grad(loss)(parameters, x, t)
        updates, state = optimiser.update(gradient, state)
        return optax.apply_updates(parameters, updates), state, value

    parameters, losses = initial(), []
    state = optimiser.init(parameters)
    for _ in range(problem.STEPS):
        parameters, state, value = step(parameters, state)
        losses.append(float(value))
    return parameters, losses


def output_error() -> float:
    """Difference of the untrained model's outputs from the reference."""
    x, _ = problem.inputs()
    return problem.difference(np.asarray(forward(initial(), jnp.asarray(x))), problem.forward(problem.parameters(), x))


def gradient_error() -> float:
    """Difference of all gradients from the reference."""
    return problem.difference(host(jax.grad(loss)(initial(), *arrays())), problem.gradient(problem.parameters()))


def training_error() -> tuple[float, str]:
    """Difference of ten losses from the reference, and the losses."""
    _, losses = trained()
    return problem.difference(np.array(losses), np.array(problem.train()[1])), compact(losses)


def weights_error() -> float:
    """Difference of the trained weights from the reference."""
    return problem.difference(host(trained()[0]), problem.train()[0])


def exported() -> jax.export.Exported:
    """The trained model as a program for any number of rows."""
    parameters, _ = trained()
    shape = jax.export.symbolic_shape("rows, 4")
    return jax.export.export(jax.jit(lambda x: forward(parameters, x)))(jax.ShapeDtypeStruct(shape, jnp.float64))


def reproduced(program: jax.export.Exported) -> float:
    """Difference of an exported program's outputs from the reference, after a call with another number of rows."""
    program.call(jnp.ones((3, 4)))
    return problem.reproduced(lambda x: np.asarray(program.call(jnp.asarray(x))))


def reload_error() -> tuple[float, str]:
    """Difference of the outputs of a model exported, written, and read again; the file's bytes."""
    program = exported()
    with tempfile.TemporaryDirectory() as folder:
        path = Path(folder) / "model.bin"
        path.write_bytes(program.serialize())
        size = path.stat().st_size
        loaded = jax.export.deserialize(bytearray(path.read_bytes()))
    return reproduced(loaded), compact({"bytes": size})


def own(name: str) -> Event:
    """Whether JAX itself has layers or optimisers to replace torch's with."""
    found = [path for path in CANDIDATES[name] if _exists(path)]
    if found:
        return Event(f"own.{name}", "ok", None, " ".join(found))
    return absent(f"own.{name}", "none of " + ", ".join(CANDIDATES[name]))


def _exists(path: str) -> bool:
    thing: Any = jax
    for part in path.split(".")[1:]:
        thing = getattr(thing, part, None)
    return thing is not None


def sources() -> str:
    """Where the parts of the model and its training come from."""
    return compact({"layers": "functions of jax.numpy", "gelu": "jax.nn", "optimiser": optax.adam.__module__})


def events() -> Iterator[Event]:
    """`value`: largest relative difference from the NumPy reference."""
    jax.config.update("jax_enable_x64", True)
    yield attempt("migrated.output", output_error)
    yield attempt("migrated.gradient", gradient_error)
    yield attempt("migrated.losses", training_error)
    yield attempt("migrated.weights", weights_error)
    yield attempt("exported.output", lambda: reproduced(exported()))
    yield attempt("reloaded.output", reload_error)
    yield own("layers")
    yield own("optimiser")
    yield attempt("sources", sources)
