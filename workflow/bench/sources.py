"""What a process executes, as a digest: a result is measured again when that has changed, and for no other reason.

From the modules that a process starts with, every definition is followed that the code can reach, through imports,
inside this package. What counts of each is its syntax without docstrings, comments and layout, so that a mended
sentence, a new formatter or another version of Python changes nothing. Data files beside a workload count by their
bytes. What is reached inside a class is the whole class; what other packages execute is recorded by their versions.
Of a workload outside this repository every file counts, whatever imports it, but for the other framework's.
"""

from __future__ import annotations

import ast
import hashlib
from collections.abc import Iterable, Iterator, Mapping
from dataclasses import dataclass
from functools import lru_cache
from pathlib import Path
from typing import Any

from bench.own.folders import PACKAGE, file_of, modules
from bench.vocabulary import BASELINE, EXAMPLES, FRAMEWORKS, OWN

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
        *own_roots(family, name, framework),
        ("bench.measuring.worker", EVERYTHING),
        ("bench.measuring.environment", "variables"),
        (f"bench.backends.{framework}_backend", EVERYTHING),
        *_implementation(workload, framework),
        *((f"{workload}.problem", each) for each in READ),
    ]


def check_roots(family: str, name: str, framework: str) -> list[Root]:
    """Where the parity gate's process of a workload starts."""
    workload = f"bench.workloads.{family}.{name}"
    return [
        *own_roots(family, name, framework),
        ("bench.measuring.gate", EVERYTHING),
        ("bench.measuring.environment", "recorded"),
        (f"bench.backends.{framework}_backend", EVERYTHING),
        *_implementation(workload, framework),
        *((f"{workload}.problem", each) for each in (*READ, "CHECK_TASKS", "PRECISIONS", "MODES")),
    ]


def _implementation(workload: str, framework: str) -> list[Root]:
    """The implementation; of the base line also the loops for Numba, which it imports by their name alone."""
    loops = [f"{workload}.numba_loops"] if framework == BASELINE else []
    return [(module, EVERYTHING) for module in (f"{workload}.{framework}_impl", *loops)]


def own_roots(family: str, name: str, framework: str) -> list[Root]:
    """What is reached of a workload outside this repository: all of its files, and what is filled in; else nothing."""
    others = {f"{PACKAGE}.{name}.{other}_impl" for other in FRAMEWORKS if other != framework}
    found = [module for module in modules(name) if module not in others] if family == OWN else []
    return [(module, EVERYTHING) for module in (*found, "bench.own.defaults")] if found else []


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
    """The digest that a run records. Raises FileNotFoundError for a workload that is not here, KeyError for one outside
    this repository that nobody names.
    """
    return digest(run_roots(family, name, framework))


def files(roots: Iterable[Root]) -> list[Path]:
    """The files of everything that is reached from the roots, data included."""
    found = reached(roots)
    return sorted([*(_known(module).path for module in found), *data_files(found)])


def data_files(reached: Iterable[str]) -> list[Path]:
    """What lies beside the modules of workloads that is no code."""
    folders = {_known(module).path.parent for module in reached if module.startswith("bench.workloads.")}
    return sorted(
        path
        for folder in folders
        for path in folder.iterdir()
        if path.is_file() and path.suffix not in (".py", ".pyc", ".md") and not path.name.startswith(".")
    )


def reached(roots: Iterable[Root]) -> dict[str, list[str]]:
    """Module → the canonical text of every statement in it that is reached, in the order of the file."""
    waiting, seen = list(roots), set()
    places: dict[str, set[int]] = {}
    while waiting:
        root = waiting.pop()
        source = source_of(root[0]) if root not in seen else None
        seen.add(root)
        if source is None:
            continue
        if root[1] in source.imports:  # a name that the module hands on
            waiting.append(source.imports[root[1]])
        own = places.setdefault(root[0], set())
        for place in source.needed(root[1]) - own:
            own.add(place)
            waiting += source.statements[place].uses
    return {module: [_known(module).statements[place].text for place in sorted(own)] for module, own in places.items()}


@dataclass(frozen=True)
class Statement:
    """One statement at the top of a module."""

    binds: tuple[str, ...]
    text: str
    """Its syntax, the same in every version of Python and in every layout."""
    uses: tuple[Root, ...]
    """What it names, here and in other modules of the package."""


@dataclass(frozen=True)
class Source:
    """The statements of one module, imports and docstrings left out, and where its imports lead."""

    path: Path
    statements: tuple[Statement, ...]
    imports: dict[str, Root]

    def needed(self, name: str) -> set[int]:
        """The statements that a name needs; those that bind none (they do something on import) always count."""
        hidden = ONLY_SHOWN if self.path.name == "problem.py" else ()
        return {
            place
            for place, statement in enumerate(self.statements)
            if not statement.binds or (name in (*statement.binds, EVERYTHING) and not {*hidden} & {*statement.binds})
        }


def source_of(module: str) -> Source | None:
    """The source of a module of this package, read once for each state of its file; None for any other name."""
    path = path_of(module)
    if not path.is_file():
        return None
    state = path.stat()
    return _parsed(module, path, state.st_mtime_ns, state.st_size)


def _known(module: str) -> Source:
    found = source_of(module)
    assert found is not None
    return found


def path_of(module: str) -> Path:
    """Where the file of a module would be."""
    if (own := file_of(module)) is not None:
        return own
    place = PACKAGES.joinpath(*module.split("."))
    return place / "__init__.py" if place.is_dir() else place.with_suffix(".py")


@lru_cache(maxsize=1024)
def _parsed(module: str, path: Path, changed: int, size: int) -> Source:
    body = [node for node in ast.parse(path.read_text(encoding="utf-8")).body if not is_text(node)]
    imports = dict(pair for node in body for pair in imported(node))
    code = [node for node in body if not isinstance(node, ast.Import | ast.ImportFrom)]
    names = {name for node in code for name in bound(node)}
    statements = (Statement(bound(node), canonical(node), tuple(_uses(node, module, names, imports))) for node in code)
    return Source(path, tuple(statements), imports)


def _uses(statement: ast.stmt, module: str, names: set[str], imports: Mapping[str, Root]) -> Iterator[Root]:
    nodes = list(ast.walk(statement))
    local = {**imports, **dict(pair for node in nodes for pair in imported(node))}
    attributes = {id(node.value): node.attr for node in nodes if isinstance(node, ast.Attribute)}
    for node in nodes:
        if isinstance(node, ast.Name) and node.id in names:
            yield module, node.id
        if isinstance(node, ast.Name) and node.id in local:
            inside = ".".join(local[node.id])
            is_module = path_of(inside).is_file()
            yield (inside, attributes.get(id(node), EVERYTHING)) if is_module else local[node.id]


def bound(statement: ast.stmt) -> tuple[str, ...]:
    """The names that a statement at the top of a module binds."""
    if isinstance(statement, ast.FunctionDef | ast.AsyncFunctionDef | ast.ClassDef):
        return (statement.name,)
    nodes = ast.walk(statement)
    return tuple(node.id for node in nodes if isinstance(node, ast.Name) and isinstance(node.ctx, ast.Store))


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
