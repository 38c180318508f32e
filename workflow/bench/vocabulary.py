"""The words of the project: frameworks, modes, devices, precisions, sizes, statuses, verdicts, and what a cell is."""

from __future__ import annotations

import re
from dataclasses import dataclass
from pathlib import Path

FRAMEWORKS = ("torch", "jax", "numpy")
MODES = {"torch": ("eager", "compile", "compile-max"), "jax": ("jit", "eager", "scan"), "numpy": ("eager",)}
DEVICES = ("cpu", "cuda")
PRECISIONS = ("float64", "float32", "tf32", "bfloat16")
SIZES = ("tiny", "small", "medium", "large")
SWEEPS = "sweeps"
"""Stands in a list of sizes for all sizes of a workload's scaling curves, `batch-64` for example."""
AXES = ("batch", "width", "length", "points", "variables", "components", "steps", "paths", "qubits", "elements", "case",
        "order")
"""What grows along a scaling curve."""
SWEEP = re.compile(rf"((?:[a-z]+[0-9]+-){{0,3}}(?:{'|'.join(AXES)}))-([1-9][0-9]{{0,8}})")
"""A point of a scaling curve: what the curve is called, the axis last (`batch`, `d10-components`), and the number."""
NUMERICAL = ("autodiff", "science")
"""The families whose tasks are a function and its derivatives."""
STATUSES = ("ok", "failed", "oom", "timeout", "unsupported", "mismatch")
VERDICTS = ("jax faster", "torch faster", "tie", "not comparable")
CLAIM_VERDICTS = ("supported", "refuted", "mixed", "not measured here", "opinion")

ALLOWED = {"framework": FRAMEWORKS, "device": DEVICES, "precision": PRECISIONS, "status": STATUSES,
           "verdict": VERDICTS + CLAIM_VERDICTS}
"""The values that a column may hold."""

SLUG = re.compile(r"[a-z0-9]([a-z0-9._-]{0,62}[a-z0-9])?")
"""What a name that comes from outside (a hardware folder, a workload) may look like."""

PIVOT = ("jax", "jit")
"""The variant that the parity gate compares the others with, besides the reference."""

TWIN = 1000
"""Runs numbered from here on are the second series of an A/A comparison: run 1000 + i is the twin of run i."""

TABLES = ("runs", "cells", "comparisons", "parity", "noise", "events", "coverage", "peaks")
"""The tables that are made from the files of a machine, and merged over all machines."""


def is_size(word: str) -> bool:
    """Whether a size may be called so: one of `SIZES`, or a point of a scaling curve."""
    return word in SIZES or SWEEP.fullmatch(word) is not None


def size_rank(size: str) -> tuple[int, str, int]:
    """What sizes are sorted by: the usual ones first, then the scaling curves, each by its number."""
    point = SWEEP.fullmatch(size)
    return (len(SIZES), point[1], int(point[2])) if point else (SIZES.index(size), "", 0)


@dataclass(frozen=True, order=True)
class Cell:
    """What is measured: one combination."""

    family: str
    workload: str
    task: str
    size: str
    precision: str
    device: str
    framework: str
    mode: str

    def __str__(self) -> str:
        return (f"{self.family}/{self.workload} {self.task} {self.size} {self.precision} {self.device} "
                f"{self.framework} {self.mode}")

    @property
    def variant(self) -> str:
        """Framework and mode in one word."""
        return f"{self.framework}-{self.mode}"

    @property
    def problem(self) -> Path:
        """The folder of everything that is compared with this cell, below a machine's `runs/`."""
        return Path(self.family, self.workload, f"{self.task}-{self.size}-{self.precision}-{self.device}")

    def run_file(self, run: int) -> Path:
        """The file of one run, below a machine's `runs/`."""
        return self.problem / f"{self.variant}.{run}.parquet"
