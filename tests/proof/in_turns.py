"""Whether taking turns changes what is timed: the same process alone, beside a stopped one, and in turns with it.

One process is started alone and takes values; a second is started and stopped; then the first takes values while the
second is stopped, and in turns with it, several times each; the second ends and the first takes values again. All of
it is one process, so what differs from process to process does not count. Both frameworks have either part.
"""

from __future__ import annotations

import tempfile
from collections.abc import Iterator, Sequence
from contextlib import contextmanager
from dataclasses import astuple
from pathlib import Path
from statistics import median
from typing import Any

from bench import series
from bench.measuring import environment, hardware, supervisor, timing
from bench.measuring.interpreters import own_interpreter
from bench.measuring.locks import alone
from bench.vocabulary import Cell, Problem, Trial
from tests.proof import markdown
from tests.proof.trials import EAGER, JIT, problem, say

CELLS = (
    problem("autodiff/rosenbrock", "primal", "float64"),
    problem("autodiff/mlp_derivatives", "gradient", "float64"),
    problem("training/mlp", "train"),
    problem("training/gcn", "train"),
    problem("autodiff/gmm", "gradient", "float64"),
    problem("science/nbody", "forward", "float64"),
    problem("training/dna_cnn", "train"),
    problem("science/equation_of_state", "forward", "float64"),
    problem("training/bert", "train"),
    problem("training/resnet", "train"),
)
PASSES, VALUES, LEAST_VALUES = 12, 8, 3
"""How often the stopped and the running neighbour alternate, and the values of each time; fewer of long steps."""
LONG_SECONDS = 0.1
ALLOWED = 0.02
"""How far in turns and alone may be apart."""
ALLOWED_SHARE = 0.005
"""The processor time that a stopped process may take, as a share of the time it is stopped: a signal to stop reaches
its threads one after the other.
"""
PLAN = timing.Plan(budget_seconds=60, warmup_seconds=0.5)


class Pair:
    """Two processes of a problem, of which the first is watched; in a folder for both."""

    def __init__(self, what: Problem, variants: Sequence[str], threads: int, folder: Path) -> None:
        cells = [Cell(*astuple(what), *name.split("-", 1)) for name in variants]
        self.trial = Trial(what, 0, tuple(cells))
        self.cpus = hardware.measuring_cpus(threads)
        self.folder = folder
        self.runs = [supervisor.Run(cell.variant, cell, 0, folder / cell.variant) for cell in cells]

    def start(self, place: int) -> None:
        """Start a process and hold it, warm. Raises RuntimeError where it does not become warm."""
        run, conditions = self.runs[place], supervisor.Conditions(PLAN)
        supervisor.start(run, self.trial, conditions, self.cpus, self.folder / "caches", own_interpreter())
        assert run.process is not None
        if not run.process.warm():
            run.process.end()
            raise RuntimeError(f"{run.cell}: {run.process.facts().get('message')}")

    def value(self, place: int) -> float:
        """One value of a process, in seconds per step. Raises RuntimeError where it has ended."""
        process = self.runs[place].process
        assert process is not None
        seconds = process.turn()
        if seconds is None:
            raise RuntimeError(f"{self.runs[place].cell} ended")
        return seconds

    def processor_seconds(self, place: int) -> float:
        """Processor time that a process has taken so far, all its threads."""
        process = self.runs[place].process
        assert process is not None
        tasks = Path(f"/proc/{process.process.pid}/task").glob("*/schedstat")
        return sum(int(task.read_text().split()[0]) for task in tasks) / 1e9

    def end(self, place: int) -> None:
        """End a process."""
        process = self.runs[place].process
        assert process is not None
        process.end()


@contextmanager
def pair(what: Problem, variants: Sequence[str], threads: int) -> Iterator[Pair]:
    """Both, and nothing of them afterwards, with the machine's lock held."""
    ours = environment.affinity()
    with tempfile.TemporaryDirectory() as folder, alone(True):
        both = Pair(what, variants, threads, Path(folder))
        supervisor.keep_off(both.cpus)
        try:
            with supervisor.ended_with(both.runs):
                yield both
        finally:
            if ours:
                environment.pin(ours)


def watched(what: Problem, variants: Sequence[str], threads: int) -> dict[str, Any]:
    """The first of two variants alone, beside the other stopped, in turns with it, and alone again."""
    with pair(what, variants, threads) as both:
        both.start(0)
        count = VALUES if both.value(0) < LONG_SECONDS else LEAST_VALUES
        before = [both.value(0) for _ in range(2 * count)]
        both.start(1)
        both.value(1)
        stopped, turns, taken, spent = [], [], 0.0, 0.0
        for _ in range(PASSES):
            already = both.processor_seconds(1)
            with timing.stopwatch() as watch:
                stopped.append(median(both.value(0) for _ in range(count)))
            taken, spent = taken + both.processor_seconds(1) - already, spent + watch.seconds
            values = []
            for _ in range(count):
                both.value(1)
                values.append(both.value(0))
            turns.append(median(values))
        last = [both.value(0) for _ in range(2 * count)]
        both.end(1)
        after = [both.value(0) for _ in range(2 * count)]
    ratios = [a / b for a, b in zip(turns, stopped, strict=True)]
    low, high = series.median_interval(ratios)
    found: dict[str, Any] = {
        "problem": str(what),
        "variant": variants[0],
        "threads": threads,
        "step_seconds": median(before),
        "turns_over_alone": series.median(ratios),
        "turns_low": low,
        "turns_high": high,
        "stopped_over_none": median(last) / median(after),
        "stopped_share": taken / spent,
    }
    say(f"{what} {variants[0]}, {threads} threads: in turns {found['turns_over_alone'] - 1:+.2%}")
    return found


def measured(cells: Sequence[Problem] = CELLS, threads: Sequence[int] = ()) -> dict[str, Any]:
    """All cells, with one thread and with all, each framework watched beside the other."""
    counts = threads or sorted({1, len(hardware.physical_cpus())})
    return {
        "rows": [
            watched(what, variants, count)
            for what in cells
            for count in counts
            for variants in ((EAGER, JIT), (JIT, EAGER))
        ]
    }


def criteria(numbers: dict[str, Any]) -> dict[str, bool]:
    """Turns and stopped neighbours change nothing."""
    rows = numbers["rows"]
    single = [row for row in rows if row["threads"] == 1]
    return {
        f"with one thread the medians in turns and alone agree within {ALLOWED:.0%}": all(
            abs(row["turns_over_alone"] - 1) <= ALLOWED for row in single
        ),
        f"no interval lies beyond {ALLOWED:.0%}": all(
            row["turns_low"] <= 1 + ALLOWED and row["turns_high"] >= 1 - ALLOWED for row in rows
        ),
        f"with and without a stopped neighbour they agree within {ALLOWED:.0%}, typically": abs(
            median(row["stopped_over_none"] for row in rows) - 1
        )
        <= ALLOWED,
        f"a stopped process takes at most {ALLOWED_SHARE:.1%} of a processor": all(
            row["stopped_share"] <= ALLOWED_SHARE for row in rows
        ),
    }


def text(numbers: dict[str, Any]) -> str:
    """The table of the page."""
    head = [
        "problem",
        "variant",
        "threads",
        "step",
        "in turns / alone",
        "95 % interval",
        "neighbour stopped / none",
        "stopped one's share of a processor",
    ]
    rows = [
        [
            row["problem"],
            row["variant"],
            row["threads"],
            markdown.seconds(row["step_seconds"]),
            f"{row['turns_over_alone'] - 1:+.2%}",
            f"{row['turns_low'] - 1:+.2%} to {row['turns_high'] - 1:+.2%}",
            f"{row['stopped_over_none'] - 1:+.2%}",
            f"{row['stopped_share']:.3%}",
        ]
        for row in numbers["rows"]
    ]
    return f"{markdown.table(head, rows)}\n\n{markdown.checklist(criteria(numbers))}"
