"""ADBench's LSTM in PyTorch: a loop in Python over steps, or over compiled blocks of them; autograd."""

from __future__ import annotations

from collections.abc import Callable

import torch
from torch import Tensor

from bench.backends import Step, torch_backend
from bench.workloads.autodiff.lstm_objective.problem import BITS, Problem

Outputs = dict[str, Tensor]


def block(weights: Tensor, biases: Tensor, hidden: Tensor, cell: Tensor, inputs: Tensor) -> tuple[Tensor, ...]:
    """The last layer's h of some steps (steps, 14), and the states (layers, 14) after them.

    `weights` and `biases` (layers, 4, 14), `inputs` (steps, 14).
    """
    states = [(hidden[n], cell[n]) for n in range(len(weights))]
    tops = []
    for x in inputs:
        for n, (h, c) in enumerate(states):
            w, b = weights[n], biases[n]
            f, o = torch.sigmoid(w[0] * x + b[0]), torch.sigmoid(w[2] * x + b[2])
            i, g = torch.sigmoid(w[1] * h + b[1]), torch.tanh(w[3] * h + b[3])
            c = f * c + i * g
            x = o * torch.tanh(c)
            states[n] = x, c
        tops.append(x)
    return torch.stack(tops), torch.stack([h for h, _ in states]), torch.stack([c for _, c in states])


def objective(main_params: Tensor, extra_params: Tensor, state: Tensor, sequence: Tensor, *,
              unrolled: int, recur: Callable[..., tuple[Tensor, ...]] = block) -> Tensor:
    """L, a scalar; `recur` is `block`, called with `unrolled` steps at a time."""
    weights, biases = main_params[0::2].view(-1, 4, BITS), main_params[1::2].view(-1, 4, BITS)
    hidden, cell, tops = state[0::2], state[1::2], []
    for inputs in (extra_params[0] * sequence[:-1]).split(unrolled):
        top, hidden, cell = recur(weights, biases, hidden, cell, inputs)
        tops.append(top)
    y = torch.cat(tops) * extra_params[1] + extra_params[2]
    normalised = y - torch.log(2 + y.exp().sum(1, keepdim=True))
    return -(sequence[1:] * normalised).mean()


def build(problem: Problem, task: str, mode: str, device: str, precision: str) -> Step:
    """A step of `primal` or `gradient`. Raises Unsupported where the mode does not exist."""
    data = torch_backend.tensors(problem.inputs(), device, precision)
    recur = torch_backend.compiled(block, mode, device)

    def primal(*arguments: Tensor) -> Outputs:
        return {"value": objective(*arguments, unrolled=problem.unrolled, recur=recur)}

    def gradient(*arguments: Tensor) -> Outputs:
        value = objective(*arguments, unrolled=problem.unrolled, recur=recur)
        by_main, by_extra = torch.autograd.grad(value, arguments[:2])
        return {"value": value.detach(), "gradient.main_params": by_main, "gradient.extra_params": by_extra}

    for name in ("main_params", "extra_params"):
        data[name].requires_grad_(task == "gradient")
    # the loop stays in Python; what it calls is compiled
    return torch_backend.Evaluation({"primal": primal, "gradient": gradient}[task],
                                    [data[name] for name in ("main_params", "extra_params", "state", "sequence")],
                                    mode="eager", device=device, precision=precision, inference=task == "primal")
