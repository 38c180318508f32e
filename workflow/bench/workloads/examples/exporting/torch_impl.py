"""Export, reload and migration from PyTorch's side."""

from __future__ import annotations

import tempfile
from collections.abc import Iterator
from pathlib import Path

import numpy as np
import torch
from torch import nn

from bench.events import Event
from bench.measuring.record import attempt, compact
from bench.workloads.examples.exporting import problem


def model() -> nn.Sequential:
    """The model with the weights of the file, loaded strictly."""
    result = nn.Sequential(
        nn.Linear(4, 8), nn.GELU(approximate="none"), nn.LayerNorm(8, eps=problem.NORM_EPSILON), nn.Linear(8, 2)
    ).double()
    with tempfile.TemporaryDirectory() as folder, np.load(problem.checkpoint(Path(folder))) as arrays:
        result.load_state_dict({name: torch.from_numpy(arrays[name]) for name in arrays.files}, strict=True)
    return result


def tensors() -> tuple[torch.Tensor, torch.Tensor]:
    """x and t."""
    x, t = problem.inputs()
    return torch.from_numpy(x), torch.from_numpy(t)


def trained() -> tuple[nn.Sequential, list[float]]:
    """The model after ten steps, and the losses."""
    result, (x, t) = model(), tensors()
    optimiser = torch.optim.Adam(result.parameters(), lr=problem.RATE, betas=problem.BETAS, eps=problem.EPSILON)
    losses = []
    for _ in range(problem.STEPS):
        optimiser.zero_grad()
        loss = nn.functional.mse_loss(result(x), t)
        loss.backward()
        optimiser.step()
        losses.append(loss.item())
    return result, losses


def output_error() -> float:
    """Difference of the untrained model's outputs from the reference."""
    x, _ = problem.inputs()
    with torch.no_grad():
        found = model()(torch.from_numpy(x)).numpy()
    return problem.difference(found, problem.forward(problem.parameters(), x))


def gradient_error() -> float:
    """Difference of all gradients from the reference."""
    network, (x, t) = model(), tensors()
    nn.functional.mse_loss(network(x), t).backward()
    found = {name: value.grad.numpy() for name, value in network.named_parameters() if value.grad is not None}
    return problem.difference(problem.from_torch(found), problem.gradient(problem.parameters()))


def training_error() -> tuple[float, str]:
    """Difference of ten losses from the reference, and the losses."""
    _, losses = trained()
    return problem.difference(np.array(losses), np.array(problem.train()[1])), compact(losses)


def weights_error() -> float:
    """Difference of the trained weights from the reference."""
    state = {name: value.numpy() for name, value in trained()[0].state_dict().items()}
    return problem.difference(problem.from_torch(state), problem.train()[0])


def exported() -> torch.export.ExportedProgram:
    """The trained model as a program for any number of rows."""
    x, _ = tensors()
    return torch.export.export(trained()[0].eval(), (x,), dynamic_shapes=({0: torch.export.Dim("rows")},))


def reproduced(program: torch.export.ExportedProgram) -> float:
    """Difference of an exported program's outputs from the reference, after a call with another number of rows."""
    module = program.module()
    module(torch.ones(3, 4, dtype=torch.float64))
    return problem.reproduced(lambda x: module(torch.from_numpy(x)).detach().numpy())


def reload_error() -> tuple[float, str]:
    """Difference of the outputs of a model exported, written, and read again; the file's bytes."""
    program = exported()
    with tempfile.TemporaryDirectory() as folder:
        path = Path(folder) / "model.pt2"
        torch.export.save(program, path)
        size = path.stat().st_size
        loaded = torch.export.load(path)
    return reproduced(loaded), compact({"bytes": size})


def sources() -> str:
    """Where the parts of the model and its training come from."""
    return compact({"layers": nn.Linear.__module__, "gelu": "torch.nn", "optimiser": torch.optim.Adam.__module__})


def events() -> Iterator[Event]:
    """`value`: largest relative difference from the NumPy reference."""
    yield attempt("migrated.output", output_error)
    yield attempt("migrated.gradient", gradient_error)
    yield attempt("migrated.losses", training_error)
    yield attempt("migrated.weights", weights_error)
    yield attempt("exported.output", lambda: reproduced(exported()))
    yield attempt("reloaded.output", reload_error)
    yield attempt("sources", sources)
