"""Our clock against independent ones, and what it adds to a step."""

from __future__ import annotations

import math
from statistics import median
from typing import Any

from bench.measuring import timing
from tests.proof import markdown, timers
from tests.proof.trials import say

TIMERS = {"torch": "torch.utils.benchmark.Timer", "jax": "pyperf"}
ALLOWED, MOST_ADDED = 0.02, 0.005
STEP_SECONDS = 1e-3


def measured() -> dict[str, Any]:
    """Medians of both clocks in turns, by framework, and the share that ours adds to a step of a millisecond."""
    turns = {}
    for framework in TIMERS:
        say(f"the clock of {TIMERS[framework]}")
        turns[framework] = timers.turns(framework)
    return {"turns": turns, "added": added()}


def added() -> float:
    """What the clock adds to a step that spins for a millisecond, as a share of it; median of 21 blocks of 20."""

    def spin() -> None:
        end = timing.now() + STEP_SECONDS
        while timing.now() < end:
            pass

    ratios = []
    for _ in range(21):
        clocked = timing.block_seconds(spin, lambda: None, 20)
        with timing.stopwatch() as watch:
            timing.block_seconds(spin, lambda: None, 20)
        ratios.append(watch.seconds / clocked - 1)
    return median(ratios)


def ratio(turns: list[dict[str, float]]) -> float:
    """Ours over theirs: the median over the turns."""
    return math.exp(median(math.log(turn["ours"] / turn["theirs"]) for turn in turns))


def criteria(numbers: dict[str, Any]) -> dict[str, bool]:
    """Both clocks agree, and ours costs little."""
    return {
        f"both clocks find the same median within {ALLOWED:.0%}": all(
            abs(ratio(turns) - 1) <= ALLOWED for turns in numbers["turns"].values()
        ),
        f"the clock adds at most {MOST_ADDED:.1%} to a step of a millisecond": numbers["added"] <= MOST_ADDED,
    }


def text(numbers: dict[str, Any]) -> str:
    """The table of the page."""
    rows = [
        [
            framework,
            TIMERS[framework],
            markdown.seconds(median(turn["ours"] for turn in turns)),
            markdown.seconds(median(turn["theirs"] for turn in turns)),
            f"{ratio(turns):.4f}",
            "{:.4f} to {:.4f}".format(*sorted(turn["ours"] / turn["theirs"] for turn in turns)[:: len(turns) - 1]),
        ]
        for framework, turns in numbers["turns"].items()
    ]
    head = ["framework", "independent timer", "our median", "its median", "ratio", "over all turns"]
    return "\n\n".join(
        [
            markdown.table(head, rows),
            f"What the clock itself adds to a step of one millisecond: {numbers['added']:+.3%}.",
            markdown.checklist(criteria(numbers)),
        ]
    )
