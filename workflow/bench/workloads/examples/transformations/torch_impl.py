"""Transformations in PyTorch."""

from __future__ import annotations

from collections.abc import Callable, Iterator
from typing import Any

import torch
from torch import Tensor
from torch._higher_order_ops import scan, while_loop
from torch.func import grad, hessian, jacfwd, jacrev, jvp, vjp, vmap
from torch.utils.checkpoint import checkpoint

from bench.events import Event
from bench.measuring.record import attempt, isolated
from bench.workloads.examples.transformations import problem

Function = Callable[[Tensor], Any]
A, X, V, U, BATCH, ENTRIES, REPEATED = (
    torch.from_numpy(array)
    for array in (problem.A, problem.X, problem.V, problem.U, problem.BATCH, problem.ENTRIES, problem.REPEATED)
)
STORED = A[ENTRIES[0], ENTRIES[1]]
SPARSE = torch.sparse_coo_tensor(ENTRIES, STORED, A.shape).coalesce()


def g(x: Tensor) -> Tensor:
    """The vector-valued function."""
    return torch.tanh(A @ x)


def f(x: Tensor) -> Tensor:
    """The scalar function."""
    return g(x).sum()


class Round(torch.autograd.Function):
    """Rounding whose derivative is declared to be 1."""

    generate_vmap_rule = True

    @staticmethod
    def forward(x: Tensor) -> Tensor:
        """The rounded values."""
        return torch.round(x)

    @staticmethod
    def setup_context(ctx: Any, inputs: Any, output: Any) -> None:
        """Nothing is kept."""

    @staticmethod
    def backward(ctx: Any, gradient: Tensor) -> Tensor:
        """The gradient, unchanged."""
        return gradient


class ForwardRound(Round):
    """The same with a rule for the forward mode too; a class of its own, for such a rule keeps the compiler away."""

    @staticmethod
    def jvp(ctx: Any, tangent: Tensor) -> Tensor:
        """The tangent; a copy, for what is returned must not be the argument."""
        return tangent.clone()


def rounded_squares(x: Tensor) -> Tensor:
    """round(x)^2 with the declared derivative."""
    return Round.apply(x) ** 2


def rematerialised(x: Tensor) -> Tensor:
    """g, whose intermediate values are computed again in the backward pass."""
    return checkpoint(g, x, use_reentrant=False)


def python_loop(x: Tensor) -> Tensor:
    """Halving in a Python loop."""
    while (x * x).sum() > 1:
        x = x / 2
    return x


def loop_operation(x: Tensor) -> Tensor:
    """Halving in a loop that is an operation."""
    return while_loop(lambda x: (x * x).sum() > 1, lambda x: (x / 2,), (x,))[0]


def fixed_python_loop(x: Tensor) -> Tensor:
    """sin, STEPS times, in a Python loop."""
    for _ in range(problem.STEPS):
        x = torch.sin(x)
    return x


def scanned(x: Tensor) -> Tensor:
    """sin, STEPS times, by scan."""
    return scan(lambda carry, _: (torch.sin(carry), carry.clone()), x, torch.zeros(problem.STEPS, dtype=x.dtype))[0]


def counted_loop(x: Tensor) -> Tensor:
    """sin, STEPS times, by a loop with a counter."""
    return while_loop(
        lambda step, _: step < problem.STEPS, lambda step, x: (step + 1, torch.sin(x)), (torch.tensor(0), x)
    )[1]


def sparse_product(x: Tensor) -> Tensor:
    """tanh(S x)."""
    return torch.tanh(SPARSE @ x)


def product_of_entries(stored: Tensor) -> Tensor:
    """The same as a function of the entries that S holds."""
    return torch.tanh(torch.sparse_coo_tensor(ENTRIES, stored, A.shape) @ X)


def taken(x: Tensor) -> Tensor:
    """Weighted squares of the entries at indices that repeat."""
    return U * x[REPEATED] ** 2


def added(x: Tensor) -> Tensor:
    """Squares of the sums of the entries at indices that repeat."""
    return torch.zeros_like(x).index_add(0, REPEATED[:3], x) ** 2


def largest_squared(x: Tensor) -> Tensor:
    """The square of the largest entry, found by its index."""
    return x.gather(0, x.argmax(0, keepdim=True)) ** 2


def _tape(function: Function) -> Function:
    """The gradient of the sum, by the tape: what training in PyTorch does."""

    def gradient(x: Tensor) -> Tensor:
        x = x.detach().requires_grad_()
        return torch.autograd.grad(function(x).sum(), x)[0]

    return gradient


def _reverse(function: Function) -> Function:
    return grad(lambda x: function(x).sum())


def _forward(function: Function) -> Function:
    return lambda x: jvp(function, (x,), (V,))[1]


def _weighted(function: Function, weights: Tensor = U) -> Function:
    return lambda x: vjp(function, x)[1](weights)[0]


def _along(function: Function) -> Function:
    """The Hessian times V, forward over reverse."""
    return _forward(grad(function))


Row = tuple[Callable[[Function], Function], Function, Tensor]
LOOPS = {
    "Python loop": python_loop,
    "loop operation": loop_operation,
    "fixed Python loop": fixed_python_loop,
    "scan": scanned,
    "counted loop": counted_loop,
}
TRANSFORMATIONS: dict[str, Row] = {
    "gradient": (grad, f, X),
    "gradient of a compiled function": (_tape, g, X),
    "jvp": (_forward, g, X),
    "vjp": (_weighted, g, X),
    "jacfwd": (jacfwd, g, X),
    "jacrev": (jacrev, g, X),
    "hessian": (hessian, f, X),
    "hvp forward over reverse": (_along, f, X),
    "hvp reverse over forward": (lambda f: grad(_forward(f)), f, X),
    "hvp reverse over reverse": (lambda f: _weighted(grad(f), V), f, X),
    "third derivative": (lambda f: grad(lambda x: V @ _along(f)(x)), f, X),
    "vmap of gradient": (lambda f: vmap(grad(f)), f, BATCH),
    "vmap of hvp": (lambda f: vmap(_along(f)), f, BATCH),
    "custom rule": (_tape, rounded_squares, X),
    "custom rule, whole": (_reverse, rounded_squares, X),
    "custom rule, forward": (_forward, lambda x: ForwardRound.apply(x) ** 2, X),
    "checkpoint": (_tape, rematerialised, X),
    "checkpoint, whole": (_reverse, rematerialised, X),
    **{
        f"{name}, {direction}": (transformation, function, X)
        for name, function in LOOPS.items()
        for direction, transformation in (("reverse", _tape), ("forward", _forward))
    },
    "scan, whole": (_reverse, scanned, X),
    "vmap of loop operation": (vmap, loop_operation, BATCH),
    "sparse product, reverse": (_tape, sparse_product, X),
    "sparse product, forward": (_forward, sparse_product, X),
    "sparse product, by entries": (_tape, product_of_entries, STORED),
    "repeated index, reverse": (_reverse, taken, X),
    "repeated index, forward": (_forward, taken, X),
    "scatter": (_reverse, added, X),
    "argmax": (_reverse, largest_squared, X),
    "sort": (_reverse, lambda x: U[:3] * x.sort().values, X),
    "rounding": (_reverse, lambda x: torch.round(x) * x, X),
    "conversion to integers": (_reverse, lambda x: x.long() * x, X),
}
"""Transformation, function, and where it is taken."""


def evaluations() -> int:
    """How often g is evaluated in one gradient through a checkpoint."""
    calls = []

    def counted(x: Tensor) -> Tensor:
        calls.append(x)
        return g(x)

    _tape(lambda x: checkpoint(counted, x, use_reentrant=False))(X)
    return len(calls)


def transformed(name: str, mode: str) -> Any:
    """Error of a transformation in a mode; of a checkpoint also how often it evaluates the function."""
    transformation, function, x = TRANSFORMATIONS[name]
    if mode == "eager":
        result = transformation(function)(x)
    elif name in problem.OUTSIDE:
        result = transformation(torch.compile(function, fullgraph=mode == "compiled"))(x)
    else:
        result = torch.compile(transformation(function), fullgraph=mode == "compiled")(x)
    error = problem.error(name, result.detach().numpy())
    return problem.recomputed(error, evaluations()) if (name, mode) == ("checkpoint", "eager") else error


def events() -> Iterator[Event]:
    """Every transformation, eagerly, as one graph and, where that is not possible, with breaks in the graph.

    What is compiled runs in a process of its own, for generated code can end its process; but for the first, which
    makes the compiler ready for all of them.
    """
    names = list(problem.transformations())
    for name in names:
        yield attempt(f"eager.{name}", transformed, name, "eager")
    for name in names:
        run = attempt if name == names[0] else isolated
        compiled = run(f"compiled.{name}", transformed, name, "compiled")
        yield compiled
        if compiled.outcome == "raised":
            yield isolated(f"with breaks.{name}", transformed, name, "with breaks")
