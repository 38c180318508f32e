"""Prove that the numbers can be believed: run a proof, keep its numbers, and make docs/measurement.md of all of them.

    python docs/make_measurement.py clock                     3 minutes
    python docs/make_measurement.py same                     11 minutes
    python docs/make_measurement.py situations                5 seconds (simulated)
    python docs/make_measurement.py neighbours               14 minutes
    python docs/make_measurement.py turns                    12 minutes
    python docs/make_measurement.py planted                   4 minutes
    python docs/make_measurement.py replication FIRST SECOND  (folders of the preset quick, measured an hour apart)
    python docs/make_measurement.py duration FOLDER SECONDS   (a folder of the preset quick, and how long it all took)
    python docs/make_measurement.py render                    the page alone

The times are those of two cores; nothing else should run meanwhile. Each keeps its numbers in docs/measurement/ and
renders the page.
"""

from __future__ import annotations

import sys
from pathlib import Path

ROOT = Path(__file__).resolve().parents[1]
sys.path[:0] = [str(ROOT / "workflow"), str(ROOT)]

import argparse
import json
import subprocess
import tempfile
from collections.abc import Callable, Mapping
from dataclasses import dataclass, field
from datetime import UTC, datetime
from importlib.metadata import version
from typing import Any

from bench.measuring import hardware, identity
from tests.proof import clock, duration, in_turns, neighbours, planted, replication, same, situations

NUMBERS, TEMPLATE, PAGE = (
    ROOT / "docs" / name for name in ("measurement", "measurement.template.md", "measurement.md")
)
PACKAGES = ("torch", "jax", "numpy")


@dataclass(frozen=True)
class Proof:
    """A proof: `measured(*arguments)` gives numbers, plain JSON, of which `text` makes its part of the page."""

    measured: Callable[..., dict[str, Any]]
    text: Callable[[dict[str, Any]], str]
    arguments: Mapping[str, type] = field(default_factory=dict)
    """What it is given on the command line."""
    measures: bool = False
    """Whether it is given a folder to measure in instead."""


PROOFS = {
    "clock": Proof(clock.measured, clock.text),
    "same": Proof(same.measured, same.text, measures=True),
    "situations": Proof(situations.measured, situations.text),
    "neighbours": Proof(neighbours.measured, neighbours.text, measures=True),
    "turns": Proof(in_turns.measured, in_turns.text),
    "planted": Proof(planted.measured, planted.text, measures=True),
    "replication": Proof(replication.measured, replication.text, {"first": Path, "second": Path}),
    "duration": Proof(duration.measured, duration.text, {"folder": Path, "seconds": float}),
}


def made() -> dict[str, Any]:
    """When, where and with what a proof is measured."""
    commit = subprocess.run(["git", "rev-parse", "--short", "HEAD"], cwd=ROOT, capture_output=True, text=True)
    cores = f"{len(hardware.physical_cpus())} cores, {len(hardware.measuring_cpus())} of them measuring"
    return {
        "date": datetime.now(UTC).date().isoformat(),
        "commit": commit.stdout.strip(),
        "machine": f"{identity.name()}, fingerprint {identity.fingerprint()}, {cores}",
        "versions": {name: version(name) for name in PACKAGES},
    }


def run(name: str, arguments: list[Any]) -> None:
    """Run a proof and keep its numbers. Raises whatever it raises; then nothing is kept."""
    proof = PROOFS[name]
    with tempfile.TemporaryDirectory() as scratch:
        numbers = proof.measured(*([Path(scratch)] if proof.measures else arguments))
    NUMBERS.mkdir(exist_ok=True)
    content = json.dumps({"made": made(), "numbers": numbers}, indent=1)
    (NUMBERS / f"{name}.json").write_text(f"{content}\n")


def section(name: str, numbers: Path = NUMBERS) -> str:
    """What the page says of a proof."""
    path = numbers / f"{name}.json"
    if not path.exists():
        return "Not measured yet."
    kept = json.loads(path.read_text())
    how = kept["made"]
    packages = ", ".join(f"{package} {number}" for package, number in how["versions"].items())
    heading = f"*{how['date']}, commit {how['commit']}, on {how['machine']}, {packages}.*"
    return f"{heading}\n\n{PROOFS[name].text(kept['numbers'])}"


def rendered(numbers: Path = NUMBERS) -> str:
    """The whole page."""
    return TEMPLATE.read_text().format(**{name: section(name, numbers) for name in PROOFS})


def main() -> None:
    """Run what is asked for, and write the page."""
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    commands = parser.add_subparsers(dest="proof", required=True)
    for name, proof in PROOFS.items():
        command = commands.add_parser(name)
        for argument, kind in proof.arguments.items():
            command.add_argument(argument, type=kind)
    commands.add_parser("render")
    options = parser.parse_args()
    if options.proof != "render":
        run(options.proof, [getattr(options, argument) for argument in PROOFS[options.proof].arguments])
    PAGE.write_text(rendered())


if __name__ == "__main__":
    main()
