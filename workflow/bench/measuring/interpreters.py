"""Which Python measures a framework: a trial starts each process with the interpreter of its own environment."""

from __future__ import annotations

import json
import os
import sys
from collections.abc import Iterable, Mapping
from dataclasses import asdict, dataclass, field
from importlib.metadata import PackageNotFoundError, version
from pathlib import Path

from bench.measuring import environment

PACKAGES = ("torch", "jax", "jaxlib", "numpy")


@dataclass(frozen=True)
class Interpreter:
    """A Python, what its environment sets, and what is installed in it."""

    python: str
    variables: Mapping[str, str] = field(default_factory=dict)
    versions: Mapping[str, str] = field(default_factory=dict)


def own_interpreter() -> Interpreter:
    """The Python that is asked, as it was activated."""
    kept = {key: value for key, value in os.environ.items() if environment.is_kept(key)}
    return Interpreter(sys.executable, kept, dict(_installed()))


def _installed() -> Iterable[tuple[str, str]]:
    for package in PACKAGES:
        try:
            yield package, version(package)
        except PackageNotFoundError:
            continue


def write(path: Path, interpreter: Interpreter) -> None:
    """Write an interpreter down."""
    path.parent.mkdir(parents=True, exist_ok=True)
    path.write_text(json.dumps(asdict(interpreter), indent=2) + "\n")


def read(paths: Iterable[Path]) -> dict[str, Interpreter]:
    """Framework → its interpreter, from files called `<framework>-<device>.json`.

    Raises ValueError for a file that names no Python that is there.
    """
    found = {}
    for path in paths:
        interpreter = Interpreter(**json.loads(path.read_text()))
        if not Path(interpreter.python).is_file():
            raise ValueError(f"{path} names {interpreter.python!r}, which is not there: remove the file")
        found[path.name.split("-")[0]] = interpreter
    return found
