"""Training with DistributedDataParallel on two processes, and with one process on one core and on two."""

from __future__ import annotations

from collections.abc import Iterator
from datetime import timedelta
from pathlib import Path

import torch
from torch import distributed, nn

from bench.events import Event
from bench.workloads.examples.data_parallel import problem
from bench.workloads.examples.data_parallel.problem import ONE, THREADS
from bench.workloads.examples.turns.groups import Place, Way

TWO = "two.ddp"
WAYS = {ONE: Way(1, 1), THREADS: Way(1, 2), TWO: Way(2, 1)}


class Model(nn.Module):
    """tanh(x W1) W2."""

    def __init__(self, precision: str) -> None:
        """Holds the problem's weights."""
        super().__init__()
        arrays = problem.inputs(precision)
        self.W1, self.W2 = (nn.Parameter(torch.from_numpy(arrays[name])) for name in ("W1", "W2"))

    def forward(self, x: torch.Tensor) -> torch.Tensor:
        """The predictions."""
        return torch.tanh(x @ self.W1) @ self.W2


class Trainer:
    """A process's share: its rows, the model, and SGD with momentum."""

    def __init__(self, place: Place, precision: str) -> None:
        """Joins the other process first, where there is one."""
        torch.set_num_threads(place.cores)
        processes = WAYS[place.way].processes
        share = problem.ROWS // processes
        arrays = problem.inputs(precision)
        rows = slice(place.rank * share, (place.rank + 1) * share)
        self.x, self.t = (torch.from_numpy(arrays[name][rows]) for name in ("x", "t"))
        self.own = Model(precision)
        self.model: nn.Module = self.own
        if processes > 1:
            rendezvous = Path(place.folder, "rendezvous").as_uri()
            distributed.init_process_group(
                "gloo", init_method=rendezvous, rank=place.rank, world_size=processes, timeout=timedelta(minutes=1)
            )
            self.model = nn.parallel.DistributedDataParallel(self.own)
        self.optimizer = torch.optim.SGD(self.model.parameters(), problem.RATE, problem.MOMENTUM)

    def step(self) -> None:
        """One step; it returns when it is done."""
        self.optimizer.zero_grad(set_to_none=True)
        nn.functional.mse_loss(self.model(self.x), self.t).backward()
        self.optimizer.step()

    def wait(self) -> None:
        """Nothing: on the CPU all is done."""

    def observe(self) -> problem.Arrays:
        """W1 and W2."""
        return {name: value.detach().double().numpy() for name, value in self.own.named_parameters()}


def events() -> Iterator[Event]:
    """One device against two."""
    yield from problem.events_of(Trainer, WAYS)
