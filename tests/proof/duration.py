"""What the preset quick takes, what it decides, and how small a difference it tells, from a folder of its results."""

from __future__ import annotations

from collections import Counter
from dataclasses import asdict
from pathlib import Path
from typing import Any

from bench.results import noise, time_spent
from bench.results.comparisons import comparison_rows
from bench.results.reading import read_machine
from bench.runs import trial_file
from bench.vocabulary import PROBLEM
from tests.proof import markdown

MOST_SECONDS, LEAST_DECIDED, LARGEST_FLOOR = 20 * 60, 0.9, 0.03
DECIDED = ("jax faster", "torch faster", "equal")


def measured(folder: Path, seconds: float) -> dict[str, Any]:
    """The numbers of a machine's folder, which `make report` took so many seconds to make, pages included."""
    machine = read_machine(folder, own=False)
    best = [row for row in comparison_rows(machine.runs, machine.parity) if row["best"]]
    floors = noise.floors(noise.noise_rows(machine.runs))
    parts = time_spent.shares(machine.runs)
    open_pairs = [row for row in best if row["verdict"] not in DECIDED]
    return {
        "wall_seconds": seconds,
        "seconds": parts | {"gate, examples, pages": max(seconds - sum(parts.values()), 0.0)},
        "trials": len({trial_file(folder, row) for row in machine.runs}),
        "processes": len(machine.runs),
        "verdicts": Counter(row["verdict"] for row in best),
        "rules": Counter(row["rule"] for row in open_pairs),
        "undecided": [" ".join(row[column] for column in PROBLEM[2:]) for row in open_pairs],
        "floors": {device: asdict(floor) for device, floor in floors.items()},
    }


def decided(numbers: dict[str, Any]) -> float:
    """The share of headline pairs with a verdict."""
    verdicts = numbers["verdicts"]
    return sum(verdicts.get(word, 0) for word in DECIDED) / sum(verdicts.values())


def criteria(numbers: dict[str, Any]) -> dict[str, bool]:
    """Quick is quick, decides, and tells small differences."""
    return {
        f"everything takes at most {MOST_SECONDS // 60} minutes": numbers["wall_seconds"] <= MOST_SECONDS,
        f"at least {LEAST_DECIDED:.0%} of the headline pairs are decided": decided(numbers) >= LEAST_DECIDED,
        f"the noise floor is below {LARGEST_FLOOR:.0%}": bool(numbers["floors"])
        and all(floor["value"] < LARGEST_FLOOR for floor in numbers["floors"].values()),
    }


def text(numbers: dict[str, Any]) -> str:
    """The paragraphs and the table of the page."""
    seconds = numbers["seconds"]
    total = sum(seconds.values())
    parts = [[name, f"{value:.0f} s", f"{value / total:.1%}"] for name, value in seconds.items()]
    verdicts = ", ".join(f"{count} {word}" for word, count in numbers["verdicts"].items())
    rules = ", ".join(f"{count} by the rule {word!r}" for word, count in numbers["rules"].items())
    floors = "; ".join(
        f"{device} {floor['value']:.2%} {ends(floor)}, from {floor['twins']} twins, of which the intervals of "
        f"{floor['covered']} contain 1"
        for device, floor in numbers["floors"].items()
    )
    return "\n\n".join(
        [
            f"{numbers['wall_seconds'] / 60:.1f} minutes from `make report` to its pages: "
            f"{numbers['trials']} trials, {numbers['processes']} processes. What the time went into:",
            markdown.table(["part", "time", "share"], parts),
            f"Headline pairs: {verdicts}; {decided(numbers):.1%} are decided. "
            + (f"Not decided: {rules} ({', '.join(numbers['undecided'])}). " if numbers["undecided"] else "")
            + f"Noise floor: {floors or 'not measured'}.",
            markdown.checklist(criteria(numbers)),
        ]
    )


def ends(floor: dict[str, Any]) -> str:
    """The interval of a floor in brackets."""
    if floor["low"] is None or floor["high"] is None:
        return "(too few twins for an interval)"
    return f"[{floor['low']:.2%}, {floor['high']:.2%}]"
