"""Which Python measures a framework: a trial starts each process with the interpreter of its own environment."""

from __future__ import annotations

import json
import os
import subprocess
import sys
from collections.abc import Iterable, Mapping
from contextlib import suppress
from dataclasses import asdict, dataclass, field, replace
from importlib.metadata import PackageNotFoundError, version
from pathlib import Path

from bench.guard.folders import write_whole
from bench.measuring import environment

PACKAGES = ("torch", "jax", "jaxlib", "optax", "numpy")


@dataclass(frozen=True)
class Interpreter:
    """A Python, what its environment sets, and what is installed in it."""

    python: str
    variables: Mapping[str, str] = field(default_factory=dict)
    versions: Mapping[str, str] = field(default_factory=dict)
    """Of `PACKAGES`."""
    packages: str = ""
    """The digest of everything installed."""


def own_interpreter() -> Interpreter:
    """The Python that is asked, as it was activated."""
    kept = {key: value for key, value in os.environ.items() if environment.is_kept(key)}
    return Interpreter(sys.executable, kept, installed(), environment.package_digest())


def installed() -> dict[str, str]:
    """The versions of `PACKAGES` that the Python that is asked would import."""
    found = {}
    for package in PACKAGES:
        with suppress(PackageNotFoundError):
            found[package] = version(package)
    return found


def refreshed(interpreter: Interpreter) -> Interpreter:
    """The same with the packages that are there now. Raises CalledProcessError where it is no Python any more."""
    asked = f"import json; from {__name__} import own_interpreter as own; print(json.dumps(vars(own())))"
    folder = Path(__file__).parents[2]
    told = subprocess.run([interpreter.python, "-c", asked], cwd=folder, capture_output=True, text=True, check=True)
    now = json.loads(told.stdout)
    return replace(interpreter, versions=now["versions"], packages=now["packages"])


def write(path: Path, interpreter: Interpreter) -> None:
    """Write an interpreter down."""
    write_whole(path, json.dumps(asdict(interpreter), indent=2) + "\n")


def changed(interpreter: Interpreter, versions: Mapping[str, str]) -> str | None:
    """Which package is another now than in the versions that a run recorded, as a sentence; None where none is.

    A local part ("+cpu") does not count: what a package calls itself and what its installer calls it differ by it.
    """
    for package, now in interpreter.versions.items():
        then = versions.get(package, now)
        if then.split("+")[0] != now.split("+")[0]:
            return f"it was measured with {package} {then}, now there is {now}"
    return None


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
