"""The answer about one workload in plain lines: ratio, interval and verdict of each pair, start, memory, break-even."""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence

import pandas as pd

from bench.own.lines import first_line
from bench.results.startup import beginning, crossing
from bench.schema import Row
from bench.vocabulary import COMPILED, TWIN

EAGER = "eager"
UNITS = ((1.0, "s"), (1e-3, "ms"), (1e-6, "µs"), (1e-9, "ns"))
RATIO = "Ratio of PyTorch's time per step to JAX's, with its 95 % interval; * marks the fastest modes:"


def lines(tables: Mapping[str, Sequence[Row]], family: str, workload: str) -> Iterator[str]:
    """What the tables of a machine say of a workload."""

    def own(table: str) -> list[Row]:
        return [row for row in tables[table] if (row["family"], row["workload"]) == (family, workload)]

    yield RATIO
    comparisons = own("comparisons")
    yield from (_comparison(row) for row in comparisons)
    yield "Each variant: time per step, from the start of its process to the first result, memory of the host at most:"
    yield from (_cell(row) for row in own("cells"))
    yield from _break_even([row for row in own("runs") if row["status"] == "ok" and row["run"] < TWIN])


def _comparison(row: Row) -> str:
    pair = f"  {_problem(row)}: torch {row['torch_mode']} / jax {row['jax_mode']}{' *' if row.get('best') else ''}"
    if row.get("ratio") is None:
        return f"{pair}: {row['verdict']}: {first_line(row['message'])}"
    low, high = row.get("ratio_low"), row.get("ratio_high")
    interval = f" [{low:.3g} … {high:.3g}]" if low and high else ""
    further = row.get("further_trials")
    more = f", about {further} further trials would decide" if further else ""
    noted = f" ({first_line(row['message'])})" if row.get("message") else ""
    by = "one trial" if row["trials"] == 1 else f"{row['trials']} trials"
    return f"{pair}: {row['ratio']:.3g}{interval} {row['verdict']}, by {by}{more}{noted}"


def _cell(row: Row) -> str:
    name = f"  {_problem(row)}: {row['framework']} {row['mode']}"
    if row["status"] != "ok":
        return f"{name}: {first_line(row['message'])}"
    start = row.get("cold_start_seconds")
    memory = row.get("peak_host_bytes")
    begun = f", {_time(start)} to the first result" if start else ""
    compiled = f" ({_time(row['cold_compile_seconds'])} of it compiling)" if row.get("cold_compile_seconds") else ""
    held = f", {memory / 2**20:.0f} MiB" if memory else ""
    return f"{name}: {_time(row['step_seconds'])}{begun}{compiled}{held}"


def _break_even(runs: list[Row]) -> Iterator[str]:
    """After how many steps each compiled variant has caught up with the eager one of its framework."""
    if not runs:
        return
    for _, group in pd.DataFrame(runs).groupby(["task", "size", "precision", "device"], sort=False):
        for framework, modes in COMPILED.items():
            eager = beginning(group, framework, EAGER, "cold")
            for mode in modes:
                compiled = beginning(group, framework, mode, "cold")
                if eager and compiled:
                    steps = crossing(eager, compiled)
                    when = f"after {steps:.3g} steps" if steps else "never"
                    yield (
                        f"  {_problem(group.iloc[0])}: compiling has paid for itself in {framework} {mode} {when}, "
                        f"beside {framework} {EAGER}"
                    )


def _problem(row: Mapping[str, str] | pd.Series) -> str:
    return " ".join(str(row[column]) for column in ("task", "size", "precision", "device"))


def _time(seconds: float) -> str:
    """Seconds with the unit that keeps the number between 1 and 1000."""
    unit, name = next((each for each in UNITS if seconds >= each[0]), UNITS[-1])
    return f"{seconds / unit:.3g} {name}"
