"""Finding workloads by their folders and loading them.

A workload is a folder `workloads/<family>/<name>` with a `problem.py` beside its implementations. Nothing else has to
be registered anywhere. Folders outside this repository are the family `own` (see bench.own).
"""

from __future__ import annotations

import re
from dataclasses import dataclass
from functools import cached_property, lru_cache
from importlib import import_module
from pathlib import Path
from types import ModuleType

from bench import contract
from bench.contract import InvalidWorkload, Timed
from bench.own import folders, importing
from bench.own.lines import line_of
from bench.vocabulary import CASES, EXAMPLES, OWN, PRIMAL

ROOT = Path(__file__).resolve().parent / "workloads"
NAME = re.compile(r"[a-z][a-z0-9_]*")

importing.install()


@dataclass(frozen=True)
class Workload:
    """One workload: where it is and what it is called."""

    family: str
    name: str

    @property
    def folder(self) -> Path:
        """The folder of its files. Raises KeyError for one outside this repository that nobody names any more."""
        return folders.folders()[self.name] if self.family == OWN else ROOT / self.family / self.name

    @property
    def problem(self) -> ModuleType:
        """Its problem.py, imported. Raises InvalidWorkload; ImportError where there is none."""
        try:
            return _load(self.family, self.name, "problem")
        except Exception as error:  # whatever the file of a user raises
            if self.family != OWN or isinstance(error, InvalidWorkload):
                raise
            file = self.folder / "problem.py"
            raise InvalidWorkload(f"{file}: {type(error).__name__}: {error}{line_of(error, self.folder)}") from error

    @cached_property
    def states(self) -> Timed:
        """What the problem.py of a timed workload states. Raises InvalidWorkload where that breaks the contract."""
        return contract.read(self.problem, contract.Case if self.family == CASES else Timed)

    @cached_property
    def shows(self) -> contract.Examples:
        """What the problem.py of a workload of examples states. Raises InvalidWorkload, as `states` does."""
        return contract.read(self.problem, contract.Examples)

    @property
    def frameworks(self) -> tuple[str, ...]:
        """The frameworks that it is implemented in."""
        return tuple(sorted(path.name.removesuffix("_impl.py") for path in self.folder.glob("*_impl.py")))

    def implementation(self, framework: str) -> ModuleType:
        """Its implementation in a framework. Raises InvalidWorkload if that offers nothing to run."""
        module = _load(self.family, self.name, f"{framework}_impl")
        entry = "events" if self.family == EXAMPLES else "build"
        if not callable(getattr(module, entry, None)):
            raise InvalidWorkload(f"{module.__file__}: has no function {entry}")
        return module

    def __str__(self) -> str:
        return f"{self.family}/{self.name}"


def discover() -> dict[str, Workload]:
    """Every workload by `family/name`, in alphabetical order, those outside this repository last; imports none."""
    return {**_found(ROOT), **_outside(tuple(folders.folders().items()))}


@lru_cache
def _found(root: Path) -> dict[str, Workload]:
    """Looked for once, and the same objects each time, so that a problem.py is read once."""
    found = (Workload(path.parent.parent.name, path.parent.name) for path in sorted(root.glob("*/*/problem.py")))
    return {str(item): item for item in found}


@lru_cache
def _outside(places: tuple[tuple[str, Path], ...]) -> dict[str, Workload]:
    """The workloads of these folders, by `own/name`."""
    return {f"{OWN}/{name}": Workload(OWN, name) for name, _ in places}


def timed() -> dict[str, Workload]:
    """The workloads that are measured, by `family/name`."""
    return {key: item for key, item in discover().items() if item.family != EXAMPLES}


def examples() -> dict[str, Workload]:
    """The workloads of examples, by their name alone."""
    return {item.name: item for item in discover().values() if item.family == EXAMPLES}


def find(family: str, name: str) -> Workload:
    """One workload. Raises InvalidWorkload naming those that exist."""
    found = discover().get(f"{family}/{name}")
    if found is None:
        raise InvalidWorkload(f"workload is {family}/{name}, allowed are {', '.join(discover())}")
    return found


def known(workload: str, family: str | None = None) -> Timed:
    """What a timed workload states, by its family and name, or by its name alone: of two that have it, what the project
    brings. `contract.UNKNOWN` for one that is not here.
    """
    return _by_name(ROOT, tuple(folders.folders().items())).get((family, workload), contract.UNKNOWN)


@lru_cache
def _by_name(root: Path, outside: tuple[tuple[str, Path], ...]) -> dict[tuple[str | None, str], Timed]:
    items = [
        item for item in reversed([*_found(root).values(), *_outside(outside).values()]) if item.family != EXAMPLES
    ]
    return {key: item.states for item in items for key in ((None, item.name), (item.family, item.name))}


def complaints(workload: str) -> tuple[contract.Complaint, ...]:
    """What people report that a public case measures again; none for what is no case, or is not here."""
    states = known(workload, CASES)
    return states.filed if isinstance(states, contract.Case) else ()


def section_of(workload: str, otherwise: int, family: str | None = None) -> int:
    """The section of the article that shows a workload; `otherwise` for one that is not here."""
    states = known(workload, family)
    return otherwise if states is contract.UNKNOWN else states.section


def shown_tasks(workload: str, family: str | None = None) -> list[str]:
    """The tasks of a workload, those first that tell most of it: derivatives before the function alone."""
    states = known(workload, family)
    first = [task for task in states.quick_tasks or () if task != PRIMAL]
    return list(dict.fromkeys([*first, *states.tasks]))


def of_scenario(identity: str) -> tuple[str, ...]:
    """The names of the timed workloads that stand for a scenario, in alphabetical order."""
    return tuple(sorted(item.name for item in timed().values() if identity in item.states.scenarios))


def require(family: str, name: str, task: str, size: str, precision: str) -> None:
    """Raise ValueError naming what does not exist, and what does: a workload, or its task, size or precision."""
    if f"{family}/{name}" not in timed():
        raise ValueError(f"workload is {family}/{name}, allowed are {', '.join(timed())}")
    states = find(family, name).states
    for option, value, allowed in (
        ("task", task, dict.fromkeys([*states.tasks, *states.check_tasks])),
        ("size", size, {**states.sizes, **states.sweeps}),
        ("precision", precision, states.precisions),
    ):
        if value not in allowed:
            raise ValueError(f"{option} is {value!r}, {family}/{name} has {', '.join(allowed)}")


def _load(family: str, name: str, part: str) -> ModuleType:
    for word in (family, name):
        if not NAME.fullmatch(word):
            raise InvalidWorkload(f"{word!r} is not a name of a workload: lower-case letters, digits and _")
    return import_module(f"bench.workloads.{family}.{name}.{part}")
