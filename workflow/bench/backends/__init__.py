"""What the measuring process asks of a framework's backend and of a workload's step; imports no framework.

A backend module (`torch_backend`, `jax_backend`) offers `COMPILER`, `configure`, `first_array`, `first_calls`,
`switches`, `expected`, `versions`, `available`, `drain`, `guard`, `require_uncompiled`, `compile_seconds`,
`forget_peak`, `peak_device_bytes` and `compiler_flops`, so that the worker needs to know no framework. For
implementations it offers the building blocks of a step, so that a workload writes down its mathematics and nothing
else.
"""

from __future__ import annotations

from collections.abc import Callable
from typing import Protocol

import numpy as np

Stage = tuple[str, Callable[[], None]]
Arrays = dict[str, np.ndarray]


class Unsupported(Exception):
    """This combination of task, mode, device and precision cannot be; the message says why."""


class Recompiled(RuntimeError):
    """Something was compiled inside a region in which everything had to be compiled before."""


AMPERE = 8
"""The first generation of NVIDIA's GPUs (major compute capability) that multiplies TF32 and bfloat16."""


def require_capability(precision: str, capability: str) -> None:
    """Raise Unsupported for a precision that a GPU of this compute capability, "8.6" say, lacks.

    Both frameworks would compute all the same, in float32 or by conversion, under the precision's name.
    """
    if precision in ("tf32", "bfloat16") and int(capability.partition(".")[0]) < AMPERE:
        raise Unsupported(f"{precision} needs a GPU of compute capability {AMPERE}.0, this one has {capability}")


def farthest(stacked: np.ndarray) -> np.ndarray:
    """Of every element the value, among those of many steps (the first axis), that is farthest from the first step's.

    All steps of an evaluation are to return the same: what one of them gets wrong is seen. A NaN is the farthest.
    """
    places = np.abs(stacked - stacked[0]).argmax(axis=0)
    return np.take_along_axis(stacked, places[None], axis=0)[0]


class Step(Protocol):
    """A task of a workload, ready to be repeated. It never reads a clock."""

    steps_per_call: int
    """Steps that one call of `step` takes: 1, or many inside one compiled call (modes `many` and `scan`)."""

    def stages(self) -> list[Stage]:
        """The parts of start-up that come before the first step, in order: `trace`, `compile`, or none."""
        ...

    def step(self) -> None:
        """Start one call; it may return before the work is done."""
        ...

    def wait(self) -> None:
        """Return when every output of every call so far is computed."""
        ...

    def observe(self) -> Arrays:
        """Float64 host arrays under the names and in the layout of the workload's `problem.py`."""
        ...

    def metrics(self) -> dict[str, float]:
        """Slower results, such as a test accuracy after some epochs; the state is lost. Called after all timing."""
        ...
