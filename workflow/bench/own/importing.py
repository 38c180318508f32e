"""Importing the workloads outside this repository: `bench.workloads.own.<name>.problem` is the file in the folder.

Files of a folder import each other by `from .problem import …`, or by their plain name, which is looked for last. What
problem.py leaves out is filled in when it is imported, so that whoever reads it reads a whole contract.
"""

from __future__ import annotations

import sys
from collections.abc import Sequence
from importlib.machinery import ModuleSpec, PathFinder, SourceFileLoader
from importlib.util import spec_from_file_location
from pathlib import Path
from types import ModuleType

from bench.own import defaults
from bench.own.folders import PACKAGE, folders


class Finder:
    """Finds the packages of the folders, and their modules."""

    def find_spec(
        self, fullname: str, path: Sequence[str] | None = None, target: ModuleType | None = None
    ) -> ModuleSpec | None:
        """Where a module is; None for one that belongs to no folder."""
        if fullname == PACKAGE:
            return _package(fullname, [])
        if not fullname.startswith(f"{PACKAGE}."):
            return None
        name, *parts = fullname.removeprefix(f"{PACKAGE}.").split(".")
        if (folder := folders().get(name)) is None:
            return None
        if not parts:
            return _package(fullname, [str(folder)])
        file = folder / f"{parts[0]}.py"
        if len(parts) > 1 or not file.is_file():
            return PathFinder.find_spec(fullname, path)
        return spec_from_file_location(fullname, file, loader=Loader(fullname, file, name))


class Beside:
    """Finds what lies in the folders by its plain name, after everything else: first in the folder imported last."""

    def __init__(self) -> None:
        self.last: Path | None = None
        self.found: dict[str, Path] = {}

    def find_spec(
        self, fullname: str, path: Sequence[str] | None = None, target: ModuleType | None = None
    ) -> ModuleSpec | None:
        """Where a module of a plain name is; None where no folder has it."""
        if "." in fullname:
            return None
        for folder in sorted(folders().values(), key=lambda folder: folder != self.last):
            if (spec := PathFinder.find_spec(fullname, [str(folder)])) is not None:
                self.found[fullname] = folder
                return spec
        return None

    def turn_to(self, folder: Path) -> None:
        """Look into this folder first, and forget what another gave under a plain name."""
        self.last = folder
        for name in [name for name, place in self.found.items() if place != folder]:
            del self.found[name]
            for module in [module for module in sys.modules if module == name or module.startswith(f"{name}.")]:
                del sys.modules[module]


_beside = Beside()


class Loader(SourceFileLoader):
    """Loads a file of a folder; to problem.py it adds the defaults."""

    def __init__(self, fullname: str, file: Path, name: str) -> None:
        super().__init__(fullname, str(file))
        self.folder, self.workload = file.parent, name

    def exec_module(self, module: ModuleType) -> None:
        """Execute the file. Raises what it raises."""
        _beside.turn_to(self.folder)
        super().exec_module(module)
        if module.__name__.endswith(".problem"):
            defaults.complete(module, self.workload)


def _package(fullname: str, places: list[str]) -> ModuleSpec:
    spec = ModuleSpec(fullname, None, is_package=True)
    spec.submodule_search_locations = places
    return spec


def install() -> None:
    """Let Python find the folders; once, however often it is asked."""
    if not any(isinstance(finder, Finder) for finder in sys.meta_path):
        sys.meta_path.insert(0, Finder())
        sys.meta_path.append(_beside)
