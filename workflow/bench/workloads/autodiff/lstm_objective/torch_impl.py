"""ADBench's LSTM in PyTorch: torch.lstm with diagonal matrices, or compiled blocks of steps; autograd."""

from __future__ import annotations

from collections.abc import Callable

import torch
from torch import Tensor

from bench.backends import Step, torch_backend
from bench.workloads.autodiff.lstm_objective.problem import BITS, Problem

Outputs = dict[str, Tensor]
Recurrence = Callable[[Tensor, Tensor, Tensor, Tensor, Tensor], Tensor]


def library(weights: Tensor, biases: Tensor, hidden: Tensor, cell: Tensor, inputs: Tensor) -> Tensor:
    """The last layer's h at all times, (steps, 14), by cuDNN or oneDNN where these compute in the precision.

    `weights` and `biases` (layers, 4, 14), `hidden` and `cell` (layers, 14), `inputs` (steps, 14). torch.lstm has the
    gates i, f, g, o, and matrices for the input as well as for h.
    """
    f, i, o, g = torch.diag_embed(weights).unbind(1)
    zero = torch.zeros_like(f)
    by_input, by_hidden = torch.cat([zero, f, zero, o], 1), torch.cat([i, zero, g, zero], 1)
    f, i, o, g = biases.unbind(1)
    offsets = torch.cat([i, f, g, o], 1)
    kinds = (by_input, by_hidden, offsets, torch.zeros_like(offsets))
    packed = [kind[n] for n in range(len(weights)) for kind in kinds]
    tops, _, _ = torch.lstm(
        inputs[:, None],
        (hidden[:, None].contiguous(), cell[:, None].contiguous()),
        packed,
        has_biases=True,
        num_layers=len(weights),
        dropout=0.0,
        train=torch.is_grad_enabled(),
        bidirectional=False,
        batch_first=False,
    )
    return tops[:, 0]


def block(weights: Tensor, biases: Tensor, hidden: Tensor, cell: Tensor, inputs: Tensor) -> tuple[Tensor, ...]:
    """One layer's h at some times, (steps, 14), and h and c after them, (14,); `inputs` (steps, 14)."""
    forget = torch.sigmoid(weights[0] * inputs + biases[0])
    output = torch.sigmoid(weights[2] * inputs + biases[2])
    tops = []
    for f, o in zip(forget, output, strict=True):
        i, g = torch.sigmoid(weights[1] * hidden + biases[1]), torch.tanh(weights[3] * hidden + biases[3])
        cell = f * cell + i * g
        hidden = o * torch.tanh(cell)
        tops.append(hidden)
    return torch.stack(tops), hidden, cell


def in_blocks(run: Callable[..., tuple[Tensor, ...]], steps: int) -> Recurrence:
    """A recurrence like `library`, layer after layer, by `run`, which is a compiled `block`, `steps` at a time."""

    def recur(weights: Tensor, biases: Tensor, hidden: Tensor, cell: Tensor, inputs: Tensor) -> Tensor:
        for w, b, h, c in zip(weights, biases, hidden, cell, strict=True):
            tops = []
            for part in inputs.split(steps):
                top, h, c = run(w, b, h, c, part)
                tops.append(top)
            inputs = torch.cat(tops)
        return inputs

    return recur


def objective(
    main_params: Tensor, extra_params: Tensor, state: Tensor, sequence: Tensor, *, recur: Recurrence = library
) -> Tensor:
    """L, a scalar."""
    weights, biases = main_params[0::2].view(-1, 4, BITS), main_params[1::2].view(-1, 4, BITS)
    tops = recur(weights, biases, state[0::2], state[1::2], extra_params[0] * sequence[:-1])
    y = tops * extra_params[1] + extra_params[2]
    normalised = y - torch.log(2 + y.exp().sum(1, keepdim=True))
    return -(sequence[1:] * normalised).mean()


def build(problem: Problem, task: str, mode: str, device: str, precision: str) -> Step:
    """A step of `primal` or `gradient`. Raises Unsupported where the mode does not exist."""
    data = torch_backend.tensors(problem.inputs(), device, precision)
    recur: Recurrence = library
    if mode != "eager":
        recur = in_blocks(torch_backend.compiled(block, mode, device), problem.block)

    def primal(*arguments: Tensor) -> Outputs:
        return {"value": objective(*arguments, recur=recur)}

    def gradient(*arguments: Tensor) -> Outputs:
        value = objective(*arguments, recur=recur)
        by_main, by_extra = torch.autograd.grad(value, arguments[:2])
        return {"value": value.detach(), "gradient.main_params": by_main, "gradient.extra_params": by_extra}

    for name in ("main_params", "extra_params"):
        data[name].requires_grad_(task == "gradient")
    # the loop over blocks stays in Python; what it calls is compiled
    return torch_backend.Evaluation(
        {"primal": primal, "gradient": gradient}[task],
        [data[name] for name in ("main_params", "extra_params", "state", "sequence")],
        mode="eager",
        device=device,
        precision=precision,
        inference=task == "primal",
    )
