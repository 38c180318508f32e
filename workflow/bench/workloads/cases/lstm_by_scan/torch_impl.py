"""The layer in PyTorch: torch.nn.LSTM, whose second bias is zero and not trained."""

from __future__ import annotations

import torch
from torch import Tensor, nn

from bench.backends import Step, torch_backend
from bench.workloads.cases.lstm_by_scan.problem import Problem

Outputs = dict[str, Tensor]
NAMES = {"W": "weight_ih_l0", "U": "weight_hh_l0", "c": "bias_ih_l0"}


def build(problem: Problem, task: str, mode: str, device: str, precision: str) -> Step:
    """A step of either task."""
    layer = nn.LSTM(problem.setting["inputs"], problem.setting["units"])
    layer.to(device=device, dtype=torch_backend.data_type(precision, device))
    weights = torch_backend.tensors(problem.parameters(), device, precision)
    trained = [layer.get_parameter(theirs) for theirs in NAMES.values()]
    second = layer.get_parameter("bias_hh_l0").requires_grad_(False)
    with torch.no_grad():
        second.zero_()
        for name, parameter in zip(NAMES, trained, strict=True):
            parameter.copy_(weights[name].t())

    def forward(x: Tensor) -> Outputs:
        return {"output": layer(x)[0]}

    def gradient(x: Tensor) -> Outputs:
        value = layer(x)[0].square().mean() / 2
        slopes = torch.autograd.grad(value, trained)
        named = {f"gradient.{name}": slope.t() for name, slope in zip(NAMES, slopes, strict=True)}
        return {"value": value.detach(), **named}

    x = torch_backend.tensors(problem.inputs(), device, precision)["x"]
    return torch_backend.Evaluation(
        forward if task == "forward" else gradient,
        (x,),
        mode=mode,
        device=device,
        precision=precision,
        inference=task == "forward",
    )
