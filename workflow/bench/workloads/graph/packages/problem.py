r"""What is installed: packages, their size and requirements, the names they have, and the devices they find.

Read from the metadata of the installed distributions (PyPA core metadata, RECORD and WHEEL files) and from the
packages' own source; nothing is fetched. A framework's closure is its distribution and everything that it requires,
directly or not, where the requirement's marker holds here; optional extras are left out, except those that bring a
GPU's libraries when they are installed. Sizes count the files that the distributions list, in bytes. The share of
NumPy's functions counts public names of functions found by the same name; it says nothing about equal behaviour.
Here alone devices are not restricted to the CPU.
"""

import importlib
import importlib.metadata
import inspect
import os
import re
from collections.abc import Callable, Iterable, Mapping
from types import ModuleType

import numpy as np

TITLE = {"en": "What the packages hold", "zh": "软件包里有什么"}
SECTION = 1
CLAIMS = ("bg-tf-engine", "bg-jax-lambda", "use-quantum", "use-rnn", "faq-lax-pmap", "prac-python", "prac-jax-deps",
          "prac-install", "trend-platforms", "core-like-ndarray", "use-scipy")
EVERY_DEVICE = True
TIMED = True

SCIPY_PARTS = ("cluster", "fft", "integrate", "interpolate", "linalg", "ndimage", "optimize", "signal", "sparse",
               "spatial", "special", "stats")
"""SciPy's public subpackages of numerical functions."""

Distribution = importlib.metadata.Distribution


def canonical(name: str) -> str:
    """A distribution's name in the form in which names are compared (PEP 503)."""
    return re.sub(r"[-_.]+", "-", name).lower()


def required(distribution: Distribution) -> list[str]:
    """Names of what a distribution requires here, without extras."""
    names = []
    for requirement in distribution.requires or []:
        specification, _, marker = requirement.partition(";")
        name = re.match(r"[A-Za-z0-9._-]+", specification.strip())
        if name and "extra" not in marker and _holds(marker):
            names.append(canonical(name[0]))
    return names


def _holds(marker: str) -> bool:
    """Whether an environment marker holds; without the package that knows, that is left to what is installed."""
    if not marker.strip():
        return True
    try:
        markers = importlib.import_module("packaging.markers")
    except ImportError:
        return True
    return bool(markers.Marker(marker).evaluate())


def closure(root: str, extra_prefixes: tuple[str, ...] = ()) -> dict[str, Distribution]:
    """The installed distributions that `root` brings along, by name; `extra_prefixes` names a GPU's libraries."""
    found: dict[str, Distribution] = {}
    waiting = [canonical(root)]
    if extra_prefixes:
        installed = {canonical(item.metadata["Name"]) for item in importlib.metadata.distributions()}
        waiting += sorted(name for name in installed if name.startswith(extra_prefixes))
    while waiting:
        name = waiting.pop()
        if name not in found:
            try:
                found[name] = importlib.metadata.distribution(name)
            except importlib.metadata.PackageNotFoundError:
                continue
            waiting += required(found[name])
    return found


def licence(distribution: Distribution) -> str:
    """The licence that a distribution declares."""
    for field in ("License-Expression", "License"):
        if field in distribution.metadata:
            return distribution.metadata[field]
    return ""


def size(distribution: Distribution) -> int:
    """Bytes of the files that a distribution installed, without compiled caches of Python."""
    total = 0
    for file in distribution.files or []:
        path = distribution.locate_file(file)
        if file.suffix != ".pyc":
            try:
                total += os.stat(str(path)).st_size
            except OSError:
                continue
    return total


def wheel_tags(distribution: Distribution) -> str:
    """Python, ABI and platform that the installed wheel was built for."""
    text = distribution.read_text("WHEEL") or ""
    return " ".join(line.removeprefix("Tag: ") for line in text.splitlines() if line.startswith("Tag: "))


def occurrences(distributions: Iterable[str], pattern: str) -> tuple[int, list[str]]:
    """How many source files were searched, and those whose name or content matches the pattern, ignoring case."""
    searched, found = 0, []
    expression = re.compile(pattern, re.IGNORECASE)
    for name in distributions:
        for file in importlib.metadata.distribution(name).files or []:
            if file.suffix in (".py", ".pyi"):
                searched += 1
                if expression.search(str(file)) or expression.search(file.read_text(encoding="utf-8")):
                    found.append(str(file))
    return searched, found


def public_functions(module: ModuleType) -> list[str]:
    """Names of the functions (not classes, constants or modules) that a module declares public."""
    names = getattr(module, "__all__", None) or [name for name in dir(module) if not name.startswith("_")]
    return sorted({name for name in names if _is_function(getattr(module, name, None))})


def _is_function(thing: object) -> bool:
    return callable(thing) and not inspect.isclass(thing) and not inspect.ismodule(thing)


def share(names: list[str], has: Callable[[str], bool]) -> tuple[float, dict[str, object]]:
    """The share of names that are had, and the counts."""
    found = [name for name in names if has(name)]
    return len(found) / len(names), {"found": len(found), "of": len(names)}


def numpy_functions() -> list[str]:
    """NumPy's public functions."""
    return public_functions(np)


def scipy_share(parts: Mapping[str, object]) -> tuple[float, dict[str, object]]:
    """The share of SciPy's public functions found in the modules that stand for its parts; by part too."""
    by_part: dict[str, list[int]] = {}
    for part in SCIPY_PARTS:
        names = public_functions(importlib.import_module(f"scipy.{part}"))
        module = parts.get(part)
        by_part[part] = [sum(hasattr(module, name) for name in names) if module else 0, len(names)]
    found, total = (sum(counts[i] for counts in by_part.values()) for i in (0, 1))
    return found / total, {"found": found, "of": total, "by_part": by_part}
