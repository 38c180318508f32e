"""DistributedDataParallel on two processes."""

from __future__ import annotations

import tempfile
from collections.abc import Iterator
from datetime import timedelta
from pathlib import Path

import numpy as np
import torch
from torch import distributed, multiprocessing, nn

from bench.events import Event
from bench.measuring.record import attempt, ok
from bench.workloads.examples.distribution import problem


class Model(nn.Module):
    """tanh(x W1) W2."""

    def __init__(self) -> None:
        """Holds the problem's weights."""
        super().__init__()
        arrays = problem.inputs()
        self.W1, self.W2 = (nn.Parameter(torch.from_numpy(arrays[name])) for name in ("W1", "W2"))

    def forward(self, x: torch.Tensor) -> torch.Tensor:
        """The predictions."""
        return torch.tanh(x @ self.W1) @ self.W2


def gradients(model: nn.Module, rows: slice) -> dict[str, np.ndarray]:
    """Gradients of the model on some rows."""
    arrays = problem.inputs()
    x, t = (torch.from_numpy(arrays[name][rows]) for name in ("x", "t"))
    nn.functional.mse_loss(model(x), t).backward()
    return {
        name.removeprefix("module."): value.grad.numpy()
        for name, value in model.named_parameters()
        if value.grad is not None
    }


def process(rank: int, folder: str) -> None:
    """One of the processes: its share of the rows; the result of each goes to a file."""
    torch.set_num_threads(1)
    distributed.init_process_group(
        "gloo",
        init_method=Path(folder, "rendezvous").as_uri(),
        rank=rank,
        world_size=problem.DEVICES,
        timeout=timedelta(minutes=1),
    )
    share = problem.ROWS // problem.DEVICES
    found = gradients(nn.parallel.DistributedDataParallel(Model()), slice(rank * share, (rank + 1) * share))
    np.savez(Path(folder, f"{rank}.npz"), **found)  # type: ignore[arg-type]
    distributed.destroy_process_group()


def events() -> Iterator[Event]:
    """One process against two."""
    yield ok("devices", problem.DEVICES, nn.parallel.DistributedDataParallel.__module__)
    torch.set_num_threads(1)
    yield ok("one.gradient", problem.error(gradients(Model(), slice(None))))
    with tempfile.TemporaryDirectory() as folder:
        multiprocessing.spawn(process, (folder,), nprocs=problem.DEVICES)
        for rank in range(problem.DEVICES):
            yield attempt(
                f"two.gradient.{rank}", lambda path: problem.error(dict(np.load(path))), Path(folder, f"{rank}.npz")
            )
