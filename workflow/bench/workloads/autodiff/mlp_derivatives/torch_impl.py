"""The derivatives of a perceptron in PyTorch: autograd, torch.func where directions are batched, Python loops."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

import torch
from torch import Tensor
from torch.autograd import forward_ad
from torch.func import grad, jacrev, vmap

from bench.backends import Step, Unsupported, torch_backend
from bench.workloads.autodiff.mlp_derivatives.problem import Problem

Tree = dict[str, Tensor]
NAMES = ("W1", "b1", "W2", "b2", "W3", "b3")


def network(p: Tree, x: Tensor) -> Tensor:
    """y of shape (…, k) for x of shape (…, w): one sample or many."""
    h1 = torch.tanh(x @ p["W1"] + p["b1"])
    h2 = torch.tanh(h1 @ p["W2"] + p["b2"])
    return h2 @ p["W3"] + p["b3"]


def sample_loss(p: Tree, x: Tensor, t: Tensor) -> Tensor:
    """ℓ of one sample."""
    return 0.5 * (network(p, x) - t).square().sum()


def loss(p: Tree, x: Tensor, t: Tensor) -> Tensor:
    """L, the mean of ℓ over the batch."""
    return sample_loss(p, x, t) / len(x)


def named(prefix: str, values: tuple[Tensor, ...]) -> Tree:
    """One value per parameter, under their names as outputs."""
    return {f"{prefix}.{name}": value for name, value in zip(NAMES, values, strict=True)}


def primal(p: Tree, v: Tree, x: Tensor, t: Tensor, u: Tensor) -> Tree:
    """L."""
    return {"value": loss(p, x, t)}


def gradient(p: Tree, v: Tree, x: Tensor, t: Tensor, u: Tensor) -> Tree:
    """L and ∂L/∂p."""
    value = loss(p, x, t)
    return {"value": value.detach()} | named("gradient", torch.autograd.grad(value, tuple(p.values())))


def jvp(p: Tree, v: Tree, x: Tensor, t: Tensor, u: Tensor) -> Tree:
    """y and its tangent along v, by dual tensors: half the time of `torch.func.jvp`."""
    with forward_ad.dual_level():
        dual = {name: forward_ad.make_dual(value, v[name]) for name, value in p.items()}
        value, tangent = forward_ad.unpack_dual(network(dual, x))
    return {"value": value, "tangent": tangent}


def vjp(p: Tree, v: Tree, x: Tensor, t: Tensor, u: Tensor) -> Tree:
    """y and u pulled back to the parameters."""
    value = network(p, x)
    return {"value": value.detach()} | named("gradient", torch.autograd.grad(value, tuple(p.values()), u))


def hvp(p: Tree, v: Tree, x: Tensor, t: Tensor, u: Tensor) -> Tree:
    """The Hessian times v, reverse over reverse: a third of the time of forward over reverse."""
    parameters = tuple(p.values())
    slopes = torch.autograd.grad(loss(p, x, t), parameters, create_graph=True)
    return named("hvp", torch.autograd.grad(slopes, parameters, tuple(v.values())))


def jacobian_forward(p: Tree, v: Tree, x: Tensor, t: Tensor, u: Tensor) -> Tree:
    """∂y/∂x of every sample, one pushforward per input; `jacfwd` spelled out, which would copy the unit vectors for
    every sample and take twice the time.
    """
    directions = torch.eye(x.shape[1], dtype=x.dtype, device=x.device)

    def push(row: Tensor, direction: Tensor) -> Tensor:
        return torch.func.jvp(lambda point: network(p, point), (row,), (direction,))[1]

    return {"jacobian": vmap(vmap(push, (None, 0), out_dims=1), (0, None))(x, directions)}


def jacobian_reverse(p: Tree, v: Tree, x: Tensor, t: Tensor, u: Tensor) -> Tree:
    """∂y/∂x of every sample, one pullback per output; `jacrev` spelled out, for the same reason."""
    weights = torch.eye(u.shape[1], dtype=x.dtype, device=x.device)

    def rows(row: Tensor) -> Tensor:
        pulled: tuple[Any, ...] = torch.func.vjp(lambda point: network(p, point), row)
        return vmap(pulled[1])(weights)[0]

    return {"jacobian": vmap(rows)(x)}


def by_first_bias(p: Tree, x: Tensor, t: Tensor) -> Callable[[Tensor], Tensor]:
    """∂L/∂b1 as a function of b1."""
    return grad(lambda b: loss(p | {"b1": b}, x, t))


def hessian(p: Tree, v: Tree, x: Tensor, t: Tensor, u: Tensor) -> Tree:
    """∂²L/∂b1², reverse over reverse, all rows at once: half the time of forward over reverse."""
    return {"hessian": jacrev(by_first_bias(p, x, t))(p["b1"])}


def per_sample(p: Tree, v: Tree, x: Tensor, t: Tensor, u: Tensor) -> Tree:
    """The gradient of every sample's loss, all samples at once."""
    return {f"gradient.{name}": value for name, value in vmap(grad(sample_loss), (None, 0, 0))(p, x, t).items()}


def jacobian_row(p: Tree, x: Tensor) -> Tree:
    """∂y/∂x of one sample."""
    return {"jacobian": jacrev(network, 1)(p, x)}


def hessian_row(p: Tree, x: Tensor, t: Tensor, direction: Tensor) -> Tree:
    """∂²L/∂b1² times a direction, from the start; b1 requires its gradient."""
    (slope,) = torch.autograd.grad(loss(p, x, t), p["b1"], create_graph=True)
    return {"hessian": torch.autograd.grad(slope, p["b1"], direction)[0]}


def gradient_row(p: Tree, x: Tensor, t: Tensor) -> Tree:
    """The gradient of one sample's loss."""
    return named("gradient", torch.autograd.grad(sample_loss(p, x, t), tuple(p.values())))


def loops(mode: str, device: str) -> dict[str, Callable[..., Tree]]:
    """The tasks that go one sample or row after another in Python, the function of one compiled in compiled modes."""
    # A CUDA graph writes its outputs to the same place every time.
    keep = torch.clone if mode == "compile-max" else lambda value: value
    one_jacobian, one_hessian, one_gradient = (
        torch_backend.compiled(row, mode, device) for row in (jacobian_row, hessian_row, gradient_row)
    )

    def stack(rows: list[Tree]) -> Tree:
        return {name: torch.stack([row[name] for row in rows]) for name in rows[0]}

    def kept(row: Tree) -> Tree:
        return {name: keep(value) for name, value in row.items()}

    def jacobian_loop(p: Tree, v: Tree, x: Tensor, t: Tensor, u: Tensor) -> Tree:
        return stack([kept(one_jacobian(p, row)) for row in x])

    def hessian_loop(p: Tree, v: Tree, x: Tensor, t: Tensor, u: Tensor) -> Tree:
        directions = torch.eye(len(p["b1"]), dtype=x.dtype, device=x.device)
        if mode != "eager":
            return stack([kept(one_hessian(p, x, t, direction)) for direction in directions])
        (slope,) = torch.autograd.grad(loss(p, x, t), p["b1"], create_graph=True)
        return stack(
            [
                {"hessian": torch.autograd.grad(slope, p["b1"], direction, retain_graph=True)[0]}
                for direction in directions
            ]
        )

    def per_sample_loop(p: Tree, v: Tree, x: Tensor, t: Tensor, u: Tensor) -> Tree:
        return stack([kept(one_gradient(p, *row)) for row in zip(x, t, strict=True)])

    return {"jacobian_loop": jacobian_loop, "hessian_loop": hessian_loop, "per_sample_loop": per_sample_loop}


BY_AUTOGRAD = {"gradient": NAMES, "vjp": NAMES, "hvp": NAMES, "per_sample_loop": NAMES, "hessian_loop": ("b1",)}
"""The parameters that require their gradient, for the tasks that ask autograd for it."""


def build(problem: Problem, task: str, mode: str, device: str, precision: str) -> Step:
    """A step of any task. Raises Unsupported for a huge result and where the mode does not exist."""
    if reason := problem.too_large(task):
        raise Unsupported(reason)
    data = torch_backend.tensors(problem.inputs(), device, precision)
    p, v = ({name: data[f"{prefix}{name}"] for name in NAMES} for prefix in ("", "v."))
    for name in BY_AUTOGRAD.get(task, ()):
        p[name].requires_grad_()
    whole = {
        function.__name__: function
        for function in (primal, gradient, jvp, vjp, jacobian_forward, jacobian_reverse, hessian, hvp, per_sample)
    }
    # a loop compiles its own body
    function, whole_mode = (whole[task], mode) if task in whole else (loops(mode, device)[task], "eager")
    return torch_backend.Evaluation(
        function,
        (data["x"], data["t"], data["u"]),
        mode=whole_mode,
        device=device,
        precision=precision,
        steps=torch_backend.steps_per_call(problem, mode),
        constants=(p, v),
        inference=task == "primal",
    )
