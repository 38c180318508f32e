"""What lies inside the phases of a start: parts that belong to other phases, and memory that others hold.

The phases are those of `vocabulary.STARTUP`. While a workload is built, NumPy draws its data wherever the
implementation asks for them, and an optimiser may import the compiler: `Parts` times that apart.
"""

from __future__ import annotations

import os
import resource
import sys
import threading
from collections.abc import Callable, Iterator
from contextlib import contextmanager, suppress
from importlib.machinery import ModuleSpec, PathFinder
from inspect import getmembers, isfunction
from pathlib import Path
from typing import Any

from bench.measuring import timing
from bench.measuring.resources import largest_resident_bytes, peak_resident_bytes, resident_bytes

SAMPLED_SECONDS = 0.1
"""How often it is looked at what the compilers' processes hold."""


class Parts:
    """Seconds of the parts of a phase, by name. Of parts within parts the outer one counts."""

    def __init__(self) -> None:
        self.seconds: dict[str, float] = {}
        self._inside = False

    def timed(self, name: str, call: Callable[..., Any]) -> Callable[..., Any]:
        """`call`, which from now on adds what it takes to the part `name`."""

        def counted(*arguments: Any, **keywords: Any) -> Any:
            if self._inside:
                return call(*arguments, **keywords)
            self._inside = True
            try:
                with timing.stopwatch() as watch:
                    return call(*arguments, **keywords)
            finally:
                self._inside = False
                self.seconds[name] = self.seconds.get(name, 0.0) + watch.seconds

        return counted

    @contextmanager
    def methods(self, name: str, instance: Any) -> Iterator[None]:
        """Inside the block, what the public methods of an object take is the part `name`."""
        own = [method for method, _ in getmembers(type(instance), isfunction) if not method.startswith("_")]
        for method in own:
            setattr(instance, method, self.timed(name, getattr(instance, method)))
        try:
            yield
        finally:
            for method in own:
                delattr(instance, method)

    @contextmanager
    def imports(self, name: str, modules: tuple[str, ...]) -> Iterator[None]:
        """Inside the block, the first import of each of `modules` is the part `name`."""
        finder = _Timed(self, name, [module for module in modules if module not in sys.modules])
        sys.meta_path.insert(0, finder)
        try:
            yield
        finally:
            sys.meta_path.remove(finder)


class _Timed:
    """Finds modules as Python does, and times their execution."""

    def __init__(self, parts: Parts, name: str, modules: list[str]) -> None:
        self.parts, self.name, self.modules = parts, name, modules

    def find_spec(self, fullname: str, path: Any = None, target: Any = None) -> ModuleSpec | None:
        spec = PathFinder.find_spec(fullname, path, target) if fullname in self.modules else None
        if spec is not None and spec.loader is not None:
            spec.loader.exec_module = self.parts.timed(self.name, spec.loader.exec_module)  # type: ignore[method-assign]
        return spec


class Together:
    """The most memory that this process and all that it started held at once inside the block, in bytes.

    A compiler's processes come and go, and what the kernel says of them afterwards (`RUSAGE_CHILDREN`) is the largest
    alone and no smaller than this process was when it started them. So they are looked at while they live, every
    `SAMPLED_SECONDS`: what is held for less may be missed, and a page that two share counts twice. Without /proc the
    largest of them is added to the largest that this process was.
    """

    def __init__(self) -> None:
        self.bytes = 0
        self._over = threading.Event()
        self._thread = threading.Thread(target=self._look, daemon=True)

    def __enter__(self) -> Together:
        self._thread.start()
        return self

    def __exit__(self, *_: object) -> None:
        self._over.set()
        self._thread.join()
        largest_child = 0 if Path("/proc/self").exists() else largest_resident_bytes(resource.RUSAGE_CHILDREN)
        self.bytes = max(self.bytes, peak_resident_bytes() + largest_child)

    def _look(self) -> None:
        while not self._over.wait(SAMPLED_SECONDS):
            if others := started_bytes():
                self.bytes = max(self.bytes, (resident_bytes() or 0) + others)


def started_bytes() -> int:
    """What the other processes of this process's session hold now, in bytes; a measuring process has one of its own."""
    own, session, total = os.getpid(), os.getsid(0), 0
    for name in os.listdir("/proc") if Path("/proc/self").exists() else []:
        with suppress(OSError, ValueError):  # no process, or one that has just ended
            if int(name) != own and os.getsid(int(name)) == session:
                total += resident_bytes(int(name)) or 0
    return total
