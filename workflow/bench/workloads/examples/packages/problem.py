r"""What is installed: packages, their size and requirements, the names they have, and the devices they find.

Read from the metadata of the installed distributions (PyPA core metadata, RECORD and WHEEL files) and from the
packages' own source; nothing is fetched. A framework's closure is its distribution and everything that it requires,
directly or not, where the requirement's marker holds here; optional extras are left out, except those that bring a
GPU's libraries when they are installed. Sizes count the files that the distributions list, in bytes. Here alone devices
are not restricted to the CPU.

Coverage: for every public function of NumPy's and SciPy's documented namespaces (`NUMPY`, `SCIPY`; what their `__all__`
names, without classes, modules and test runners) whether the framework's modules that stand for it have a function of
the same name. Which modules those are stands in the implementations: of each framework the one of the same purpose,
then the more general ones; where a general one uses some of SciPy's names for something else (`torch.polar` is no polar
decomposition, `jax.numpy.square` no square wave), only the names that belong to the topic. A name says nothing about
equal behaviour: arguments, types and results may differ (`numpy.select` chooses by conditions, `torch.select` takes a
slice), and a function may be there under another name. A function of Python that does nothing but raise is not
there (`jax.numpy.fromfile`). SciPy's distributions are objects; they are listed, not counted.

Left out are namespaces that are not about computing with arrays of numbers: texts and records (numpy.char,
numpy.strings, numpy.rec), files and data (scipy.io, scipy.datasets, scipy.constants), tools (numpy.testing,
numpy.ctypeslib, numpy.lib, numpy.exceptions); those of classes, which are not counted (numpy.dtypes,
scipy.spatial.transform, scipy.stats.sampling) or whose functions go with their classes (numpy.polynomial); those that
repeat counted ones (numpy.ma and scipy.stats.mstats for masked arrays, numpy.emath for complex results, scipy.linalg's
interfaces to BLAS and LAPACK); legacy and deprecated ones (scipy.fftpack, scipy.misc, scipy.odr). numpy.random is left
out because its functions draw from a hidden state, which JAX has not by design: its samplers take a key.
"""

import ast
import importlib
import importlib.metadata
import importlib.util
import inspect
import os
import re
import textwrap
from collections.abc import Iterable, Iterator, Mapping
from types import ModuleType, SimpleNamespace

from bench.events import Event
from bench.measuring.record import absent, attempt, compact, ok

TITLE = {"en": "What the packages hold", "zh": "软件包里有什么"}
SECTION = 1
CLAIMS = (
    "bg-tf-engine",
    "bg-jax-lambda",
    "use-quantum",
    "use-rnn",
    "faq-lax-pmap",
    "prac-python",
    "prac-jax-deps",
    "prac-install",
    "trend-platforms",
    "core-like-ndarray",
    "use-scipy",
)
EVERY_DEVICE = True
TIMED = True

NUMPY = ("numpy", "numpy.linalg", "numpy.fft")
SCIPY = tuple(
    f"scipy.{part}"
    for part in (
        "cluster.hierarchy",
        "cluster.vq",
        "differentiate",
        "fft",
        "integrate",
        "interpolate",
        "linalg",
        "linalg.interpolative",
        "ndimage",
        "optimize",
        "optimize.elementwise",
        "signal",
        "signal.windows",
        "sparse",
        "sparse.csgraph",
        "sparse.linalg",
        "spatial",
        "spatial.distance",
        "special",
        "stats",
        "stats.contingency",
        "stats.qmc",
    )
)
"""The documented namespaces of functions whose names are looked up."""
TEST_RUNNERS = ("test",)
"""Public names that run a package's own tests."""

Places = Mapping[str, object]
"""What stands for a namespace in a framework: dotted name → module or class, in the order of looking."""

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
    """Names of what a module declares public and can be called: no classes, no modules, no runners of tests."""
    names = getattr(module, "__all__", None) or [name for name in dir(module) if not name.startswith("_")]
    return sorted({name for name in names if name not in TEST_RUNNERS and _is_function(getattr(module, name, None))})


def _is_function(thing: object) -> bool:
    return callable(thing) and not inspect.isclass(thing) and not inspect.ismodule(thing)


def kind(thing: object) -> str:
    """`distribution` for SciPy's objects that draw and have a density, else `function`."""
    return "distribution" if hasattr(thing, "rvs") and not inspect.isroutine(thing) else "function"


def only(module: ModuleType, *names: str) -> SimpleNamespace:
    """These functions of a module, whose other names mean something else in the place where they are looked for."""
    return SimpleNamespace(**{name: getattr(module, name) for name in names})


def looked_up(module: str, places: Places) -> dict[str, dict[str, list[str]]]:
    """Kind → place → names of a namespace found there; the place "" holds those that are nowhere."""
    own = importlib.import_module(module)
    found: dict[str, dict[str, list[str]]] = {}
    for name in public_functions(own):
        what = kind(getattr(own, name))
        place = next((label for label, there in places.items() if _has(there, name, what)), "")
        found.setdefault(what, {}).setdefault(place, []).append(name)
    return found


def _has(there: object, name: str, what: str) -> bool:
    thing = getattr(there, name, None)
    return thing is not None and (what == "distribution" or (_is_function(thing) and not is_stub(thing)))


def is_stub(thing: object) -> bool:
    """Whether a function of Python does nothing but raise; what has no source in Python does something."""
    if not inspect.isroutine(thing):
        return False
    try:
        (statement,) = ast.parse(textwrap.dedent(inspect.getsource(thing))).body
    except (OSError, TypeError, SyntaxError, ValueError):
        return False
    if not isinstance(statement, ast.FunctionDef):
        return False
    body = statement.body[ast.get_docstring(statement) is not None :]
    return bool(body) and all(isinstance(part, ast.Raise) for part in body)


def coverage(library: str, modules: Iterable[str], counterparts: Mapping[str, Places]) -> Iterator[Event]:
    """One event per namespace with its share and all its names, then the share of the library, by namespace too."""
    if importlib.util.find_spec(library) is None:
        yield absent(f"share.{library}", f"{library} is not installed beside it")
        return
    by_part: dict[str, list[int]] = {}
    for module in modules:
        event = attempt(f"coverage.{module}", _covered, module, counterparts.get(module, {}))
        yield event
        if event.outcome == "ok":
            names = event.data()["function"]
            by_part[module] = [
                sum(len(own) for place, own in names.items() if place),
                sum(len(own) for own in names.values()),
            ]
    found, total = (sum(counts[place] for counts in by_part.values()) for place in (0, 1))
    yield ok(f"share.{library}", found / total, {"found": found, "of": total, "by_part": by_part})
    yield ok(f"share.{library}.version", None, importlib.metadata.version(library))


def _covered(module: str, places: Places) -> tuple[float, str]:
    found = looked_up(module, places)
    names = found.get("function", {})
    there = sum(len(own) for place, own in names.items() if place)
    return there / sum(len(own) for own in names.values()), compact(found)
