"""What a process executes, as a digest: a result is measured again when that has changed, and for no other reason.

From the modules that a process starts with, every definition is followed that the code can reach, through imports,
inside this package. What counts of each is its syntax without docstrings, comments and layout, so that a mended
sentence, a new formatter or another version of Python changes nothing. Data files beside a workload count by their
bytes. What is reached inside a class is the whole class; what other packages execute is recorded by their versions.
"""

from __future__ import annotations

import ast
import hashlib
from collections.abc import Iterable
from dataclasses import dataclass, field
from functools import cached_property, lru_cache
from pathlib import Path
from typing import Any

from bench.vocabulary import EXAMPLES

PACKAGES = Path(__file__).resolve().parents[1]
EVERYTHING = "*"
ONLY_SHOWN = ("TITLE", "SECTION", "SCENARIO", "CLAIMS")
"""What a problem.py states for the article alone."""
READ = ("Problem", "ITEM", "TARGET")
"""What the measuring process reads of a problem.py."""
LAYOUT = ("ctx", "kind", "type_comment")
"""Fields of syntax trees that say nothing about what is executed."""

Root = tuple[str, str]
"""A module and the name that is reached in it, or `EVERYTHING`."""


def run_roots(family: str, name: str, framework: str) -> list[Root]:
    """Where a measuring process of a workload starts: the worker, its environment, backend and implementation."""
    workload = f"bench.workloads.{family}.{name}"
    return [
        ("bench.measuring.worker", EVERYTHING),
        ("bench.measuring.environment", "variables"),
        (f"bench.backends.{framework}_backend", EVERYTHING),
        (f"{workload}.{framework}_impl", EVERYTHING),
        *((f"{workload}.problem", each) for each in READ),
    ]


def check_roots(family: str, name: str, framework: str) -> list[Root]:
    """Where the parity gate's process of a workload starts."""
    workload = f"bench.workloads.{family}.{name}"
    return [
        ("bench.measuring.gate", EVERYTHING),
        ("bench.measuring.environment", "recorded"),
        (f"bench.backends.{framework}_backend", EVERYTHING),
        (f"{workload}.{framework}_impl", EVERYTHING),
        *((f"{workload}.problem", each) for each in (*READ, "CHECK_TASKS", "PRECISIONS", "MODES")),
    ]


def example_roots(name: str, framework: str) -> list[Root]:
    """Where the process of a workload's examples starts."""
    workload = f"bench.workloads.{EXAMPLES}.{name}"
    return [
        ("bench.measuring.examples", EVERYTHING),
        (f"{workload}.{framework}_impl", EVERYTHING),
        (f"{workload}.problem", EVERYTHING),
    ]


def digest(roots: Iterable[Root]) -> str:
    """SHA-256 of everything that is reached from the roots."""
    found = reached(roots)
    total = hashlib.sha256()
    for module in sorted(found):
        for text in found[module]:
            total.update(f"{module}\0{text}\n".encode())
    for path in data_files(found):
        total.update(f"{path.name}\0{hashlib.sha256(path.read_bytes()).hexdigest()}\n".encode())
    return total.hexdigest()


@lru_cache(maxsize=4096)
def run_digest(family: str, name: str, framework: str) -> str:
    """The digest that a run records. Raises FileNotFoundError for a workload that is not here."""
    return digest(run_roots(family, name, framework))


def files(roots: Iterable[Root]) -> list[Path]:
    """The files of everything that is reached from the roots, data included."""
    found = reached(roots)
    return sorted([*(Source.of(module).path for module in found), *data_files(found)])


def data_files(modules: Iterable[str]) -> list[Path]:
    """What lies beside the modules of workloads that is no code."""
    folders = {Source.of(module).path.parent for module in modules if module.startswith("bench.workloads.")}
    return sorted(
        path
        for folder in folders
        for path in folder.iterdir()
        if path.is_file() and path.suffix not in (".py", ".pyc") and not path.name.startswith(".")
    )


def reached(roots: Iterable[Root]) -> dict[str, list[str]]:
    """Module → the canonical text of every statement in it that is reached, in the order of the file."""
    waiting, seen = list(roots), set()
    places: dict[str, set[int]] = {}
    while waiting:
        root = waiting.pop()
        if root in seen or not exists(root[0]):
            continue
        seen.add(root)
        source = Source.of(root[0])
        if root[1] in source.imports:  # a name that the module hands on
            waiting.append(source.imports[root[1]])
        for place in source.statements_of(root[1]):
            if place not in places.setdefault(source.module, set()):
                places[source.module].add(place)
                waiting += source.uses(place)
    return {module: [Source.of(module).text(place) for place in sorted(own)] for module, own in places.items()}


def exists(module: str) -> bool:
    """Whether a name is that of a module of this package."""
    return path_of(module).is_file()


def path_of(module: str) -> Path:
    """The file of a module."""
    place = PACKAGES.joinpath(*module.split("."))
    return place / "__init__.py" if place.is_dir() else place.with_suffix(".py")


@dataclass
class Source:
    """The statements of one module, and what each of them names."""

    module: str
    path: Path
    body: list[ast.stmt] = field(default_factory=list)

    @staticmethod
    def of(module: str) -> Source:
        """The source of a module, parsed once for each state of its file."""
        path = path_of(module)
        state = path.stat()
        return _parsed(module, path, state.st_mtime_ns, state.st_size)

    @cached_property
    def names(self) -> dict[str, list[int]]:
        """Name → the statements at the top that bind it."""
        found: dict[str, list[int]] = {}
        for place, statement in enumerate(self.body):
            for name in bound(statement):
                found.setdefault(name, []).append(place)
        return found

    @cached_property
    def imports(self) -> dict[str, Root]:
        """Name → the module and the name in it that an import at the top binds it to."""
        return dict(pair for statement in self.body for pair in imported(statement))

    def statements_of(self, name: str) -> list[int]:
        """The statements that a name needs; those that bind no name (they do something on import) always count."""
        chosen = self.names if name == EVERYTHING else {name: self.names.get(name, [])}
        hidden = ONLY_SHOWN if self.path.name == "problem.py" else ()
        return [
            place
            for place, statement in enumerate(self.body)
            if not isinstance(statement, ast.Import | ast.ImportFrom)
            and (not bound(statement) or any(place in places for each, places in chosen.items() if each not in hidden))
        ]

    def uses(self, place: int) -> list[Root]:
        """What a statement names, here and in other modules of the package."""
        local = self.imports | dict(pair for node in ast.walk(self.body[place]) for pair in imported(node))
        found: list[Root] = []
        whole = {
            id(node.value): node.attr
            for node in ast.walk(self.body[place])
            if isinstance(node, ast.Attribute) and isinstance(node.value, ast.Name)
        }
        for node in ast.walk(self.body[place]):
            if isinstance(node, ast.Name) and node.id in self.names:
                found.append((self.module, node.id))
            if isinstance(node, ast.Name) and node.id in local:
                module, name = local[node.id]
                inside = f"{module}.{name}"
                found.append((inside, whole.get(id(node), EVERYTHING)) if exists(inside) else (module, name))
        return found

    def text(self, place: int) -> str:
        """The syntax of a statement, the same in every version of Python and in every layout."""
        return canonical(self.body[place])


@lru_cache(maxsize=1024)
def _parsed(module: str, path: Path, changed: int, size: int) -> Source:
    return Source(
        module, path, [node for node in ast.parse(path.read_text(encoding="utf-8")).body if not is_text(node)]
    )


def bound(statement: ast.stmt) -> list[str]:
    """The names that a statement at the top of a module binds."""
    if isinstance(statement, ast.FunctionDef | ast.AsyncFunctionDef | ast.ClassDef):
        return [statement.name]
    if isinstance(statement, ast.Import | ast.ImportFrom):
        return [(alias.asname or alias.name).split(".")[0] for alias in statement.names]
    return [node.id for node in ast.walk(statement) if isinstance(node, ast.Name) and isinstance(node.ctx, ast.Store)]


def imported(node: ast.AST) -> list[tuple[str, Root]]:
    """(name, (module, name in it)) of what an import takes from this package."""
    if not isinstance(node, ast.ImportFrom) or not (node.module or "").startswith("bench"):
        return []
    return [(alias.asname or alias.name, (str(node.module), alias.name)) for alias in node.names]


def is_text(node: ast.AST) -> bool:
    """Whether a statement is a docstring, or one below a constant."""
    return isinstance(node, ast.Expr) and isinstance(node.value, ast.Constant) and isinstance(node.value.value, str)


def canonical(node: Any) -> str:
    """A syntax tree as text without docstrings and without what the versions of Python write differently."""
    if isinstance(node, list):
        return f"[{','.join(canonical(entry) for entry in node if not is_text(entry))}]"
    if not isinstance(node, ast.AST):
        return repr(node)
    parts = [
        f"{name}={canonical(value)}"
        for name, value in ast.iter_fields(node)
        if name not in LAYOUT and value is not None and value != []
    ]
    return f"{type(node).__name__}({','.join(parts)})"
