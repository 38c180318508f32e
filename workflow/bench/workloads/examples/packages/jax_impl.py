"""What JAX's package holds."""

from __future__ import annotations

import importlib
import importlib.metadata
import importlib.util
import sys
from collections.abc import Iterator

import jax
import jax.numpy as jnp
from jax.experimental import ode, sparse

from bench.events import Event
from bench.measuring.record import absent, attempt, compact, ok
from bench.workloads.examples.packages import problem

DISTRIBUTIONS = ("jax", "jaxlib")
GPU_LIBRARIES = ("nvidia-", "jax-cuda")


def installed() -> Iterator[Event]:
    """Versions, requirements, number and size of the packages."""
    distribution = importlib.metadata.distribution("jax")
    with_gpu = importlib.util.find_spec("jax_plugins") is not None
    found = problem.closure("jax", GPU_LIBRARIES if with_gpu else ())
    sizes = {name: problem.size(item) for name, item in found.items()}
    yield ok("version", None, distribution.version)
    yield ok("licence", None, problem.licence(distribution))
    yield ok("requires.python", None, distribution.metadata["Requires-Python"])
    yield ok("requires.packages", None, problem.required(distribution))
    yield ok("closure.packages", len(found), {name: item.version for name, item in found.items()})
    yield ok("closure.bytes", sum(sizes.values()), sizes)
    yield ok("wheel", None, problem.wheel_tags(importlib.metadata.distribution("jaxlib")))


def engine() -> Iterator[Event]:
    """Which compiler made a program, and whether TensorFlow is there or was imported for it."""
    module = jax.jit(lambda x: jnp.sin(x) ** 2).lower(jnp.ones(3)).compile()
    yield ok("engine.compiler", None, str(module.as_text()).split()[0])
    imported = sorted(name for name in sys.modules if name.split(".")[0] == "tensorflow")
    where = "installed" if importlib.util.find_spec("tensorflow") else "not installed"
    yield ok("engine.tensorflow", len(imported), where)


def searched(name: str, pattern: str) -> Event:
    """A search of every source file of the package; `value`: files searched."""
    files, found = problem.occurrences(DISTRIBUTIONS, pattern)
    if found:
        return ok(name, files, found[:50])
    return Event(name, "absent", files, f"in none of {files} source files")


def attribute(module: str, name: str) -> Event:
    """Whether a module has a public name, and what documents it."""
    found = getattr(importlib.import_module(module), name, None)
    event = f"name.{module}.{name}"
    if found is None:
        return absent(event, f"{module} has no {name}")
    return ok(event, None, f"{found.__module__}.{getattr(found, '__qualname__', name)}")


def devices() -> tuple[float, str]:
    """How many devices there are, and which."""
    found = [*jax.devices("cpu"), *(device for device in jax.devices() if device.platform != "cpu")]
    return len(found), compact([device.device_kind for device in found])


def backends() -> str:
    """The platforms that JAX finds, and the plug-ins that are installed."""
    plugins = sorted(item.name for item in importlib.metadata.entry_points(group="jax_plugins"))
    return compact({"default": jax.default_backend(), "plug-ins": plugins})


def counterparts() -> dict[str, dict[str, object]]:
    """What stands for a namespace of NumPy or SciPy in JAX: that of the same name in jax.scipy, then general ones."""
    found: dict[str, dict[str, object]] = {
        "numpy": {"jax.numpy": jnp, "jax.Array": jax.Array, "jax.numpy.linalg": jnp.linalg, "jax.nn": jax.nn},
        "numpy.linalg": {"jax.numpy.linalg": jnp.linalg, "jax.numpy": jnp},
        "numpy.fft": {"jax.numpy.fft": jnp.fft},
    }
    for module in problem.SCIPY:
        name = f"jax.{module}"
        try:
            found[module] = {name: importlib.import_module(name)}
        except ModuleNotFoundError:
            found[module] = {}
    found["scipy.fft"]["jax.numpy.fft"] = jnp.fft
    found["scipy.linalg"]["jax.numpy.linalg"] = jnp.linalg
    found["scipy.special"] |= {"jax.nn": jax.nn, "jax.numpy": jnp}
    found["scipy.integrate"] |= {"jax.experimental.ode": ode, "jax.numpy": jnp}
    found["scipy.signal.windows"]["jax.numpy"] = problem.only(jnp, "bartlett", "blackman", "hamming", "kaiser")
    found["scipy.sparse"]["jax.experimental.sparse"] = sparse
    found["scipy.sparse.linalg"]["jax.experimental.sparse.linalg"] = sparse.linalg
    found["scipy.stats"]["jax.numpy"] = problem.only(jnp, "quantile")
    return found


def events() -> Iterator[Event]:
    """Everything that is looked up."""
    yield from installed()
    yield from engine()
    yield searched("name.jax-lambda", r"jax[-_ ]?lambda")
    yield searched("name.qlax", r"\bqlax\b")
    for module, name in (("jax.lax", "pmap"), ("jax", "pmap"), ("jax", "shard_map"), ("jax", "jit")):
        yield attribute(module, name)
    yield attempt("backends", backends)
    yield attempt("devices", devices)
    for library, modules in (("numpy", problem.NUMPY), ("scipy", problem.SCIPY)):
        yield from problem.coverage(library, modules, counterparts())
