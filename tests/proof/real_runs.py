"""A variant against itself, and against itself slowed down, in real trials of the real command."""

from __future__ import annotations

from dataclasses import dataclass
from pathlib import Path

from bench.results import statistics
from bench.results.pairs import by_round
from tests.conftest import Bench

PLAN = (
    '{"plan": {"budget_seconds": 0.15, "warmup_seconds": 0.2, "half_width": 0.01, "least_values": 7}, '
    '"timeout_seconds": 60, "exclusive": true}'
)

SLOWED = """
import numpy as np
class Step(Step):
    '''A fixed number of small matrix products.'''
    def __init__(self):
        super().__init__()
        self.a = np.random.default_rng(0).standard_normal((128, 128))
        self.out = np.empty_like(self.a)
    def step(self):
        for _ in range({products}):
            np.matmul(self.a, self.a, out=self.out)
"""
PRODUCTS = 1000


@dataclass(frozen=True)
class Comparison:
    """One ratio with its 95 % interval and verdict."""

    name: str
    ratio: float
    low: float
    high: float
    verdict: str


def logs(folder: Path, slower: float, trials: int) -> list[float]:
    """What real trials say of two variants that do the same, the first so many times as often, as logarithms."""
    bench = Bench(folder / f"{slower:g}")
    bench.plant("same", "jax", SLOWED.format(products=PRODUCTS))
    (bench.root / "workflow/bench/workloads/training/same/torch_impl.py").write_text(
        (bench.root / "workflow/bench/workloads/training/same/jax_impl.py")
        .read_text()
        .replace(f"range({PRODUCTS})", f"range({round(PRODUCTS * slower)})")
    )
    found = []
    for number in range(trials):
        torch, jax = bench.measure_all(
            "training/same", variants=["torch-eager", "jax-jit"], trial=number, settings=PLAN
        )
        assert (torch["status"], jax["status"]) == ("ok", "ok"), (torch["message"], jax["message"])
        found.append(statistics.log_ratio(by_round(torch), by_round(jax)))
    return found


def same_against_same(folder: Path, comparisons: int, trials: int) -> list[statistics.Ratio]:
    """Ratios of a variant with itself, each from so many consecutive trials."""
    found = logs(folder, 1.0, comparisons * trials)
    return [statistics.paired_ratio(found[start : start + trials]) for start in range(0, len(found), trials)]


def slowdowns(folder: Path, trials: int) -> list[Comparison]:
    """The planted slowdowns of 3 % and 0.2 %, with the noise floor of twins measured beside them."""
    floor = statistics.noise_floor([statistics.paired_ratio(logs(folder, 1.0, trials))], trials)
    planted = {"3 % slower": 1.03, "0.2 % slower": 1.002}
    ratios = {name: statistics.paired_ratio(logs(folder, slower, trials)) for name, slower in planted.items()}
    adjusted = statistics.adjust([ratio.p for ratio in ratios.values()])
    return [
        Comparison(
            name,
            ratio.ratio,
            ratio.low or 0.0,
            ratio.high or 0.0,
            statistics.verdict(ratio.ratio, ratio.low, ratio.high, p, floor),
        )
        for (name, ratio), p in zip(ratios.items(), adjusted, strict=True)
    ]
