"""Finding workloads by their folders, loading them, and holding them to their contract.

A workload is a folder `<family>/<name>` below this one with a `problem.py` beside its implementations. Nothing else
has to be registered anywhere.
"""

from __future__ import annotations

import hashlib
import re
from dataclasses import dataclass
from functools import cached_property
from importlib import import_module
from pathlib import Path
from types import ModuleType
from typing import Any

from bench.vocabulary import AXES, MODES, PRECISIONS, SIZES, SWEEP

ROOT = Path(__file__).resolve().parent
BENCH = ROOT.parent
CORE = ("timing.py", "statistics.py", "worker.py", "environment.py", "backends/__init__.py",
        "backends/torch_backend.py", "backends/jax_backend.py", "backends/numpy_backend.py")
"""The files of the package that every measurement depends on."""
NAME = re.compile(r"[a-z][a-z0-9_]*")
IMPORT = re.compile(r"bench\.workloads\.([a-z][a-z0-9_]*)\.([a-z][a-z0-9_]*)")
"""Where a file of a workload names the folder of another one."""
LANGUAGES = ("en", "zh")

TIMED: dict[str, type | tuple[type, ...]] = {
    "TITLE": dict, "SECTION": int, "SCENARIO": str, "ITEM": str, "SIZES": dict, "TASKS": tuple, "PRECISIONS": tuple,
    "CHECK_TASKS": tuple, "TOLERANCE": float, "PRECISION_TOLERANCE": dict, "Problem": type,
}
"""What the problem.py of a timed workload must define, and as what."""
GRAPH: dict[str, type | tuple[type, ...]] = {"TITLE": dict, "SECTION": int, "CLAIMS": tuple}
"""The same for the family `graph`, whose workloads record events."""
METHODS = ("inputs", "parameters", "flops", "items", "reference")


class InvalidWorkload(ValueError):
    """A workload that breaks its contract; the message names the file and what is missing or wrong."""


@dataclass(frozen=True)
class Workload:
    """One workload: where it is and what it is called."""

    family: str
    name: str

    @property
    def folder(self) -> Path:
        """The folder of its files."""
        return ROOT / self.family / self.name

    @cached_property
    def problem(self) -> ModuleType:
        """Its problem.py, imported and validated."""
        return load_problem(self.family, self.name)

    @property
    def frameworks(self) -> tuple[str, ...]:
        """The frameworks that it is implemented in."""
        return tuple(sorted(path.name.removesuffix("_impl.py") for path in self.folder.glob("*_impl.py")))

    def __str__(self) -> str:
        return f"{self.family}/{self.name}"


def discover() -> dict[str, Workload]:
    """Every workload by `family/name`, in alphabetical order; imports none of them."""
    found = (Workload(path.parent.parent.name, path.parent.name) for path in sorted(ROOT.glob("*/*/problem.py")))
    return {str(item): item for item in found}


def load_problem(family: str, name: str) -> ModuleType:
    """The validated problem.py of a workload. Raises InvalidWorkload; ImportError where there is none."""
    module = _load(family, name, "problem")
    validate(module)
    return module


def load_implementation(family: str, name: str, framework: str) -> ModuleType:
    """The implementation of a workload in a framework. Raises InvalidWorkload if it offers nothing to run."""
    module = _load(family, name, f"{framework}_impl")
    entry = "events" if family == "graph" else "build"
    if not callable(getattr(module, entry, None)):
        raise InvalidWorkload(f"{module.__file__}: has no function {entry}")
    return module


def _load(family: str, name: str, part: str) -> ModuleType:
    for word in (family, name):
        if not NAME.fullmatch(word):
            raise InvalidWorkload(f"{word!r} is not a name of a workload: lower-case letters, digits and _")
    return import_module(f"bench.workloads.{family}.{name}.{part}")


def sources(family: str, name: str) -> list[Path]:
    """The files that the results of a workload depend on: its own and those of the folders that it imports from,
    sorted, and the core's (not for `graph`).
    """
    folders, files = [ROOT / family / name], []
    for folder in folders:
        found = [path for path in folder.rglob("*")
                 if path.is_file() and "__pycache__" not in path.parts and not path.name.startswith(".")]
        used = {other for path in found if path.suffix == ".py" for other in IMPORT.findall(path.read_text())}
        folders += [ROOT.joinpath(*other) for other in sorted(used) if ROOT.joinpath(*other) not in folders]
        files += found
    return sorted(files) + ([] if family == "graph" else [BENCH / part for part in CORE])


def source_digest(family: str, name: str) -> str:
    """SHA-256 of the names and contents of `sources`."""
    total = hashlib.sha256()
    for path in sources(family, name):
        content = hashlib.sha256(path.read_bytes()).hexdigest()
        total.update(f"{path.relative_to(BENCH).as_posix()}\0{content}\n".encode())
    return total.hexdigest()


def require(family: str, name: str, task: str, size: str, precision: str) -> None:
    """Raise ValueError naming what does not exist, and what does: a workload, or its task, size or precision."""
    known = [key for key, item in discover().items() if item.family != "graph"]
    if f"{family}/{name}" not in known:
        raise ValueError(f"workload is {family}/{name}, allowed are {', '.join(known)}")
    problem = load_problem(family, name)
    for option, value, allowed in (("task", task, dict.fromkeys([*problem.TASKS, *problem.CHECK_TASKS])),
                                   ("size", size, {**problem.SIZES, **getattr(problem, "SWEEPS", {})}),
                                   ("precision", precision, problem.PRECISIONS)):
        if value not in allowed:
            raise ValueError(f"{option} is {value!r}, {family}/{name} has {', '.join(allowed)}")


def validate(problem: ModuleType) -> None:
    """Hold a problem.py to its contract. Raises InvalidWorkload naming all that is missing or wrong."""
    graph = ".workloads.graph." in problem.__name__
    wrong = _missing(problem, GRAPH if graph else TIMED)
    if not (problem.__doc__ or "").strip():
        wrong.append("no docstring")
    if not wrong:
        wrong += [f"TITLE has no {language!r}" for language in LANGUAGES if not problem.TITLE.get(language)]
        wrong += [] if graph else _wrong_values(problem)
    if wrong:
        raise InvalidWorkload(f"{problem.__file__}: {'; '.join(wrong)}")


def _missing(problem: ModuleType, wanted: dict[str, Any]) -> list[str]:
    wrong = []
    for name, kind in wanted.items():
        if not hasattr(problem, name):
            wrong.append(f"{name} is missing")
        elif not isinstance(getattr(problem, name), kind):
            wrong.append(f"{name} is {getattr(problem, name)!r}, expected a {kind.__name__}")
    return wrong


def _wrong_values(problem: ModuleType) -> list[str]:
    wrong = [f"SIZES has no {size!r}" for size in ("tiny", "small") if size not in problem.SIZES]
    wrong += [f"SIZES has {size!r}, allowed are {', '.join(SIZES)}" for size in problem.SIZES if size not in SIZES]
    wrong += [f"SWEEPS has {size!r}, allowed are {', '.join(f'{axis}-N' for axis in AXES)}"
              for size in getattr(problem, "SWEEPS", {}) if not SWEEP.fullmatch(size)]
    wrong += _wrong_target(problem) if "target" in problem.TASKS else []
    wrong += [f"PRECISIONS has {name!r}, allowed are {', '.join(PRECISIONS)}"
              for name in problem.PRECISIONS if name not in PRECISIONS]
    wrong += [f"PRECISION_TOLERANCE has no {name!r}" for name in problem.PRECISIONS
              if name not in problem.PRECISION_TOLERANCE]
    wrong += [f"{name} is empty" for name in ("TASKS", "PRECISIONS", "CHECK_TASKS") if not getattr(problem, name)]
    wrong += [f"{name} has {task!r}, which is not in TASKS" for name in ("QUICK_TASKS", "SWEEP_TASKS", "BASELINE_TASKS")
              for task in getattr(problem, name, ()) if task not in problem.TASKS]
    wrong += [f"QUICK_MODES has {mode!r}, allowed are {', '.join(MODES[framework])}"
              for framework, modes in getattr(problem, "QUICK_MODES", {}).items()
              for mode in modes if mode not in MODES.get(framework, ())]
    return wrong + [f"Problem has no method {name}" for name in METHODS
                    if not callable(getattr(problem.Problem, name, None))]


def _wrong_target(problem: ModuleType) -> list[str]:
    targets = getattr(problem, "TARGET", {})
    wanted = {"score": str, "value": float, "above": bool, "every": int, "most": int}
    return [f"TARGET has no {size!r}" for size in ("tiny", "small") if size not in targets] + [
        f"TARGET[{size!r}] has {key} {target.get(key)!r}, expected a {kind.__name__}"
        for size, target in targets.items() for key, kind in wanted.items() if not isinstance(target.get(key), kind)]
