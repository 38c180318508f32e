"""The convolutional network on DNA sequences."""

from __future__ import annotations

from torch import Tensor

from bench.workloads.training.dna_cnn.problem import POOL, Problem
from bench.workloads.training.dna_cnn.torch_impl import Network
from tests.proof.alternatives import Alternative, by_inductor


class ByReshape(Network):
    """The maximum over places as that over an axis."""

    def forward(self, sequences: Tensor) -> Tensor:
        found = self.first(sequences)
        first = found.unflatten(3, (found.shape[3] // POOL, POOL)).amax(4).relu()
        second = self.second(first).amax((2, 3)).relu()
        return self.output(self.hidden(second).relu()).squeeze(1)


class ByWindow(Network):
    """The maximum over places by the window, compiled or not."""

    def __init__(self, problem: Problem, pairs: bool) -> None:
        super().__init__(problem, pairs=False)


class ByPairs(Network):
    """The maximum over places by pairs, compiled or not."""

    def __init__(self, problem: Problem, pairs: bool) -> None:
        super().__init__(problem, pairs=True)


ALTERNATIVES = (
    Alternative("torch", "maximum by reshape", ("train",), ("eager", "compile"), {"Network": ByReshape}),
    Alternative("torch", "maximum by window", ("train",), ("compile",), {"Network": ByWindow}),
    Alternative("torch", "maxima of pairs", ("train",), ("eager",), {"Network": ByPairs}),
    *by_inductor(("forward",)),
)
