"""Simulated tables of trials with a known truth: how often the intervals over trials cover it, and what is said.

What a trial says of a pair is simulated as its logarithm, in situations from the well-behaved to the hostile, many
thousand times each. A design has a first stage of some trials, Student's interval over them, and perhaps a second:
where the first leaves a pair undecided, Stein's rule adds as many as its scatter asks for, up to a most,
and the interval is the wider of Stein's and of Student's over all trials: a first stage that happened to be quiet knows
nothing of what comes later. The formulas are those of `bench.results.statistics`, for whole tables at once.
"""

from __future__ import annotations

import math
from collections.abc import Callable
from dataclasses import asdict, dataclass
from itertools import product
from typing import Any

import numpy as np
from numpy.typing import ArrayLike, NDArray
from scipy import special

from bench.results.stages import SHARE_OF_EQUAL
from bench.results.statistics import EQUAL_WITHIN, EQUIVALENCE
from bench.series import CONFIDENCE, Array
from tests.proof import markdown

SCATTER = 0.02
"""Standard deviation of a quiet trial's logarithm."""
FLOOR = 0.01
HALF_WIDTH = SHARE_OF_EQUAL * math.log1p(EQUAL_WITHIN)
"""What the second stage aims at."""
RATIOS = (1.0, 1.03, 1.2)
REPETITIONS = 20_000
BLOCK = 2_000
"""Tables that are in memory at once."""

Flags = NDArray[np.bool_]
Noise = Callable[[np.random.Generator, tuple[int, int]], Array]


def _normal(generator: np.random.Generator, shape: tuple[int, int]) -> Array:
    return SCATTER * generator.standard_normal(shape)


def _heavy(generator: np.random.Generator, shape: tuple[int, int]) -> Array:
    return SCATTER * generator.standard_t(3, shape) / math.sqrt(3)


def _unequal(generator: np.random.Generator, shape: tuple[int, int]) -> Array:
    return _normal(generator, shape) * np.exp(0.7 * generator.standard_normal(shape))


def _common_speeds(generator: np.random.Generator, shape: tuple[int, int]) -> Array:
    """15 rounds of two values with 3 % noise, on a machine that is at any time in one of two speeds, 1.6 apart."""
    steps = 30
    switches = generator.random((*shape, steps)) < 0.05
    slow = np.logical_xor.accumulate(switches, axis=-1) ^ (generator.random((*shape, 1)) < 0.5)
    values = np.log(1.6) * slow + 0.03 * generator.standard_normal((*shape, steps))
    turns = values.reshape(*shape, steps // 2, 2)
    first = generator.random(turns.shape[:-1]) < 0.5  # who has the first turn of a round
    differences = np.where(first, 1, -1) * (turns[..., 0] - turns[..., 1])
    return _normal(generator, shape) + np.median(differences, axis=-1)


def _own_speeds(generator: np.random.Generator, shape: tuple[int, int]) -> Array:
    slow = generator.random((2, *shape)) < 0.3
    return _normal(generator, shape) + math.log(1.05) * (slow[0].astype(float) - slow[1])


def _one_own_speed(generator: np.random.Generator, shape: tuple[int, int]) -> Array:
    return _normal(generator, shape) + math.log(1.05) * ((generator.random(shape) < 0.3) - 0.3)


def _contaminated(generator: np.random.Generator, shape: tuple[int, int]) -> Array:
    hit = generator.random(shape) < 0.05
    return _normal(generator, shape) * np.where(hit, 10, 1)


def _other_first(generator: np.random.Generator, shape: tuple[int, int]) -> Array:
    noise = _normal(generator, shape)
    noise[:, 0] += 2 * SCATTER
    return noise


def _loud(generator: np.random.Generator, shape: tuple[int, int]) -> Array:
    return 5 * _normal(generator, shape)


SITUATIONS: dict[str, tuple[str, Noise]] = {
    "normal": (f"normal, {SCATTER:.0%}", _normal),
    "loud": (f"normal, {5 * SCATTER:.0%}", _loud),
    "heavy": ("heavy-tailed: Student's t of 3 degrees", _heavy),
    "unequal": ("unequal variances: by trial, a factor of 2 either way is usual", _unequal),
    "common speeds": ("two-speed machine, 1.6 apart, that switches in the middle of trials", _common_speeds),
    "own speeds": ("two-speed processes: three in ten of either variant are 5 % slower", _own_speeds),
    "one own speed": ("the same of one variant alone", _one_own_speed),
    "contaminated": ("contaminated: one trial in twenty scatters ten times as much", _contaminated),
    "other first": ("trial 0 is off by two standard deviations", _other_first),
}


@dataclass(frozen=True)
class Design:
    """Trials of the first stage, and the most of both; the same number where there is one stage."""

    first: int
    most: int

    def __str__(self) -> str:
        return f"{self.first} trials" if self.first == self.most else f"{self.first}, up to {self.most}"


DESIGNS = (Design(3, 3), Design(5, 5), Design(3, 6), Design(5, 10))


@dataclass(frozen=True)
class Found:
    """How a design did: shares of tables, mean numbers of trials, typical half-width (of logarithms)."""

    situation: str
    ratio: float
    first: int
    most: int
    coverage: float
    stein: float
    """Coverage of Stein's interval by itself."""
    half_width: float
    trials: float
    faster: float
    """Share of tables in which the slower of the two is named, which where the ratio is 1 is wrong anyway."""
    equal: float
    undecided: float
    reversed: float
    """Share in which the other one is named."""


def quantile(degrees: ArrayLike, confidence: float) -> Array:
    """Student's."""
    return np.asarray(special.stdtrit(degrees, (1 + confidence) / 2))


def said(centre: Array, half_95: Array, half_90: Array) -> tuple[Flags, Flags]:
    """Of centres and half-widths at 95 and 90 %: whether somebody is named, and whether both are called equal."""
    beyond = np.abs(centre) - half_95 > math.log1p(FLOOR)
    return beyond, ~beyond & (np.abs(centre) + half_90 <= math.log1p(EQUAL_WITHIN))


@dataclass(frozen=True)
class Stages:
    """Tables that are decided, one each: trials taken, centre, and both standard errors; shapes (n,)."""

    trials: Array
    centre: Array
    stein: Array
    """Of the first stage's degrees of freedom."""
    student: Array
    """Of all trials and their degrees of freedom."""
    first: int

    def stein_half(self, confidence: float) -> Array:
        """Half the width of Stein's interval."""
        return quantile(self.first - 1, confidence) * self.stein

    def student_half(self, confidence: float) -> Array:
        """Half the width of Student's interval over all trials."""
        return quantile(self.trials - 1, confidence) * self.student

    def half(self, confidence: float) -> Array:
        """Half the width of that interval which is wider at 95 %."""
        wider = self.stein_half(CONFIDENCE) >= self.student_half(CONFIDENCE)
        return np.where(wider, self.stein_half(confidence), self.student_half(confidence))


def stages(logs: Array, design: Design, half_width: float = HALF_WIDTH) -> Stages:
    """What becomes of tables, `logs` of shape (n, most)."""
    first = logs[:, : design.first]
    centre, scatter = first.mean(axis=1), first.std(axis=1, ddof=1)
    error = scatter / math.sqrt(design.first)
    named, equal = said(centre, *(quantile(design.first - 1, sure) * error for sure in (CONFIDENCE, EQUIVALENCE)))
    asked = np.ceil((quantile(design.first - 1, CONFIDENCE) * scatter / half_width) ** 2)
    wanted = np.clip(asked, design.first, design.most).astype(int)
    trials = np.where(named | equal, design.first, wanted)
    taken = np.arange(design.most) < trials[:, None]
    means = np.sum(logs, axis=1, where=taken) / trials
    squares = np.sum((logs - means[:, None]) ** 2, axis=1, where=taken)
    student = np.sqrt(squares / (trials - 1) / trials)
    return Stages(trials, means, scatter / np.sqrt(trials), student, design.first)


def simulated(name: str, ratio: float, design: Design, repetitions: int, seed: int) -> Found:
    """How a design does in a situation, over so many tables."""
    generator, parts = np.random.default_rng(seed), []
    for start in range(0, repetitions, BLOCK):
        shape = (min(BLOCK, repetitions - start), design.most)
        parts.append(SITUATIONS[name][1](generator, shape))
    table = stages(math.log(ratio) + np.concatenate(parts), design)
    half, off = table.half(CONFIDENCE), np.abs(table.centre - math.log(ratio))
    named, equal = said(table.centre, half, table.half(EQUIVALENCE))
    right = named & (table.centre > 0)
    return Found(
        situation=name,
        ratio=ratio,
        first=design.first,
        most=design.most,
        coverage=float(np.mean(off <= half)),
        stein=float(np.mean(off <= table.stein_half(CONFIDENCE))),
        half_width=float(np.median(half)),
        trials=float(table.trials.mean()),
        faster=float(right.mean()),
        equal=float(equal.mean()),
        undecided=float(np.mean(~named & ~equal)),
        reversed=float(np.mean(named & ~right)),
    )


def measured(repetitions: int = REPETITIONS) -> dict[str, Any]:
    """All situations, ratios and designs."""
    cases = enumerate(product(SITUATIONS, RATIOS, DESIGNS))
    return {
        "repetitions": repetitions,
        "rows": [asdict(simulated(*case, repetitions, seed)) for seed, case in cases],
    }


def criteria(numbers: dict[str, Any]) -> dict[str, bool]:
    """The intervals cover, and nobody is named who should not be."""
    rows = numbers["rows"]
    same = [row["faster"] + row["reversed"] for row in rows if row["ratio"] == 1]
    return {
        "the 95 % interval covers at least 93 % in every situation": all(row["coverage"] >= 0.93 for row in rows),
        "of two equal variants one is called faster at most once in twenty": max(same) <= 0.05,
        "the faster of two that differ by 20 % is called slower at most once in a thousand": all(
            row["reversed"] <= 0.001 for row in rows if row["ratio"] == 1.2
        ),
    }


def text(numbers: dict[str, Any]) -> str:
    """The tables of the page: coverage, then what is said."""
    found = {
        (row["situation"], row["ratio"], Design(row["first"], row["most"])): Found(**row) for row in numbers["rows"]
    }
    single = [design for design in DESIGNS if design.first == design.most]
    columns = [(1.0, design) for design in single] + [
        (ratio, design) for design in DESIGNS if design not in single for ratio in RATIOS
    ]
    head = [
        "situation",
        *(f"{design}" if design in single else f"{design}; ratio {ratio}" for ratio, design in columns),
    ]
    coverage = [
        [words, *(covered(found[name, ratio, design]) for ratio, design in columns)]
        for name, (words, _) in SITUATIONS.items()
    ]
    spoken = [
        [words, f"{ratio:g}", design, f"{row.trials:.1f}", f"±{row.half_width:.1%}"]
        + [f"{share:.1%}" for share in (row.faster, row.equal, row.undecided, row.reversed)]
        for name, (words, _) in SITUATIONS.items()
        if name in ("normal", "loud", "own speeds")
        for ratio in RATIOS
        for design in DESIGNS
        for row in [found[name, ratio, design]]
    ]
    titles = ["situation", "ratio", "trials", "taken", "half-width", "slower named", "equal", "undecided", "reversed"]
    return "\n\n".join(
        [
            f"Coverage of the 95 % interval over {numbers['repetitions']} tables each, in brackets that of Stein's "
            "interval alone where there are two stages:",
            markdown.table(head, coverage),
            markdown.checklist(criteria(numbers)),
            f"What is said, with a floor of {FLOOR:.0%} and ±{EQUAL_WITHIN:.0%} counting as equal:",
            markdown.table(titles, spoken),
        ]
    )


def covered(row: Found) -> str:
    """A coverage, and that of Stein's interval by itself where there is a second stage."""
    return f"{row.coverage:.1%}" + (f" ({row.stein:.1%})" if row.most > row.first else "")


def main() -> None:
    """Print the tables."""
    print(text(measured()))


if __name__ == "__main__":
    main()
