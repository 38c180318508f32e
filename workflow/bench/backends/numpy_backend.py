"""NumPy, the base line of the family `science`: on the CPU, in float64 and float32.

What its linear algebra library does in parallel is bound by the threads of the environment, as in the frameworks.
`eager` is NumPy itself. `numba` is what one writes for Numba's compiler, loops over the elements, in parallel over the
threads of the environment; it is there where Numba is installed (envs/requirements/numba.txt).
"""

from __future__ import annotations

import sys
from collections.abc import Callable, Iterator, Sequence
from contextlib import contextmanager
from importlib import import_module
from importlib.util import find_spec
from typing import Any

import numpy as np

from bench.backends import Arrays, Recompiled, Stage, Unsupported

COMPILER: tuple[str, ...] = ()
TYPES = {"float64": np.float64, "float32": np.float32}


def configure(device: str, precision: str, threads: int) -> None:
    """Check that NumPy has what is asked for; `threads` is set by the environment. Raises Unsupported."""
    if device != "cpu":
        raise Unsupported("NumPy computes on the CPU only")
    if precision not in TYPES:
        raise Unsupported(f"NumPy has no precision {precision}")


def first_array(device: str) -> None:
    """There is no device to get ready."""


def first_calls(mode: str, device: str) -> int:
    """One: nothing is ever captured."""
    return 1


def switches() -> dict[str, str | int | bool]:
    """What a result depends on, as it is now: how errors in floating point are treated."""
    return {f"errors.{name}": str(value) for name, value in np.geterr().items()}


def expected(device: str, precision: str, threads: int) -> dict[str, str | int | bool]:
    """The switches that must be in force while a cell is timed."""
    return {"errors.under": "ignore"}


def versions() -> dict[str, str]:
    """Versions of NumPy and of the library of its matrix products."""
    build: Any = np.show_config(mode="dicts")
    blas = build["Build Dependencies"]["blas"]
    found = {"numpy": np.__version__, "blas": f"{blas['name']} {blas['version']}"}
    return found | ({"numba": sys.modules["numba"].__version__} if "numba" in sys.modules else {})


def available(device: str) -> bool:
    """Whether NumPy can compute on `device`."""
    return device == "cpu"


def drain(device: str) -> None:
    """Nothing is ever in flight."""


@contextmanager
def guard(mode: str, step: Any) -> Iterator[None]:
    """A region in which Numba compiles nothing. Raises Recompiled at its end."""
    before = _compiled()
    yield
    if (after := _compiled()) != before:
        raise Recompiled(f"Numba compiled {after - before} functions inside the timed region")


def _compiled() -> int:
    """How many signatures of this project's functions Numba has compiled; 0 where it has not been imported."""
    return sum(len(function.signatures) for function in _functions)


_functions: list[Any] = []


def numba_functions(module: str) -> Any:
    """The module of a workload's functions for Numba. Raises Unsupported where Numba is not installed."""
    if find_spec("numba") is None:
        raise Unsupported("Numba is not installed")
    loops = import_module(module)
    _functions.extend(value for value in vars(loops).values() if hasattr(value, "signatures"))
    return loops


def require_uncompiled(mode: str) -> None:
    """Raise RuntimeError where something was compiled that is measured as `eager`."""
    if mode == "eager" and _compiled():
        raise RuntimeError("measured as eager, but Numba compiled a function")


def compile_seconds() -> dict[str, float]:
    """Nothing is ever compiled."""
    return {}


def forget_peak(device: str) -> None:
    """There is no allocator to ask."""


def peak_device_bytes(device: str) -> int | None:
    """There is no allocator to ask."""
    return None


def compiler_flops(step: Any) -> float | None:
    """There is no compiler to ask."""
    return None


def arrays(values: Arrays, device: str, precision: str) -> Arrays:
    """Copies in the precision; integers stay what they are. Raises KeyError for a precision that NumPy lacks."""
    return {
        name: np.array(value, TYPES[precision] if value.dtype.kind == "f" else None) for name, value in values.items()
    }


class Evaluation:
    """The same function of the same arguments, again and again; `function(*arguments)` returns named arrays.

    `compiles`: by Numba, which happens in a call of its own, before the first step.
    """

    steps_per_call = 1

    def __init__(self, function: Callable[..., Arrays], arguments: Sequence[Any], *, compiles: bool = False) -> None:
        self.function, self.arguments, self.compiles = function, tuple(arguments), compiles
        self.outputs: Arrays = {}

    def stages(self) -> list[Stage]:
        return [("compile", self.step)] if self.compiles else []

    def step(self) -> None:
        self.outputs = self.function(*self.arguments)

    def wait(self) -> None:
        pass

    def observe(self) -> Arrays:
        return {name: np.asarray(value, np.float64) for name, value in self.outputs.items()}

    def metrics(self) -> dict[str, float]:
        return {}
