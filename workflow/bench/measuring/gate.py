"""The parity gate, observing: all variants of a workload in one framework, in float64 at the check size.

The families of derivatives and kernels are observed in float32 too, in one mode: how far that is from the reference is
a result, and stops nobody. `results.parity` holds the observations of all frameworks against each other.
"""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Sequence
from importlib import import_module
from typing import TYPE_CHECKING, Any

import numpy as np

from bench import catalogue
from bench.backends import Arrays
from bench.catalogue import Workload
from bench.measuring import environment
from bench.own.lines import first_line, traced
from bench.vocabulary import (
    BASELINE,
    CHECK_DEVICE,
    CHECK_PRECISION,
    CHECK_SIZE,
    CHECK_STEPS,
    FIRST_MODES,
    NUMERICAL,
    OWN,
)

if TYPE_CHECKING:
    from bench.schema import Row  # slow: pyarrow, which this process does without

LOWER = "float32"
LOWER_MODES = FIRST_MODES | {BASELINE: "eager"}
"""In which mode the numerical families are observed in float32 too."""

LONGEST_MESSAGE = 2000

Check = Sequence[str]
"""A mode and a check task."""


def observe(
    family: str, name: str, framework: str, checks: Iterable[Check] | None = None, device: str = CHECK_DEVICE
) -> Iterator[list[Row]]:
    """The rows of each of `attempts`; what raises becomes a row with its message.

    Raises Unsupported without the device.
    """
    item = catalogue.find(family, name)
    backend = import_module(f"bench.backends.{framework}_backend")
    configured = None
    for key in attempts(family, name, framework, checks, device):
        if key["precision"] != configured:
            configured = key["precision"]
            backend.configure(device, configured, len(environment.affinity() or [0]))
        yield [key | row for row in _attempt(item, key, device)]


def attempts(
    family: str, name: str, framework: str, checks: Iterable[Check] | None = None, device: str = CHECK_DEVICE
) -> list[Row]:
    """What is observed of a workload: every mode × check task on a device, or `checks` alone, and then one mode in
    float32 where that is asked for.
    """
    item, asked = catalogue.find(family, name), None if checks is None else set(map(tuple, checks))
    wanted = [
        (mode, task)
        for task in item.states.check_tasks
        for mode in item.states.modes_for(task, framework, device)
        if asked is None or (mode, task) in asked
    ]
    once = LOWER_MODES[framework]
    lower = [
        (once, task)
        for task in dict.fromkeys(task for _, task in wanted)
        if family in NUMERICAL and once in item.states.modes.get(framework, ()) and LOWER in item.states.precisions
    ]
    return [
        {"family": family, "workload": name, "task": task, "framework": framework, "mode": mode, "precision": precision}
        for precision, pairs in ((CHECK_PRECISION, wanted), (LOWER, lower))
        for mode, task in pairs
    ]


def _attempt(item: Workload, key: Row, device: str) -> list[Row]:
    try:
        problem, build = item.states.problem(CHECK_SIZE), item.implementation(key["framework"]).build
        step = build(problem, key["task"], key["mode"], device, key["precision"])
        observed = first_steps(step)
    except Exception as error:  # a failure is a result, and must not hide what the other variants do
        kind = type(error).__name__
        status = "unsupported" if kind == "Unsupported" else "failed"
        message = f"{kind}: {error}"[:LONGEST_MESSAGE]
        if item.family == OWN:
            message = first_line(message) + traced(error, item.folder)
        return [{"status": status, "message": message}]
    return [
        {
            "status": "ok",
            "message": "",
            "name": key,
            "shape": list(value.shape),
            "values": np.asarray(value, dtype=np.float64).ravel().tolist(),
        }
        for key, value in sorted(observed.items())
    ]


def first_steps(step: Any) -> Arrays:
    """What a fresh step observes: one call, or for a training (one loss per step) the first five steps.

    Raises ValueError where calls of several steps do not add up to five.
    """
    for _, stage in step.stages():
        stage()
    observed = _one_call(step)
    if "loss" not in observed or observed["loss"].shape != (step.steps_per_call,):
        return observed
    losses = observed["loss"]
    while len(losses) < CHECK_STEPS:
        observed = _one_call(step)
        losses = np.concatenate([losses, observed["loss"]])
    if len(losses) != CHECK_STEPS:
        raise ValueError(f"a call takes {step.steps_per_call} steps; the check size needs 1 or {CHECK_STEPS}")
    return observed | {"loss": losses}


def _one_call(step: Any) -> Arrays:
    step.step()
    step.wait()
    return dict(step.observe())
