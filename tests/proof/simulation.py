"""Simulated measurements with known truth: how often the intervals of `bench.statistics` cover it.

`python tests/proof/simulation.py` (with workflow/ on PYTHONPATH) prints the table.
"""

from __future__ import annotations

import argparse
import math
from collections.abc import Callable, Iterable
from dataclasses import dataclass
from itertools import product

import numpy as np

from bench.results import statistics
from bench.series import Array

Noise = Callable[[np.random.Generator, tuple[int, ...]], Array]


def _normal(generator: np.random.Generator, shape: tuple[int, ...]) -> Array:
    return generator.standard_normal(shape)


def _t3(generator: np.random.Generator, shape: tuple[int, ...]) -> Array:
    return generator.standard_t(3, shape) / math.sqrt(3)


def _lognormal(generator: np.random.Generator, shape: tuple[int, ...]) -> Array:
    return (np.exp(generator.standard_normal(shape)) - math.exp(0.5)) / math.sqrt((math.e - 1) * math.e)


NOISES: dict[str, Noise] = {"normal": _normal, "t3": _t3, "lognormal": _lognormal}
"""Noise of mean 0 and standard deviation 1; skewness 0, 0 and 6.2, kurtosis 3, infinite and 114."""

METHODS = ("rule", "welch", "paired", "tighter")
"""rule: what `statistics.ratio` does; tighter: the narrower of the next two, chosen after looking at both."""


@dataclass(frozen=True)
class Truth:
    """What is simulated: relative standard deviations, and how much longer a takes than b."""

    noise: str = "normal"
    between: float = 0.01  # between runs
    within: float = 0.03  # between the values of a run
    drift: float = 0.0  # between rounds, shared by a and b
    values: int = 20  # per run
    effect: float = 0.0  # a takes 1 + effect times as long


@dataclass(frozen=True)
class Row:
    """How one method did: share of intervals that contain the truth, mean half-width (relative), share paired."""

    method: str
    noise: str
    drift: float
    runs: int
    coverage: float
    half_width: float
    paired: float


def simulate(truth: Truth, runs: int, repetitions: int, generator: np.random.Generator) -> tuple[Array, Array]:
    """Run medians of a and b, each of shape (repetitions, runs), in seconds; the drift is common to both."""
    noise = NOISES[truth.noise]
    shape = (2, repetitions, runs)
    values = truth.within * noise(generator, (*shape, truth.values))
    level = truth.between * noise(generator, shape) + truth.drift * noise(generator, shape[1:])
    a, b = np.median(0.01 * np.exp(level[..., None] + values), axis=-1)
    return a * (1 + truth.effect), b


def _estimates(a: Array, b: Array) -> dict[str, tuple[float, float, bool]]:
    """Centre and half-width on the logarithmic scale, and whether runs were paired, per method."""
    rounds = range(len(a))
    rule = statistics.ratio(a, b, rounds, rounds)
    if rule.error is None or rule.degrees is None:
        raise ValueError(f"runs is {len(a)}, allowed are numbers from 2")
    logs_a, logs_b = np.log(a), np.log(b)
    both = {"welch": statistics.welch(logs_a, logs_b), "paired": statistics.sample(logs_a - logs_b)}
    rows = {name: (each.centre, each.half_width(), name == "paired") for name, each in both.items()}
    chosen = statistics.Estimate(math.log(rule.ratio), rule.error, rule.degrees)
    rows["rule"] = (chosen.centre, chosen.half_width(), rule.method == "paired")
    rows["tighter"] = min(rows["welch"], rows["paired"], key=lambda row: row[1])
    return rows


def coverage(truth: Truth, runs: int, repetitions: int, seed: int) -> list[Row]:
    """One row per method for one simulated situation."""
    series = simulate(truth, runs, repetitions, np.random.default_rng(seed))
    results = [_estimates(a, b) for a, b in zip(*series, strict=True)]
    rows = []
    for method in METHODS:
        centre, half, paired = np.array([result[method] for result in results], dtype=np.float64).T
        covered = np.abs(centre - math.log1p(truth.effect)) <= half
        rows.append(Row(method, truth.noise, truth.drift, runs, covered.mean(), half.mean(), paired.mean()))
    return rows


def simulate_coverage(
    noises: Iterable[str] = tuple(NOISES),
    runs: Iterable[int] = (3, 5, 10, 20),
    drifts: Iterable[float] = (0.0, 0.02),
    repetitions: int = 1000,
    seed: int = 1,
) -> list[Row]:
    """The table method, noise, drift, runs → coverage, half-width, at 1 % noise between runs and 3 % within."""
    return [
        row
        for case, (noise, drift, count) in enumerate(product(noises, drifts, runs))
        for row in coverage(Truth(noise=noise, drift=drift), count, repetitions, seed + case)
    ]


def markdown(rows: Iterable[Row]) -> str:
    """The rows as a Markdown table, in percent."""
    lines = [
        "| method | noise | drift % | runs | coverage % | half-width % | paired % |",
        "|---|---|---:|---:|---:|---:|---:|",
    ]
    for row in rows:
        amounts = f"{row.coverage:.1%} | {row.half_width:.2%} | {row.paired:.0%}".replace("%", "")
        lines.append(f"| {row.method} | {row.noise} | {100 * row.drift:g} | {row.runs} | {amounts} |")
    return "\n".join(lines)


def main() -> None:
    """Print the table."""
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--repetitions", type=int, default=1000)
    parser.add_argument("--seed", type=int, default=1)
    options = parser.parse_args()
    print(markdown(simulate_coverage(repetitions=options.repetitions, seed=options.seed)))


if __name__ == "__main__":
    main()
