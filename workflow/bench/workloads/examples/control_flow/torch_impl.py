"""Control flow in PyTorch: eager, compiled, compiled as one graph, exported, and as operations of the graph."""

from __future__ import annotations

from collections.abc import Callable, Iterator
from typing import Any

import numpy as np
import torch
from torch._higher_order_ops import while_loop

from bench.events import Event
from bench.measuring.record import attempt
from bench.workloads.examples.control_flow import problem

Function = Callable[[torch.Tensor], torch.Tensor]


def branch(x: torch.Tensor) -> torch.Tensor:
    """Python's `if` on a tensor."""
    if x.sum() > 0:
        return 2 * x
    return x - 1


def loop(x: torch.Tensor) -> torch.Tensor:
    """Python's `while` on a tensor."""
    while (x * x).sum() > 1:
        x = x / 2
    return x


def structured_branch(x: torch.Tensor) -> torch.Tensor:
    """The branch as an operation."""
    return torch.cond(x.sum() > 0, lambda x: 2 * x, lambda x: x - 1, (x,))


def structured_loop(x: torch.Tensor) -> torch.Tensor:
    """The loop as an operation."""
    return while_loop(lambda x: (x * x).sum() > 1, lambda x: (x / 2,), (x,))[0]


def error(function: Function, name: str) -> float:
    """Largest difference from the NumPy value over both inputs; the function is the same object for both."""
    differences = [function(torch.from_numpy(x)).numpy() - problem.REFERENCES[name](x) for x in problem.INPUTS.values()]
    return float(np.abs(differences).max())


def compiled(function: Function, name: str, whole: bool) -> tuple[float, str]:
    """Error of the compiled function, and how many graphs were captured for the two inputs."""
    captured: list[int] = []

    def capture(module: torch.fx.GraphModule, _: Any) -> Callable[..., Any]:
        captured.append(len(module.graph.nodes))
        return module.forward

    torch.compiler.reset()
    difference = error(torch.compile(function, backend=capture, fullgraph=whole), name)
    return difference, f"{len(captured)}"


def exported(function: Function, name: str) -> float:
    """Error of the function exported with the positive input and run on both."""

    class Model(torch.nn.Module):
        def forward(self, x: torch.Tensor) -> torch.Tensor:
            return function(x)

    program = torch.export.export(Model(), (torch.from_numpy(problem.INPUTS["positive"]),))
    return error(program.module(), name)


def graph(x: np.ndarray) -> str:
    """Names of the operations that autograd recorded for one call, output first."""
    node = branch(torch.from_numpy(x).requires_grad_()).grad_fn
    names = []
    while node is not None:
        names.append(node.name())
        node = node.next_functions[0][0] if node.next_functions else None
    return " ".join(names)


def events() -> Iterator[Event]:
    """Which ways of writing a branch and a loop run, which raise, and what they say. `value`: largest error."""
    for sign, x in problem.INPUTS.items():
        yield attempt(f"graph.{sign}", graph, x)
    for name, function, structured in (("branch", branch, structured_branch), ("loop", loop, structured_loop)):
        yield attempt(f"eager.{name}", error, function, name)
        yield attempt(f"compiled.{name}", compiled, function, name, False)
        yield attempt(f"whole.{name}", compiled, function, name, True)
        yield attempt(f"export.{name}", exported, function, name)
        yield attempt(f"structured.{name}", compiled, structured, name, True)
