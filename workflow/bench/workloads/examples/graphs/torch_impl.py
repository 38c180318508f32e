"""The graphs that PyTorch makes of the model: recorded, captured, exported."""

from __future__ import annotations

from collections.abc import Callable, Iterator
from typing import Any

import torch

from bench.events import Event
from bench.measuring.record import attempt, compact
from bench.workloads.examples.graphs import problem

NAMES = ("x", "W", "b", "t")


def loss(x: torch.Tensor, w: torch.Tensor, b: torch.Tensor, t: torch.Tensor) -> torch.Tensor:
    """The mean squared error."""
    return ((x @ w + b - t) ** 2).mean()


def tensors(differentiated: tuple[str, ...] = ()) -> list[torch.Tensor]:
    """The inputs; those named require a gradient."""
    return [torch.tensor(array).requires_grad_(name in differentiated) for name, array in problem.inputs().items()]


def recorded() -> str:
    """The graph that autograd recorded while the loss was computed, read from its nodes."""
    arguments = tensors(("W", "b"))
    value = loss(*arguments)
    leaves = {id(tensor): name for name, tensor in zip(NAMES, arguments, strict=True)}
    nodes: dict[Any, dict[str, Any]] = {}
    edges: list[list[str]] = []

    def visit(function: Any) -> str:
        if function not in nodes:
            nodes[function] = _describe(function, f"n{len(nodes)}", leaves)
            for child, _ in function.next_functions:
                if child is not None:
                    edges.append([visit(child), nodes[function]["id"]])
        return str(nodes[function]["id"])

    last = visit(value.grad_fn)
    output = {"id": "out", "label": "loss", "kind": "output", "shape": list(value.shape)}
    return compact({"nodes": [*nodes.values(), output], "edges": [*edges, [last, "out"]]})


def _describe(function: Any, key: str, leaves: dict[int, str]) -> dict[str, Any]:
    leaf = getattr(function, "variable", None)
    if leaf is not None:
        return {"id": key, "label": leaves[id(leaf)], "kind": "input", "shape": list(leaf.shape)}
    shape = function._input_metadata[0].shape
    return {"id": key, "label": function.name(), "kind": "operation", "shape": [int(size) for size in shape]}


def described(graph: torch.fx.Graph) -> str:
    """A captured graph in the common form."""
    kinds = {"placeholder": "input", "output": "output"}
    nodes, edges = [], []
    for node in graph.nodes:
        value = node.meta.get("example_value", node.meta.get("val"))
        target = node.target if isinstance(node.target, str) else getattr(node.target, "__name__", str(node.target))
        nodes.append(
            {
                "id": node.name,
                "label": target,
                "kind": kinds.get(node.op, "operation"),
                "shape": list(value.shape) if isinstance(value, torch.Tensor) else [],
            }
        )
        edges += [[source.name, node.name] for source in node.all_input_nodes]
    return compact({"nodes": nodes, "edges": edges})


def captured() -> tuple[float, str]:
    """Error of the compiled loss, and the one graph that torch.compile captured."""
    graphs: list[torch.fx.Graph] = []

    def capture(module: torch.fx.GraphModule, _: Any) -> Callable[..., Any]:
        graphs.append(module.graph)
        return module.forward

    torch.compiler.reset()
    value = torch.compile(loss, backend=capture, fullgraph=True)(*tensors())
    (graph,) = graphs
    return problem.error(float(value)), described(graph)


def exported() -> tuple[float, str]:
    """Error of the exported loss, and its graph of core operators."""

    class Model(torch.nn.Module):
        def forward(self, x: Any, w: Any, b: Any, t: Any) -> torch.Tensor:
            return loss(x, w, b, t)

    program = torch.export.export(Model(), tuple(tensors()))
    return problem.error(float(program.module()(*tensors()))), described(program.graph)


def linear(differentiated: tuple[str, ...]) -> tuple[float, str]:
    """1 if x W + b of tensors carries a graph, else 0; and the name of its last node."""
    x, w, b, _ = tensors(differentiated)
    y = x @ w + b
    return float(y.grad_fn is not None), y.grad_fn.name() if y.grad_fn is not None else "None"


def intermediate(run: Callable[[Callable[..., Any]], Callable[..., Any]]) -> tuple[float, str]:
    """Number and type of an intermediate result as the function itself sees it while it runs."""
    seen: list[Any] = []

    def function(x: torch.Tensor, w: torch.Tensor) -> torch.Tensor:
        y = x @ w
        seen.append((float(y.sum()), type(y).__name__))
        return y

    x, w, _, _ = tensors()
    run(function)(x, w)
    return seen[0]


def unchanged(function: Callable[..., Any]) -> Callable[..., Any]:
    """The function as it is."""
    return function


def compiled(function: Callable[..., Any]) -> Callable[..., Any]:
    """The function captured by torch.compile, with graph breaks allowed."""
    torch.compiler.reset()
    return torch.compile(function, backend="eager")


def events() -> Iterator[Event]:
    """Every graph of the model."""
    yield attempt("plain", linear, ())
    yield attempt("differentiated", linear, ("W", "b"))
    yield attempt("recorded", recorded)
    yield attempt("captured", captured)
    yield attempt("exported", exported)
    yield attempt("intermediate.eager", intermediate, unchanged)
    yield attempt("intermediate.compiled", intermediate, compiled)
