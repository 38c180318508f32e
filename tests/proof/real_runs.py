"""A variant against itself, and against itself slowed down, with real runs of the real command."""

from __future__ import annotations

import random
import subprocess
from dataclasses import dataclass
from pathlib import Path

from bench import schema
from bench.results import statistics
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


def run_medians(folder: Path, names: list[str], rounds: int) -> dict[str, list[float]]:
    """Median step seconds of `rounds` runs of planted workloads, interleaved and shuffled."""
    bench = Bench(folder)
    for name, products in ((name, round(PRODUCTS * float(name.split("_")[-1]) / 1000)) for name in names):
        bench.plant(name, "jax", SLOWED.replace("{products}", str(products)))
    medians: dict[str, list[float]] = {name: [] for name in names}
    order = random.Random(0)
    for number in range(rounds):
        for name in order.sample(names, len(names)):
            command = bench.command(f"training/{name}", framework="jax", run=number, settings=PLAN)
            subprocess.run(command, check=True, capture_output=True)
            row = schema.read(bench.output(number), "run")[0]
            assert row["status"] == "ok", row["message"]
            medians[name].append(row["step_seconds"])
    return medians


def same_against_same(folder: Path, comparisons: int, runs: int) -> list[statistics.Ratio]:
    """Ratios of a variant with itself, each from `runs` + `runs` consecutive interleaved runs."""
    medians = run_medians(folder, ["first_1000", "second_1000"], comparisons * runs)
    blocks = [slice(start, start + runs) for start in range(0, comparisons * runs, runs)]
    rounds = list(range(runs))
    return [
        statistics.ratio(medians["first_1000"][block], medians["second_1000"][block], rounds, rounds)
        for block in blocks
    ]


def slowdowns(folder: Path, runs: int) -> list[Comparison]:
    """The planted slowdowns of 3 % and 0.2 %, with the noise floor of twins measured among them."""
    medians = run_medians(folder, ["base_1000", "twin_1000", "slow_1030", "hardly_1002"], runs)
    rounds = list(range(runs))

    def against(name: str) -> statistics.Ratio:
        return statistics.ratio(medians[name], medians["base_1000"], rounds, rounds)

    floor = statistics.noise_floor([against("twin_1000")], runs)
    ratios = {name: against(name) for name in ("slow_1030", "hardly_1002")}
    adjusted = statistics.adjust([ratio.p for ratio in ratios.values() if ratio.p is not None])
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
