"""Which Python measures a framework: a trial starts each process with the interpreter of its own environment."""

from __future__ import annotations

import json
import os
import subprocess
import sys
from collections.abc import Iterable, Mapping
from contextlib import suppress
from dataclasses import asdict, dataclass, field
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


def told_by(python: Path) -> Interpreter:
    """What a Python says of itself, in the environment at hand. Raises CalledProcessError where it is none."""
    asked = f"import json; from {__name__} import own_interpreter as own; print(json.dumps(vars(own())))"
    folder = Path(__file__).parents[2]
    told = subprocess.run([python.absolute(), "-c", asked], cwd=folder, capture_output=True, text=True, check=True)
    return Interpreter(**json.loads(told.stdout))


def python_of(release: str) -> Path:
    """The Python of a release (`jax@0.9.1`) that `make` installs, seen from the checkout."""
    return Path(f".venv-{release}", "bin", "python")


def interpreter_of(environment: str) -> Interpreter:
    """The Python that measures a framework, or a release: the one that is asked, unless another version is wanted.

    Raises ValueError where nothing has that version.
    """
    own, (framework, _, version) = own_interpreter(), environment.partition("@")
    if not version or _is_version(own, framework, version):
        return own
    python = python_of(environment)
    found = told_by(python) if python.is_file() else None
    if found is None or not _is_version(found, framework, version):
        raise ValueError(
            f"{python} has no {framework} {version}: `make environment VERSIONS={environment}` installs it"
        )
    return found


def _is_version(interpreter: Interpreter, framework: str, version: str) -> bool:
    """Whether a framework is there in a version; its local part (`+cpu`) counts where the version has one."""
    found = interpreter.versions.get(framework, "")
    return version in (found, found.split("+")[0])


def write(path: Path, interpreter: Interpreter) -> None:
    """Write an interpreter down."""
    write_whole(path, json.dumps(asdict(interpreter), indent=2) + "\n")


def changed(versions: Mapping[str, str], recorded: Mapping[str, str]) -> str | None:
    """Which package has another version now than a run recorded, as a sentence; None where none has.

    A local part ("+cpu") does not count: what a package calls itself and what its installer calls it differ by it.
    """
    for package, now in versions.items():
        then = recorded.get(package, now)
        if then.split("+")[0] != now.split("+")[0]:
            return f"it was measured with {package} {then}, now there is {now}"
    return None


def environment_of(path: Path) -> str:
    """What a file `<framework>-<device>.json` or `<framework>-<device>@<version>.json` is about: the framework, or its
    release.
    """
    name, _, version = path.name.removesuffix(".json").partition("@")
    framework = name.split("-")[0]
    return f"{framework}@{version}" if version else framework


def read(paths: Iterable[Path]) -> dict[str, Interpreter]:
    """Framework, or release → its interpreter, from files called as in `environment_of`.

    Raises ValueError for a file that names no Python that is there.
    """
    found = {}
    for path in paths:
        interpreter = Interpreter(**json.loads(path.read_text()))
        if not Path(interpreter.python).is_file():
            raise ValueError(f"{path} names {interpreter.python!r}, which is not there: remove the file")
        found[environment_of(path)] = interpreter
    return found
