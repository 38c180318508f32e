"""Other ways to write an implementation: what was tried and is slower, or is as fast and longer.

A module for each workload, with `ALTERNATIVES`. `compare.py` times them beside the implementation; whoever doubts that
it is written as experts write it adds one.
"""

from __future__ import annotations

import importlib.util
import sys
from collections.abc import Callable, Mapping
from dataclasses import dataclass, field
from types import ModuleType
from typing import Any


def changed(module: ModuleType, replaced: Mapping[str, Any]) -> ModuleType:
    """A copy of a module in which other things stand under some of its names. Raises KeyError where it lacks one."""
    if unknown := replaced.keys() - vars(module).keys():
        raise KeyError(f"{module.__name__} has no {', '.join(sorted(unknown))}")
    assert module.__file__
    name = f"{module.__name__}_{'_'.join(sorted(replaced))}"
    specification = importlib.util.spec_from_file_location(name, module.__file__)
    assert specification and specification.loader
    copy = sys.modules[name] = importlib.util.module_from_spec(specification)
    specification.loader.exec_module(copy)
    vars(copy).update(replaced)
    return copy


@dataclass(frozen=True)
class Alternative:
    """One other way in one framework, for some tasks in some modes."""

    framework: str
    says: str
    """What is different, in a few words."""
    tasks: tuple[str, ...]
    modes: tuple[str, ...]
    replaced: Mapping[str, Any] = field(default_factory=dict)
    """What stands under names of the implementation's module instead."""
    adjust: Callable[[Any], None] = lambda problem: None
    """What is changed in the Problem."""

    def build(self, implementation: ModuleType, problem: Any, *arguments: Any) -> Any:
        """A step like that of the implementation's `build`; the problem is changed in place."""
        self.adjust(problem)
        return changed(implementation, self.replaced).build(problem, *arguments)


INDUCTOR: Mapping[str, dict[str, Any]] = {
    "max-autotune": {"max_autotune": True},
    "freezing": {"freezing": True},
    "C++ wrapper": {"cpp_wrapper": True},
    "one rounding": {"cpp.enable_floating_point_contract_flag": "fast"},
}
"""What PyTorch's compiler can be told besides on a CPU: to try C++ templates of products, to fold the weights of an
inference into the program, to call the kernels from C++, and to round a·b + c once, as XLA does by itself.
"""


def by_inductor(
    tasks: tuple[str, ...], ways: tuple[str, ...] = ("max-autotune", "freezing", "C++ wrapper")
) -> tuple[Alternative, ...]:
    """The compiled mode with each of `INDUCTOR`."""
    return tuple(
        Alternative("torch", way, tasks, ("compile",), {"torch_backend": _with_options(INDUCTOR[way])}) for way in ways
    )


def _with_options(options: dict[str, Any]) -> ModuleType:
    """PyTorch's backend, whose compiler gets these options."""
    import torch

    from bench.backends import torch_backend

    def compiled(function: Callable, mode: str, device: str) -> Callable:
        torch_backend.compiled(function, mode, device)  # sets the compiler's switches; compiles when it is called
        return torch.compile(function, options=options)

    return changed(torch_backend, {"compiled": compiled})


XLA: Mapping[str, dict[str, Any]] = {"vectors of 512 bits": {"xla_cpu_prefer_vector_width": 512}}
"""What XLA can be told on a CPU: to use the widest vectors there are, as PyTorch's compiler does by itself."""


def by_xla(tasks: tuple[str, ...], ways: tuple[str, ...] = tuple(XLA)) -> tuple[Alternative, ...]:
    """The compiled mode with each of `XLA`."""
    return tuple(Alternative("jax", way, tasks, ("jit",), {"jax_backend": _told(XLA[way])}) for way in ways)


def _told(options: dict[str, Any]) -> ModuleType:
    """JAX's backend, whose compiler gets these options."""
    from bench.backends import jax_backend

    class Compiled(jax_backend._Compiled):
        def stages(self, arguments: Callable[[], tuple]) -> list:
            def compile_() -> None:
                self.call = self.lowered.compile(compiler_options=options)

            return [(name, compile_ if name == "compile" else stage) for name, stage in super().stages(arguments)]

    return changed(jax_backend, {"_Compiled": Compiled})
