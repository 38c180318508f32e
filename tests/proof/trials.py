"""Real trials by the real command, for the proofs."""

from __future__ import annotations

import json
import subprocess
import sys
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import asdict
from pathlib import Path
from typing import Any

from bench import schema
from bench.planning.settings import PRESETS
from bench.results.pairs import trial_logs
from bench.schema import Row
from bench.vocabulary import TWIN, Problem
from tests.checkout import ROOT

QUICK = PRESETS["quick"]
PLAN = {name: getattr(QUICK, name) for name in ("budget_seconds", "warmup_seconds", "half_width", "least_values")}
"""That of the preset quick."""
TIMEOUT_SECONDS = 300

EAGER, JIT = "torch-eager", "jax-jit"


def problem(workload: str, task: str, precision: str = "float32", size: str = "small") -> Problem:
    """The problem on the CPU of a `workload`, written family/name."""
    family, name = workload.split("/")
    return Problem(family, name, task, size, precision, "cpu")


def trial(
    what: Problem,
    variants: Sequence[str],
    number: int,
    folder: Path,
    *,
    twins: Sequence[str] = (),
    threads: int | None = None,
    plan: Mapping[str, float] = PLAN,
    root: Path = ROOT,
) -> list[Row]:
    """The rows of one trial, measured by the command of the checkout at `root`; `folder` takes its files and caches.

    Raises RuntimeError where the command fails.
    """
    folder.mkdir(parents=True, exist_ok=True)
    settings, output = folder / "settings.json", folder / "trial.parquet"
    settings.write_text(
        json.dumps({"plan": dict(plan), "timeout_seconds": TIMEOUT_SECONDS, "exclusive": True, "most_repeats": 0})
    )
    options = asdict(what) | {
        "trial": number,
        "hardware": "proof",
        "settings": settings,
        "caches": folder / "caches",
        "output": output,
    }
    if threads is not None:
        options["cpu-threads"] = threads
    command = [sys.executable, str(root / "workflow/scripts/measure.py")]
    command += [str(word) for key, value in options.items() for word in (f"--{key}", value)]
    command += ["--variants", *variants, *(["--twins", *twins] if twins else [])]
    done = subprocess.run(command, capture_output=True, text=True)
    if done.returncode:
        raise RuntimeError(f"{what} ended with {done.returncode}: {done.stderr.strip()[-1000:]}")
    return schema.read(output, "trial")


def sound(rows: Iterable[Row]) -> list[Row]:
    """The rows themselves. Raises RuntimeError where one of them has no time."""
    rows = list(rows)
    if failed := [f"{row['framework']} {row['mode']}: {row['message']}" for row in rows if row["status"] != "ok"]:
        raise RuntimeError("; ".join(failed))
    return rows


def variant(rows: Iterable[Row], name: str, twin: bool = False) -> list[Row]:
    """The runs of a variant, or those of its twin, numbered like the variant's."""
    return [
        row | {"run": row["run"] % TWIN}
        for row in rows
        if f"{row['framework']}-{row['mode']}" == name and (row["run"] >= TWIN) == twin
    ]


def twin_logs(rows: Iterable[Row], name: str) -> list[float]:
    """Per trial, the logarithm of a variant's time over that of its twin."""
    rows = list(rows)
    return [*trial_logs(variant(rows, name), variant(rows, name, twin=True)).values()]


def ratio_logs(rows: Iterable[Row], one: str = EAGER, other: str = JIT) -> list[float]:
    """Per trial, the logarithm of one variant's time over the other's."""
    rows = list(rows)
    return [*trial_logs(variant(rows, one), variant(rows, other)).values()]


def say(*words: Any) -> None:
    """Tell how far a proof is, on stderr."""
    print(*words, file=sys.stderr, flush=True)
