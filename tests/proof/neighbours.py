"""The same pair alone and beside a neighbour that disturbs it, in trials and in the way of most benchmarks.

That way is a process for each variant, one after the other, unpaired. In the trials there is a twin too: what it
differs by is noise, whatever the neighbour does. A neighbour that takes a part of the cache may well change what is
true of two frameworks; it cannot make a variant slower than itself.
"""

from __future__ import annotations

import math
import subprocess
import sys
from collections.abc import Iterator, Sequence
from contextlib import contextmanager
from pathlib import Path
from statistics import median
from typing import Any

import numpy as np

from bench.measuring import hardware
from bench.results import statistics
from bench.vocabulary import Problem
from tests.proof import markdown
from tests.proof.trials import EAGER, JIT, problem, ratio_logs, say, sound, trial, twin_logs, variant

PAIRS = (problem("training/mlp", "train"), problem("autodiff/gmm", "gradient", "float64"))
TRIALS = 5
CONFIDENCE = 0.99
"""Of the intervals that have to agree: there are several, and all have to."""

BURN = """
import os, random, sys, time
os.sched_setaffinity(0, map(int, sys.argv[1:]))
while True:
    end = time.perf_counter() + random.uniform(0.2, 2)
    while time.perf_counter() < end: pass
    time.sleep(random.uniform(0.2, 2))
"""
THRASH = """
import os, sys
import numpy as np
os.sched_setaffinity(0, map(int, sys.argv[1:]))
one, other = np.ones((2, 8_000_000))
while True: one[:] = other
"""
QUIET = "alone"
LOADS = {
    QUIET: "",
    "a neighbour burns the measuring processor for random seconds": BURN,
    "a neighbour thrashes the cache": THRASH,
}


@contextmanager
def beside(name: str) -> Iterator[None]:
    """With one of `LOADS`: what burns is on a processor that measures, what thrashes beside it where it can be."""
    code, measuring = LOADS[name], hardware.measuring_cpus()
    if not code:
        yield
        return
    others = sorted(set(hardware.physical_cpus()) - set(measuring))
    where = (others or measuring)[:1] if code == THRASH else measuring[:1]
    process = subprocess.Popen([sys.executable, "-c", code, *map(str, where)])
    try:
        yield
    finally:
        process.kill()
        process.wait()


def measured(folder: Path, pairs: Sequence[Problem] = PAIRS, trials: int = TRIALS) -> dict[str, Any]:
    """Per pair and load: the logarithms of the ratio and of the twins in trials, and of the ratio one after the other.

    The loads take turns, trial by trial, so that no load has a quiet hour for itself.
    """
    rows = []
    for what in pairs:
        found: dict[str, dict[str, list[float]]] = {name: {"turns": [], "twins": [], "apart": []} for name in LOADS}
        for number in range(trials):
            for name in LOADS:
                with beside(name):
                    together = sound(trial(what, (EAGER, JIT), number, folder / what.workload, twins=(EAGER,)))
                    one, other = (sound(trial(what, (each,), number, folder / what.workload)) for each in (EAGER, JIT))
                found[name]["turns"] += ratio_logs(together)
                found[name]["twins"] += twin_logs(together, EAGER)
                found[name]["apart"].append(step_seconds(one, EAGER) - step_seconds(other, JIT))
                latest = ", ".join(f"{key} {math.exp(logs[-1]):.3f}" for key, logs in found[name].items())
                say(f"{what} #{number}, {name}: {latest}")
        rows += [{"problem": str(what), "load": name, **logs} for name, logs in found.items()]
    return {"rows": rows}


def step_seconds(rows: list[dict[str, Any]], name: str) -> float:
    """The logarithm of the seconds per step of the one run of a variant."""
    (row,) = variant(rows, name)
    return math.log(row["step_seconds"])


def agree(logs: Sequence[float], quiet: Sequence[float]) -> bool:
    """Whether the interval of the difference of two series of logarithms (Welch's) contains 0."""
    difference = statistics.welch(np.array(logs), np.array(quiet))
    return abs(difference.centre) <= difference.half_width(CONFIDENCE)


def scatter(logs: Sequence[float]) -> float:
    """Standard deviation of logarithms from trial to trial."""
    return float(np.std(logs, ddof=1))


def criteria(numbers: dict[str, Any]) -> dict[str, bool]:
    """A neighbour moves no ratio, and trials scatter less than what was measured one after the other."""
    rows = numbers["rows"]
    quiet = {row["problem"]: row for row in rows if row["load"] == QUIET}
    loaded = [row for row in rows if row["load"] != QUIET]
    twins = [statistics.sample(np.array(row["twins"])) for row in rows]
    return {
        f"beside a neighbour the ratio agrees with that of the pair alone (at {CONFIDENCE:.0%})": all(
            agree(row["turns"], quiet[row["problem"]]["turns"]) for row in loaded
        ),
        f"the interval of twins contains 1 (at {CONFIDENCE:.0%})": all(
            abs(twin.centre) <= twin.half_width(CONFIDENCE) for twin in twins
        ),
        "beside neighbours trials scatter less than half as much as one after the other, typically": median(
            scatter(row["turns"]) / scatter(row["apart"]) for row in loaded
        )
        < 0.5,
    }


def text(numbers: dict[str, Any]) -> str:
    """The table of the page."""
    head = ["problem", "beside it", "torch / jax in trials", "scatter", "twins", "one after the other", "scatter"]
    rows = []
    for row in numbers["rows"]:
        cells: list[str] = [row["problem"], row["load"]]
        for key in ("turns", "twins", "apart"):
            ratio = statistics.paired_ratio(row[key])
            ends = f" [{ratio.low:.3f}, {ratio.high:.3f}]" if ratio.low and ratio.high else ""
            cells.append(f"{ratio.ratio:.3f}{ends}")
            if key != "twins":
                cells.append(markdown.percent(scatter(row[key])))
        rows.append(cells)
    return f"{markdown.table(head, rows)}\n\n{markdown.checklist(criteria(numbers))}"
