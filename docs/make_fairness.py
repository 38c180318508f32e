"""Time other ways to write the implementations beside them, and make docs/fairness.md of it.

    python docs/make_fairness.py measure [--against alternatives|baselines] [workload …]    a minute or two for each
    python docs/make_fairness.py calls                                                      what a call of PyTorch costs
    python docs/make_fairness.py render                                                     the page alone

Nothing else should run meanwhile. The numbers are kept in docs/fairness/, a file for each workload and kind; what was
doubted and what was decided stands in docs/fairness.yaml. The independent implementations need the packages of `make
compare`.
"""

from __future__ import annotations

import sys
from pathlib import Path

ROOT = Path(__file__).resolve().parents[1]
sys.path[:0] = [str(ROOT / part) for part in ("workflow", "")]

import argparse
import json
from collections.abc import Iterable
from typing import Any

import yaml

from bench.vocabulary import CALL_SECONDS
from docs.make_measurement import made
from tests.proof import calls, compare

NUMBERS, LEADS, PAGE = (ROOT / "docs" / name for name in ("fairness", "fairness.yaml", "fairness.md"))
BASELINES = "baselines"
CALLS = "calls"
TRIAL, USUAL = "the environment of a trial", "the C library’s usual handling of freed memory"
"""In which environment numbers were made, and in which those were that do not say so."""

HEAD = """# Whether each side is written as experts write it

Made by `python docs/make_fairness.py render` from `docs/fairness.yaml` and what it measured. Ours and the other way run
in one process, in turns; a ratio is the time of ours over that of the other, the median over the rounds with the
quartiles of the rounds' ratios: **below 1 ours is faster**. All compute the same (a test holds them to it), at size
`small`, on the processors that trials are measured on.
"""


def keep(name: str, numbers: Any) -> None:
    """Write down what was measured, with when and where."""
    NUMBERS.mkdir(exist_ok=True)
    found = {"made": made() | {"environment": TRIAL}, "numbers": numbers}
    (NUMBERS / f"{name}.json").write_text(json.dumps(found, indent=1) + "\n")


def kept(name: str) -> dict[str, Any] | None:
    """What was measured, or None."""
    path = NUMBERS / f"{name}.json"
    return json.loads(path.read_text()) if path.exists() else None


def measure(name: str, against: Iterable[str]) -> None:
    """Measure a workload against those kinds of others that there are of it."""
    for kind in against:
        if name in compare.named_in(kind):
            keep(f"{name}-{kind}", compare.both(name, against=kind))


def leads() -> list[dict[str, Any]]:
    """What was doubted."""
    return yaml.safe_load(LEADS.read_text())


def listed(value: Any) -> list[str]:
    """What a lead names, one or several."""
    return value if isinstance(value, list) else [value]


def rows_of(lead: dict[str, Any]) -> list[dict[str, Any]]:
    """What was measured for a lead."""
    files = [found for name in listed(lead.get("workload", [])) if (found := kept(f"{name}-alternatives"))]
    return [
        row
        for found in files
        for row in found["numbers"]
        if row["framework"] == lead["framework"] and row["other"] in listed(lead.get("other", row["other"]))
    ]


def told(row: dict[str, Any]) -> str:
    """A ratio with its quartiles."""
    return f"{row['ratio']:.2f} [{row['low']:.2f}, {row['high']:.2f}]"


def answered(lead: dict[str, Any]) -> str:
    """A row of the first table."""
    if "workload" not in lead:
        experiment = result = "–"
    else:
        rows = rows_of(lead)
        names, others = listed(lead["workload"]), listed(lead.get("other", []))
        experiment = f"{', '.join(f'`{name}`' for name in names)}, {lead['framework']}"
        experiment += f": {', '.join(others)}" if others else ""
        result = "<br>".join(
            f"{row['workload'] + ' ' if len(names) > 1 else ''}{row['task']} {row['mode']}"
            f"{'' if len(others) == 1 else ', ' + row['other']}: {told(row)}"
            for row in rows
        )
    return f"| {lead['lead']} | {experiment} | {result or 'not measured yet'} | {lead['decision']} |"


def counted(rows: list[dict[str, Any]]) -> str:
    """How many of the comparisons ours wins, and which it loses by more than 5 %, by three quarters of the rounds."""
    faster = sum(row["high"] < 1 for row in rows)
    lost = [row for row in rows if row["low"] > 1.05]
    named = "; ".join(
        f"`{row['workload']}` {row['task']}, {row['framework']} {row['mode']} ({1e6 * row['our_seconds']:.0f} µs)"
        for row in lost
    )
    call = f" A step below {1e6 * CALL_SECONDS:.0f} µs shows what a call costs; it is in no mean and no vote."
    return (
        f"Of {len(rows)} comparisons ours is faster in {faster}, in three quarters of the rounds, and slower by more "
        f"than 5 % in {len(lost)}{': ' if lost else ''}{named}."
        + (call if any(row["our_seconds"] < CALL_SECONDS for row in lost) else "")
    )


def rendered() -> str:
    """The whole page."""
    lines = [HEAD, "## What was doubted, and what came of it", "", "| doubt | experiment | ours / other | decision |"]
    lines += ["|---|---|---|---|", *map(answered, leads()), "", "## Against independent implementations", ""]
    names = [f"{name}-{kind}" for kind in compare.AGAINST for name in compare.names()]
    files = [(name, found) for name in names if (found := kept(name))]
    rows = [row for name, found in files for row in found["numbers"] if name.endswith(BASELINES)]
    if rows:
        lines += ["The obvious way to write it in each framework (`tests/proof/baselines`).", "", counted(rows), ""]
        lines += ["| workload | framework | task | mode | ours / theirs |", "|---|---|---|---|---|"]
        lines += [
            f"| {row['workload']} | {row['framework']} | {row['task']} | {row['mode']} | {told(row)} |" for row in rows
        ]
    else:
        lines += ["Not measured yet."]
    found = kept(CALLS)
    lines += [
        "",
        "## What PyTorch's guards cost in a call",
        "",
        calls.text(found["numbers"]) if found else "Not measured yet.",
    ]
    lines += ["", "## When and where", ""]
    alike: dict[str, list[str]] = {}
    for name, made_of in [*files, *([(CALLS, found)] if found else [])]:
        how = made_of["made"]
        packages = ", ".join(f"{package} {number}" for package, number in how["versions"].items())
        around = how.get("environment", USUAL)
        when = f"{how['date']}, commit {how['commit']}, on {how['machine']}, {packages}, {around}"
        alike.setdefault(when, []).append(name)
    lines += [f"- {', '.join(of)}: {when}" for when, of in alike.items()]
    return "\n".join(lines) + "\n"


def main() -> None:
    """Run what is asked for, and write the page."""
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    commands = parser.add_subparsers(dest="command", required=True)
    command = commands.add_parser("measure")
    command.add_argument("workloads", nargs="*", metavar="workload")
    command.add_argument("--against", choices=compare.AGAINST, action="append")
    commands.add_parser(CALLS)
    commands.add_parser("render")
    options = parser.parse_args()
    if options.command == "measure":
        against = options.against or compare.AGAINST
        there = {name for kind in against for name in compare.named_in(kind)}
        if unknown := set(options.workloads) - there:
            parser.error(f"workload is {sorted(unknown)}, allowed are {', '.join(sorted(there))}")
        for name in options.workloads or sorted(there):
            measure(name, against)
    elif options.command == CALLS:
        keep(CALLS, calls.measured())
    PAGE.write_text(rendered())


if __name__ == "__main__":
    main()
