"""The graph network in PyTorch: index_select, index_add, nn.Linear and the fused Adam."""

from __future__ import annotations

from typing import Any

import torch
from torch import Tensor, nn

from bench.backends import Step, torch_backend
from bench.workloads.training.by_hand.adam import BETA1, BETA2, EPSILON
from bench.workloads.training.gcn.problem import LEARNING_RATE, Problem

GRAPH = ("features", "source", "target", "edge_weight", "loop_weight", "graph", "atoms")
"""What the network takes, in this order."""


class Network(nn.Module):
    """Graph convolutions, the mean over the atoms of each graph, a linear layer."""

    def __init__(self, problem: Problem) -> None:
        super().__init__()
        shapes = problem.shapes()
        self.layers = nn.ModuleList(nn.Linear(*shape) for name, shape in shapes.items() if name != "output")
        self.output = nn.Linear(*shapes["output"])

    def forward(
        self,
        features: Tensor,
        source: Tensor,
        target: Tensor,
        edge_weight: Tensor,
        loop_weight: Tensor,
        graph: Tensor,
        atoms: Tensor,
    ) -> Tensor:
        """Outputs (graphs,) of the graphs that problem.py describes, with the weights of Â as columns."""
        hidden = features
        for layer in self.layers:
            # index_select and not hidden[source]: the derivative of indexing adds up far more slowly than index_add.
            messages = hidden.index_select(0, source) * edge_weight
            hidden = layer((hidden * loop_weight).index_add(0, target, messages)).relu()
        sums = atoms.new_zeros((len(atoms) + 1, hidden.shape[1])).index_add(0, graph, hidden.to(atoms.dtype))
        return self.output(sums[:-1] / atoms[:, None]).squeeze(1)


def loss(model: nn.Module, *batch: Tensor) -> Tensor:
    """Mean squared error, in the type of the property, which comes last in the batch."""
    *inputs, wanted = batch
    return (model(*inputs).to(wanted.dtype) - wanted).square().mean()


def build(problem: Problem, task: str, mode: str, device: str, precision: str) -> Step:
    """A step of `train`, `forward` or `gradient`. Raises Unsupported where the mode or precision does not exist."""
    settings: dict[str, Any] = {"mode": mode, "device": device, "precision": precision}
    data = torch_backend.tensors(problem.inputs(), device, precision)
    data |= {name: data[name].unsqueeze(1) for name in ("edge_weight", "loop_weight")}
    if precision == "bfloat16":  # autocast knows no index_add and would add up in float32
        data |= {name: data[name].bfloat16() for name in ("features", "edge_weight", "loop_weight")}
    inputs = tuple(data[name] for name in GRAPH)
    model = torch_backend.place(Network(problem), problem.parameters(), device, precision)
    if task == "forward":
        return torch_backend.Evaluation(lambda *inputs: {"output": model(*inputs)}, inputs, inference=True, **settings)
    batch = (*inputs, data["property"])
    if task == "gradient":
        return torch_backend.Gradient(model, loss, batch, **settings)
    optimizer = torch.optim.Adam(model.parameters(), lr=LEARNING_RATE, betas=(BETA1, BETA2), eps=EPSILON, fused=True)
    steps = torch_backend.steps_per_call(problem, mode)
    return torch_backend.Training(model, loss, batch, optimizer, steps=steps, **settings)
