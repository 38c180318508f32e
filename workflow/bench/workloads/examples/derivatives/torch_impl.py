"""Derivatives in PyTorch."""

from __future__ import annotations

from collections.abc import Iterator
from functools import partial
from typing import Any

import torch
from torch.func import jacrev
from torch.utils._python_dispatch import TorchDispatchMode

from bench.events import Event
from bench.measuring.record import attempt, compact, isolated, ratio_of_seconds, typical_seconds
from bench.workloads.examples.derivatives import problem


def affine(case: str = "batch", differentiated: str = "xWb") -> list[torch.Tensor]:
    """x, W and b; those named require a gradient."""
    return [torch.tensor(array).requires_grad_(name in differentiated) for name, array in problem.affine(case).items()]


def matrix_pattern(differentiated: str, weigh: bool) -> str:
    """autograd.grad of the matrix y = x W + b with respect to W and b; the shapes of what it gives."""
    x, w, b = affine(differentiated=differentiated)
    y = x @ w + b
    gradients = torch.autograd.grad(y, [w, b], grad_outputs=torch.ones_like(y) if weigh else None)
    return " ".join(str(tuple(gradient.shape)) for gradient in gradients)


def default_gradients() -> str:
    """Names of the tensors that hold a gradient after backward, when all require one."""
    tensors = affine()
    (tensors[0] @ tensors[1] + tensors[2]).sum().backward()
    return " ".join(name for name, tensor in zip("xWb", tensors, strict=True) if tensor.grad is not None)


def shorthand(case: str, name: str) -> tuple[float, str]:
    """The Jacobian of y = x W + b with respect to one of its inputs, against the shorthand."""
    inputs = affine(case, "")
    position = "xWb".index(name)
    jacobian = jacrev(lambda x, w, b: x @ w + b, argnums=position)(*inputs)
    equal, details = problem.shorthand(case, name, jacobian.numpy())
    return equal, compact(details)


def derivative(order: int, create_graph: bool = True) -> torch.Tensor:
    """The derivative of exp(-x^2) of an order, by repeated autograd.grad."""
    x = torch.from_numpy(problem.points()).requires_grad_()
    y = torch.exp(-(x**2))
    for step in range(order):
        (y,) = torch.autograd.grad(y.sum(), x, create_graph=create_graph and step < order - 1)
    return y


def saved_bytes(order: int) -> int:
    """Bytes of the distinct tensors that autograd keeps for its backward passes."""
    kept: dict[int, int] = {}

    def pack(tensor: torch.Tensor) -> torch.Tensor:
        kept[tensor.untyped_storage().data_ptr()] = tensor.untyped_storage().nbytes()
        alive.append(tensor)
        return tensor

    alive: list[torch.Tensor] = []  # a freed storage's address would be counted once for two tensors
    with torch.autograd.graph.saved_tensors_hooks(pack, lambda tensor: tensor):
        derivative(order)
    return sum(kept.values())


def _note(ran: list[str], name: str, *_: Any) -> None:
    ran.append(name)


def backward_program() -> str:
    """Forward operations in the order of execution, and the nodes of their backward pass in theirs."""
    x, w = (torch.from_numpy(array) for array in problem.cost_inputs())
    ran: list[str] = []
    value = torch.tanh(x @ w.requires_grad_()).sum()
    node = value.grad_fn
    while node is not None:
        node.register_hook(partial(_note, ran, node.name().split("::")[-1]))
        node = node.next_functions[-1][0] if node.next_functions else None
    value.backward()
    return compact({"forward": ["matmul", "tanh", "sum"], "backward": ran})


def chain(depth: int) -> tuple[torch.Tensor, torch.Tensor]:
    """1, and sin applied to it so often."""
    x = torch.tensor(1.0, dtype=torch.float64, requires_grad=True)
    value = x
    for _ in range(depth):
        value = torch.sin(value)
    return x, value


def deep() -> tuple[float, str]:
    """Error of the derivative of a chain that is deeper than the stack is large."""

    def derivative() -> float:
        x, value = chain(problem.DEPTH["torch"])
        return torch.autograd.grad(value, x)[0].item()

    error, counts = problem.chain_error("torch", problem.on_small_stack(derivative))
    return error, compact(counts | {"stack": problem.STACK})


def walked(node: Any) -> int:
    """The nodes of the backward pass of a chain, counted by recursion in Python."""
    return 0 if node is None else 1 + sum(walked(other) for other, _ in node.next_functions)


def noted(name: str, value: torch.Tensor, visited: list[str]) -> torch.Tensor:
    """Twice the value, by an operation that tells when the backward pass visits it."""
    value = 2 * value
    assert value.grad_fn is not None
    value.grad_fn.register_hook(partial(_note, visited, name))
    return value


def branches() -> tuple[float, str]:
    """In which order two branches are visited whose operations were recorded in turns."""
    x = torch.tensor(1.0, dtype=torch.float64, requires_grad=True)
    recorded: list[str] = []
    visited: list[str] = []
    values = dict.fromkeys(problem.SIDES, x)
    for step in range(problem.STEPS):
        for side in problem.SIDES:
            recorded.append(f"{side} {step}")
            values[side] = noted(recorded[-1], values[side], visited)
    torch.stack([*values.values()]).prod().backward()
    changes, order = problem.visits(recorded, visited)
    return changes, compact(order)


def ladder() -> tuple[int, str]:
    """How often the operations of a ladder are visited."""
    value = torch.tensor(1.0, dtype=torch.float64, requires_grad=True)
    visited: list[str] = []
    for rung in range(problem.RUNGS):
        value = noted(str(rung), value, visited)
        value = torch.sin(value) * torch.cos(value)
    value.backward()
    return len(visited), compact({"operations": problem.RUNGS, "paths": 2**problem.RUNGS})


def cost() -> tuple[float, dict[str, float]]:
    """Seconds of value and gradient in units of the seconds of the value alone."""
    x, w = (torch.from_numpy(array) for array in problem.cost_inputs())
    weights = w.clone().requires_grad_()

    def function() -> torch.Tensor:
        return torch.tanh(x @ w).sum()

    def gradient() -> torch.Tensor:
        return torch.autograd.grad(torch.tanh(x @ weights).sum(), weights)[0]

    return ratio_of_seconds(gradient, function)


class Operations(TorchDispatchMode):
    """Counts the operations that run."""

    count = 0

    def __torch_dispatch__(self, func: Any, types: Any, args: Any = (), kwargs: Any = None) -> Any:
        """Count and run one operation."""
        self.count += 1
        return func(*args, **(kwargs or {}))


def operations(order: int) -> int:
    """Operations that one evaluation of a derivative runs."""
    with Operations() as counter:
        derivative(order)
    return counter.count


def orders() -> Iterator[Event]:
    """Error, seconds, bytes and number of operations by order."""
    for order in problem.ORDERS:
        yield attempt(f"order.{order}.error", lambda n: problem.order_error(n, derivative(n).numpy()), order)
        yield attempt(f"order.{order}.seconds", lambda n: typical_seconds(lambda: derivative(n)), order)
        yield attempt(f"order.{order}.bytes", saved_bytes, order)
        yield attempt(f"order.{order}.operations", operations, order)
    yield attempt("order.2.without create_graph", lambda: problem.order_error(2, derivative(2, False).numpy()))


def events() -> Iterator[Event]:
    """Patterns, orders and costs."""
    yield attempt("matrix.as printed", matrix_pattern, "x", False)
    yield attempt("matrix.only grad_outputs", matrix_pattern, "x", True)
    yield attempt("matrix.only requires_grad", matrix_pattern, "xWb", False)
    yield attempt("matrix.both", matrix_pattern, "xWb", True)
    yield attempt("arguments.default", default_gradients)
    for case in problem.AFFINE_SHAPES:
        for name in "xWb":
            yield attempt(f"shorthand.{name}.{case}", shorthand, case, name)
    yield from orders()
    yield attempt("backward program", backward_program)
    yield isolated("deep.gradient", deep)
    yield attempt("deep.recursion", lambda: walked(chain(problem.DEPTH["torch"])[1].grad_fn))
    yield attempt("branches", branches)
    yield attempt("ladder", ladder)
    yield attempt("cost", cost)
