"""Planted truths: slowdowns that have to be found, or called equal, and faults that have to be refused.

Everything goes the whole way: trials of the real command in a copy of the checkout, the parity gate passed, then the
table of comparisons.
"""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from contextlib import nullcontext
from dataclasses import dataclass
from pathlib import Path
from typing import Any

from bench import runs
from bench.results.comparisons import comparison_rows
from bench.schema import Row
from bench.vocabulary import CHECK_PRECISION, MODES, VERDICTS
from tests.bench.measuring.test_supervisor import PLANTED
from tests.conftest import PROBLEM, Bench
from tests.proof import markdown
from tests.proof.neighbours import BURN, LOADS, beside
from tests.proof.trials import EAGER, JIT, problem, say, trial

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
ALONE, BURNT = "", next(name for name, code in LOADS.items() if code == BURN)
FASTER, EQUAL, NOT_COMPARABLE = VERDICTS[0], VERDICTS[2], VERDICTS[4]


@dataclass(frozen=True)
class Slowdown:
    """PyTorch takes `slower` times as long as JAX: what is expected after so many trials, beside a load."""

    name: str
    slower: float
    trials: int
    load: str
    expected: str


SLOWDOWNS = (
    Slowdown("three_percent", 1.03, 5, ALONE, FASTER),
    Slowdown("fifth_of_a_percent", 1.002, 5, ALONE, EQUAL),
    Slowdown("twenty_percent", 1.2, 3, BURNT, FASTER),
)


def gate(name: str, family: str = "training") -> list[Row]:
    """The parity gate of a planted workload, passed by all variants."""
    passed = {"family": family, "workload": name, "precision": CHECK_PRECISION, "status": "ok", "message": ""}
    tasks = ("train", "gradient") if family == "training" else ("forward",)
    return [
        passed | {"framework": framework, "mode": mode, "task": task, "name": "", "against": "", "error": 0.0}
        for framework, modes in MODES.items()
        for mode in modes
        for task in tasks
    ]


def compared(rows: list[Row], *gates: list[Row]) -> dict[str, Row]:
    """Workload → its row of the table of comparisons of all."""
    return {row["workload"]: row for row in comparison_rows(rows, [row for gate in gates for row in gate])}


def slowed(folder: Path, planted: Slowdown) -> list[Row]:
    """The trials of a planted slowdown, with a twin of each variant."""
    bench = Bench(folder / planted.name)
    bench.plant(planted.name, "jax", SLOWED.format(products=PRODUCTS))
    place = bench.root / "workflow/bench/workloads/training" / planted.name
    code, more = (place / "jax_impl.py").read_text(), round(PRODUCTS * planted.slower)
    (place / "torch_impl.py").write_text(code.replace(f"range({PRODUCTS})", f"range({more})"))
    what, rows = problem(f"training/{planted.name}", "train", size="tiny"), []
    with beside(planted.load) if planted.load else nullcontext():
        for number in range(planted.trials):
            say(f"{planted.name} #{number}")
            rows += trial(
                what,
                (EAGER, JIT),
                number,
                folder / f"{planted.name}-trials",
                twins=(EAGER, JIT),
                root=bench.root,
            )
    return rows


def judged(folder: Path, slowdowns: Sequence[Slowdown]) -> list[dict[str, Any]]:
    """What the table of all planted slowdowns says of each; they have one noise floor."""
    rows = [row for planted in slowdowns for row in slowed(folder, planted)]
    table = compared(rows, *(gate(planted.name) for planted in slowdowns))
    found = []
    for planted in slowdowns:
        row = table[planted.name]
        kept = {key: row.get(key) for key in ("ratio", "ratio_low", "ratio_high", "noise_floor", "verdict", "rule")}
        say(f"{planted.name}: {kept}")
        told = {key: getattr(planted, key) for key in ("trials", "load", "expected")}
        found.append(kept | told | {"planted": planted.slower})
    return found


def refused(folder: Path, planted: Iterable[tuple[str, str, str, str, str]] = PLANTED) -> list[dict[str, Any]]:
    """What becomes of runs with a planted fault."""
    rows = []
    for name, framework, mode, code, message in planted:
        bench = Bench(folder / name)
        bench.plant(name, framework, code)
        row = bench.measure(f"training/{name}", framework=framework, mode=mode)
        rows.append(fault(name, f"{framework} {mode}", row["status"], row["message"], message in row["message"]))
    return rows


def fault(name: str, where: str, status: str, message: str, caught: bool) -> dict[str, Any]:
    """A line of the table of faults."""
    say(f"{name}: {status}: {message.splitlines()[0][:100] if message else ''}")
    first = (message.splitlines() or [""])[0].split(" filename:")[0][:150]
    return {"fault": name.replace("_", " "), "where": where, "status": status, "message": first, "caught": caught}


KERNEL = PROBLEM.replace('TASKS = ("train",)', 'TASKS = ("forward",)').replace('"train"', '"forward"')
OUTPUT = """
class Step(Step):
    out = np.linspace(1, 2, {count})
    def observe(self): return {{"out": self.out}}
"""
PERMUTED = "Step.out = Step.out[::-1].copy()"
LAST_IS_NAN = "Step.out = Step.out.copy()\nStep.out[-1] = np.nan"


def kernel(bench: Bench, name: str, torch: str, count: int) -> None:
    """Plant a kernel of `science` whose output is `count` different numbers; `torch` ends PyTorch's implementation."""
    bench.plant(name, "jax", OUTPUT.format(count=count))
    bench_workloads = bench.root / "workflow/bench/workloads"
    place = (bench_workloads / "training" / name).rename(bench_workloads / "science" / name)
    code = (place / "jax_impl.py").read_text()
    (place / "torch_impl.py").write_text(f"{code}\n{torch}\n")
    (place / "problem.py").write_text(KERNEL)


def wrong_values(folder: Path) -> list[dict[str, Any]]:
    """Outputs in another order, and a NaN at the end of a long array: what becomes of the pair, and of the run."""
    what = {name: problem(f"science/{name}", "forward", size="tiny") for name in ("permuted", "last_is_nan")}
    bench = Bench(folder / "permuted")
    kernel(bench, "permuted", PERMUTED, 1000)
    rows: list[Row] = []
    for number in range(2):
        rows += trial(what["permuted"], (EAGER, JIT), number, folder / "permuted-trials", root=bench.root)
    row = compared(rows, gate("permuted", "science"))["permuted"]
    found = [fault("permuted output", "torch eager", row["verdict"], row["message"], row["verdict"] == NOT_COMPARABLE)]
    bench = Bench(folder / "last_is_nan")
    kernel(bench, "last_is_nan", LAST_IS_NAN, 200_000)
    (row,) = trial(what["last_is_nan"], (EAGER,), 0, folder / "last_is_nan-trials", root=bench.root)
    caught = row["status"] == "failed" and "non-finite" in row["message"]
    return [*found, fault("NaN in the last element", "torch eager", row["status"], row["message"], caught)]


def two_machines(rows: Sequence[Row]) -> dict[str, Any]:
    """What becomes of a cell whose second trial another machine measured."""
    earlier = [
        row | {"fingerprint": "another", "started": "2000-01-01T00:00:00", "run": row["run"] + 1} for row in rows
    ]
    left_out = runs.outdated([*rows, *earlier])
    caught = sorted(left_out) == list(range(len(rows), 2 * len(rows)))
    reasons = sorted(set(left_out.values()))
    return fault("two fingerprints in one cell", "both", "left out", "; ".join(reasons), caught)


def measured(
    folder: Path, slowdowns: Sequence[Slowdown] = SLOWDOWNS, planted: Iterable[tuple[str, str, str, str, str]] = PLANTED
) -> dict[str, Any]:
    """All that is planted."""
    bench = Bench(folder / "plain")
    bench.plant("plain")
    plain = trial(problem("training/plain", "train", size="tiny"), (EAGER, JIT), 0, folder / "t", root=bench.root)
    return {
        "slowdowns": judged(folder, slowdowns),
        "faults": [*refused(folder, planted), *wrong_values(folder), two_machines(plain)],
    }


def criteria(numbers: dict[str, Any]) -> dict[str, bool]:
    """Every slowdown gets its verdict, every fault is caught."""
    found = {
        f"a difference of {row['planted'] - 1:.1%} is called {row['expected']} at {row['trials']} trials"
        + (f", where {row['load']}" if row["load"] else ""): row["verdict"] == row["expected"]
        for row in numbers["slowdowns"]
    }
    return found | {"every planted fault is caught": all(row["caught"] for row in numbers["faults"])}


def text(numbers: dict[str, Any]) -> str:
    """The tables of the page."""
    slowdowns = [
        [
            f"{row['planted'] - 1:.1%}",
            row["load"] or "nothing",
            row["trials"],
            f"{row['ratio']:.4f}" if row["ratio"] else "",
            f"{row['ratio_low']:.4f} to {row['ratio_high']:.4f}" if row["ratio_low"] else "",
            markdown.percent(row["noise_floor"], 2),
            f"{row['verdict']} ({row['rule']})",
        ]
        for row in numbers["slowdowns"]
    ]
    faults = [
        [row["fault"], row["where"], row["status"], row["message"], "caught" if row["caught"] else "**not caught**"]
        for row in numbers["faults"]
    ]
    head = ["planted", "beside it", "trials", "torch / jax", "95 % interval", "noise floor", "verdict"]
    return "\n\n".join(
        [
            markdown.table(head, slowdowns),
            markdown.table(["fault", "variant", "what becomes of it", "why", ""], faults),
            markdown.checklist(criteria(numbers)),
        ]
    )
