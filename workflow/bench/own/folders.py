"""Which folders outside this repository are workloads, and what they are called.

They are named by `own` in config.yaml, or on a command line, and reach every process that is started from there by one
environment variable. The family `own` and the name of the folder are the identity of such a workload.
"""

from __future__ import annotations

import ast
import os
import re
from collections.abc import Iterable, Mapping
from pathlib import Path

from bench.vocabulary import OWN

VARIABLE = "BENCH_OWN_WORKLOADS"
"""The environment variable: paths of folders, separated as in PATH."""
PACKAGE = f"bench.workloads.{OWN}"
"""Below it, by its name, every folder is a package."""
NEEDED = ("problem.py", "torch_impl.py", "jax_impl.py")
"""What such a folder has to hold."""


def name_of(folder: Path) -> str:
    """What the workload of a folder is called: its name in lower case, with `_` for what is no letter or digit.

    Raises ValueError where no name is left.
    """
    name = re.sub(r"[^a-z0-9]+", "_", folder.name.lower()).strip("_")
    if not re.fullmatch(r"[a-z][a-z0-9_]*", name):
        raise ValueError(f"{folder} cannot be a workload: its name has to begin with a letter")
    return name


def place_of(name: str) -> Path:
    """The folder that a command line means: a path, or, where it is a plain name, that of a folder in `own/`."""
    path = Path(name).expanduser()
    return path if path.is_dir() or len(path.parts) > 1 or path.is_absolute() else Path("own", name)


def use(paths: Iterable[str | Path]) -> dict[str, Path]:
    """From now on these folders are workloads, here and in every process that this one starts; their names.

    Raises ValueError for a folder that lacks a file or has one that is no Python, and for two folders of one name.
    """
    found: dict[str, Path] = {}
    for path in paths:
        told = f"own is {str(path)!r:.300}"
        try:
            folder = Path(path).expanduser().absolute()
            missing = [name for name in NEEDED if not (folder / name).is_file()]
        except (OSError, RuntimeError, ValueError) as error:
            raise ValueError(f"{told}, which is no path of a folder: {type(error).__name__}") from None
        if missing:
            raise ValueError(f"{told}, which has no {', no '.join(missing)}")
        if os.pathsep in str(folder):
            raise ValueError(f"{told}, a path without {os.pathsep!r} is allowed")
        for file in files(folder):
            try:
                ast.parse(file.read_text(encoding="utf-8"))
            except (OSError, SyntaxError, ValueError) as error:
                raise ValueError(f"{told}, whose {file.name} is no Python: {error}") from None
        if found.setdefault(name_of(folder), folder) != folder:
            raise ValueError(
                f"own has two folders of the name {name_of(folder)}: {found[name_of(folder)]} and {folder}"
            )
    os.environ[VARIABLE] = os.pathsep.join(map(str, found.values()))
    return found


def folders() -> dict[str, Path]:
    """Name → folder of every workload outside this repository."""
    return {name_of(Path(path)): Path(path) for path in os.environ.get(VARIABLE, "").split(os.pathsep) if path}


def variables(name: str, caller: Mapping[str, str]) -> dict[str, str]:
    """The environment variables that a process needs for one such workload: its folder, and where the caller's own
    packages are.
    """
    path = {"PYTHONPATH": caller["PYTHONPATH"]} if caller.get("PYTHONPATH") else {}
    return {VARIABLE: str(folders()[name])} | path


def file_of(module: str) -> Path | None:
    """Where the file of a module of such a workload is, whether or not it exists; None for any other module."""
    if not module.startswith(f"{PACKAGE}."):
        return None
    name, *parts = module.removeprefix(f"{PACKAGE}.").split(".")
    folder = folders().get(name)
    return folder.joinpath(*parts).with_suffix(".py") if folder and parts else None


def modules(name: str) -> list[str]:
    """The modules of such a workload: the Python files of its folder and of those in it, in alphabetical order."""
    folder = folders()[name]
    found = (path.relative_to(folder).with_suffix("").parts for path in files(folder))
    return [".".join((PACKAGE, name, *parts)) for parts in found]


def files(folder: Path) -> list[Path]:
    """The Python files of a folder and of those in it that can be imported, in alphabetical order."""
    found = []
    for place, below, names in os.walk(folder):
        below[:] = [name for name in below if name.isidentifier() and name != "__pycache__"]
        paths = (Path(place, name) for name in names)
        found += [path for path in paths if path.suffix == ".py" and path.stem.isidentifier()]
    return sorted(found)
