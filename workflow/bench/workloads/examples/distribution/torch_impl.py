"""DistributedDataParallel on two processes."""

from __future__ import annotations

import json
import tempfile
from collections.abc import Iterator
from datetime import timedelta
from pathlib import Path

import numpy as np
import torch
from torch import distributed, multiprocessing, nn

from bench.events import Event
from bench.measuring import timing
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


def run(model: nn.Module, rows: slice) -> tuple[dict[str, np.ndarray], float]:
    """Gradients of the model on some rows, and seconds of a step in the fastest block."""
    arrays = problem.inputs()
    x, t = (torch.from_numpy(arrays[name][rows]) for name in ("x", "t"))

    def step() -> None:
        model.zero_grad(set_to_none=True)
        nn.functional.mse_loss(model(x), t).backward()

    step()
    seconds = [timing.block_seconds(step, lambda: None, problem.LOOPS) / problem.LOOPS for _ in range(problem.VALUES)]
    gradients = {
        name.removeprefix("module."): value.grad.numpy()
        for name, value in model.named_parameters()
        if value.grad is not None
    }
    return gradients, min(seconds)


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
    gradients, seconds = run(nn.parallel.DistributedDataParallel(Model()), slice(rank * share, (rank + 1) * share))
    np.savez(Path(folder, f"{rank}.npz"), **gradients)  # type: ignore[arg-type]
    Path(folder, f"{rank}.json").write_text(json.dumps(seconds))
    distributed.destroy_process_group()


def events() -> Iterator[Event]:
    """One process against two."""
    yield ok("devices", problem.DEVICES, nn.parallel.DistributedDataParallel.__module__)
    torch.set_num_threads(1)
    gradients, alone = run(Model(), slice(None))
    yield ok("one.gradient", problem.error(gradients))
    with tempfile.TemporaryDirectory() as folder:
        multiprocessing.spawn(process, (folder,), nprocs=problem.DEVICES)
        seconds = max(json.loads(Path(folder, f"{rank}.json").read_text()) for rank in range(problem.DEVICES))
        for rank in range(problem.DEVICES):
            yield attempt(
                f"two.gradient.{rank}", lambda path: problem.error(dict(np.load(path))), Path(folder, f"{rank}.npz")
            )
    yield ok("efficiency", *problem.efficiency(alone, seconds))
