"""The light contract: what the problem.py of a workload outside this repository may leave out, and what stands for it.

It has to have `SIZES` and the class `Problem`, with `inputs()` and, where its implementations do not draw them
otherwise, `parameters()`. What else is left out costs a column of the tables, never an error:

    TITLE                 the name of the folder, in both languages; a text counts for both
    ITEM                  steps
    TASKS                 train
    QUICK_TASKS           the first of TASKS
    CHECK_TASKS           TASKS
    PRECISIONS            float32
    TOLERANCE             1e-8 in float64
    PRECISION_TOLERANCE   that of `TOLERANCES`
    QUICK_MODES           eager and compiled PyTorch, compiled JAX
    SIZES                 of `tiny` and `small` one may stand for both
    flops(task)           none: the compiler's count takes its place
    items(task)           one
    reference(task)       none: the two frameworks are each other's reference
    parameters()          none
"""

from __future__ import annotations

from types import ModuleType
from typing import Any

from bench.contract import ANY_TOLERANCE, LANGUAGES
from bench.vocabulary import CHECK_SIZE, OWN_SECTION

TOLERANCES = {"float64": 1e-8, "float32": 1e-4, "tf32": 1e-2, "bfloat16": 5e-2}
"""How far first values may be apart in each precision: what most workloads of this project allow."""
LEFT_OUT = "LEFT_OUT"
"""Under this name problem.py says, once it is imported, what was filled in."""
TOLD = {
    "SIZES": "SIZES lacks tiny or small: what is there stands for it",
    "TASKS": "TASKS is left out: the task is train",
    "CHECK_TASKS": "CHECK_TASKS is left out: the gate runs what is timed; with `gradient` it would hold gradients too",
    "PRECISIONS": "PRECISIONS is left out: it is measured in float32",
    "ITEM": "ITEM is left out: steps are counted",
    "flops": "flops() is left out: the compiler's count stands for it, which the two count differently",
    "reference": "reference() is left out: the two frameworks are each other's reference, and may err alike",
    "parameters": "parameters() is left out: the initial weights are drawn by rule, or by the implementations",
}
"""What is told of what is left out."""
QUICK_MODES = {"torch": ("eager", "compile"), "jax": ("jit",)}


class Defaults:
    """What the class `Problem` has where it does not say otherwise."""

    size: str

    def __init__(self, size: str) -> None:
        self.size = size

    def inputs(self) -> dict[str, Any]:
        """No data."""
        return {}

    def parameters(self) -> dict[str, Any]:
        """No parameters: the implementations draw them, or have none."""
        return {}

    def flops(self, task: str) -> float:
        """Not counted."""
        return 0.0

    def items(self, task: str) -> float:
        """One: the step itself."""
        return 1.0

    def reference(self, task: str) -> dict[str, Any]:
        """None but the other framework."""
        return {}


def complete(problem: ModuleType, name: str) -> None:
    """Fill in what the problem.py of the workload of this name leaves out; what is wrong in it stays as it is."""
    title = getattr(problem, "TITLE", name.replace("_", " "))
    problem.__dict__["TITLE"] = dict.fromkeys(LANGUAGES, title) if isinstance(title, str) else title
    problem.__doc__ = problem.__doc__ or f"{name}: a workload outside this repository."
    given = problem.__dict__.get("Problem")
    said = {*problem.__dict__, *(dir(given) if isinstance(given, type) else ())}
    sizes = problem.__dict__.get("SIZES")
    whole = isinstance(sizes, dict) and {CHECK_SIZE, "small"} <= sizes.keys()
    problem.__dict__[LEFT_OUT] = tuple(key for key in TOLD if key not in said or (key == "SIZES" and not whole))
    tasks = getattr(problem, "TASKS", ("train",))
    precisions = getattr(problem, "PRECISIONS", ("float32",))
    tolerance = getattr(problem, "TOLERANCE", TOLERANCES["float64"])
    for key, value in {
        "SECTION": OWN_SECTION,
        "ITEM": "steps",
        "TASKS": tasks,
        "QUICK_TASKS": tasks[:1],
        "CHECK_TASKS": tasks,
        "PRECISIONS": precisions,
        "TOLERANCE": tolerance,
        "PRECISION_TOLERANCE": {each: TOLERANCES.get(each, ANY_TOLERANCE) for each in precisions},
        "QUICK_MODES": QUICK_MODES,
        "TARGET": {},
    }.items():
        problem.__dict__.setdefault(key, value)
    if sizes:
        problem.__dict__["SIZES"] = _both(sizes)
    if isinstance(given, type):
        problem.__dict__["Problem"] = _completed(given)


def told(problem: ModuleType) -> list[str]:
    """What an imported problem.py leaves out and what stands for it, a sentence each."""
    return [f"{TOLD[key]}." for key in getattr(problem, LEFT_OUT, ())]


def _both(sizes: Any) -> Any:
    """The sizes with `tiny` and `small`, each of which may stand for the other; anything but a mapping as it is."""
    if not isinstance(sizes, dict):
        return sizes
    first = next(iter(sizes.values()))
    tiny = sizes.get(CHECK_SIZE, first)
    small = sizes.get("small", tiny)
    return {CHECK_SIZE: tiny, "small": small} | sizes


def _completed(given: type) -> type:
    """The class with the methods that it leaves out, and the name of its size as `size`."""

    class Problem(given, Defaults):
        def __init__(self, size: str) -> None:
            self.size = size
            super().__init__(size)
            self.size = size

    Problem.__module__, Problem.__doc__ = given.__module__, given.__doc__
    return Problem
