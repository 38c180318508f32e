"""The words of the project: frameworks, modes, devices, precisions, sizes, statuses, verdicts, and what a cell is."""

from __future__ import annotations

import re
from dataclasses import dataclass
from pathlib import Path

FRAMEWORKS = ("torch", "jax", "numpy")
COMPARED = ("torch", "jax")
"""The frameworks that are compared with each other."""
OTHER = {"torch": "jax", "jax": "torch"}
BASELINE = "numpy"
"""The framework that is the base line."""
NUMBA = "numba"
"""The mode of the base line that is compiled: loops over NumPy's arrays, by Numba where that is installed."""
MODES = {
    "torch": ("eager", "compile", "compile-max", "many"),
    "jax": ("jit", "eager", "scan"),
    "numpy": ("eager", "numba"),
}
EXPERT = "-expert"
"""How a mode ends in which a public case runs the form that an expert writes; without it, the form as reported."""
EVERY_MODE = {
    framework: (*modes, *(f"{mode}{EXPERT}" for mode in modes if framework in COMPARED))
    for framework, modes in MODES.items()
}
"""The modes that a row of a table may have: those of the workloads, and those of the public cases."""
COMPILED = {"torch": ("compile", "compile-max"), "jax": ("jit",)}
"""The modes of one step per call that a compiler has been at."""
MANY_STEPS = (("torch", "many"), ("jax", "scan"))
"""Variants that take many steps in one compiled call. That is another quantity: they are compared with each other, and
with none of one step.
"""
VARIANT_ORDER = {
    ("torch", "eager"): 0,
    ("torch", "compile"): 1,
    ("torch", "compile-max"): 2,
    ("torch", "many"): 3,
    ("jax", "eager"): 4,
    ("jax", "jit"): 5,
    ("jax", "scan"): 6,
    ("numpy", "eager"): 7,
    ("numpy", "numba"): 8,
}
"""In which order tables and figures show variants."""
FIRST_MODES = {"torch": "eager", "jax": "jit"}
"""The mode of each framework that starts fast: what smoke measures, and what twins are measured in."""
DEVICES = ("cpu", "cuda")
PRECISIONS = ("float64", "float32", "tf32", "bfloat16")
SIZES = ("tiny", "small", "medium", "large")
SWEEPS = "sweeps"
"""Stands in a list of sizes for all sizes of a workload's scaling curves, `batch-64` for example."""
AXES = (
    "batch",
    "width",
    "length",
    "elements",
    "variables",
    "qubits",
    "order",
    "points",
    "components",
    "steps",
    "paths",
    "case",
)
"""What grows along a scaling curve, in the order in which they are shown."""
SWEEP = re.compile(rf"((?:[a-z]+[0-9]+-){{0,3}}(?:{'|'.join(AXES)}))-([1-9][0-9]{{0,8}})")
"""A point of a scaling curve: what the curve is called, the axis last (`batch`, `d10-components`), and the number."""
SECTIONS = range(11)
"""The sections of the article, the first screen included."""
SCENARIOS = (
    *("practice", "mathematical model", "language", "vision", "sequence", "reinforcement", "numerics", "quantum"),
    *("driving", "finance", "health", "automl", "explain", "machine"),
)
"""The application scenarios that a workload may stand for; what measures the machine stands for itself."""
ITEMS = (
    *("items", "images", "points", "derivatives", "samples", "rows", "tokens", "characters", "sequences", "graphs"),
    *("molecules", "frames", "environment steps", "elements", "evaluations", "paths", "gates", "observations", "steps"),
    *("draws", "matrices", "outputs", "places", "bytes", "products"),
)
"""What a workload may count; the last two are those of the machine's own."""
NUMERICAL = ("autodiff", "science")
"""The families whose tasks are a function and its derivatives."""
EXAMPLES = "examples"
"""The family whose workloads record what came of executed examples, as events; nothing of it is compared."""
MACHINE = "machine"
"""The family that measures the machine itself (its peaks), not a framework."""
CASES = "cases"
"""The family of public cases: complaints that people filed, measured again. Each compares two variants of its own."""
APART = (MACHINE, CASES)
"""Families that are in no comparison of the two frameworks, and so in no headline, no mean and no vote."""
OWN, OWN_SECTION = "own", 0
"""The family of workloads outside this repository, and the section of the article that shows them."""
TARGET = "target"
"""The task whose one step is a whole training, until the score that problem.py states is reached."""
FORWARD = "forward"
"""The task that computes the outputs of a model alone: inference."""
PRIMAL = "primal"
"""The task that computes a function without its derivatives."""
CHECK_SIZE, CHECK_PRECISION, CHECK_DEVICE, CHECK_STEPS = "tiny", "float64", "cpu", 5
"""What the parity gate runs everything at, and how many training steps of it."""

PROBLEM = ["hardware", "family", "workload", "task", "size", "precision", "device"]
"""The columns that name a problem: what has to be equal in whatever is compared."""
CELL = [*PROBLEM, "framework", "mode"]
"""The columns that name a cell. Every table that speaks of cells begins with these."""

STARTUP = ("import", "compiler_import", "device", "data", "build", "trace", "compile", "first_step")
"""The phases from the start of a process to its first result, in order; each has a column `<phase>_seconds`.

import: the interpreter, the framework, the implementation. compiler_import: the compiler, where it is a package apart.
device: the framework's switches, its context or client, a first small array. data: NumPy drawing what the problem
begins with. build: all of that on the device, the model, the optimiser. trace, compile: what the mode compiles.
first_step: the first call; as many as it takes until a graph is captured, where one is.
"""

STATUSES = ("ok", "failed", "oom", "timeout", "unsupported", "mismatch")
OUTCOMES = ("ok", "raised", "absent")
"""What can come of an example."""
VERDICTS = ("jax faster", "torch faster", "equal", "undecided", "not comparable")
NEWER, OLDER = "newer", "older"
"""Two releases of one framework: what is compared where a version is asked about."""
RELEASE_VERDICTS = (f"{OLDER} faster", f"{NEWER} faster", *VERDICTS[2:])
"""Of a release against the default of its own framework. The first is a regression."""
RULES = {
    "difference": "faster",
    "equivalence": "equal",
    "width": "undecided",
    "floor": "undecided",
    "adjustment": "undecided",
    "no floor": "undecided",
    "trials": "undecided",
    "gate": "not comparable",
    "values": "not comparable",
    "failed": "not comparable",
}
"""What decides a verdict → which. difference: the 95 % interval lies beyond the floor, and the adjusted p is small.
equivalence: the 90 % interval lies within what counts as equal. width: the interval is too wide for either. floor: the
difference is not larger than what twins differ by. adjustment: the interval would decide, the p adjusted over the table
does not. no floor: no twins were measured. trials: there are fewer than two. gate, values: they do not compute the
same. failed: fewer than half of the trials of a variant were successful.
"""
CASE_VERDICTS = ("still so", "no longer so", "the other way round", "undecided", "not comparable")
"""What becomes of a public case, by the rules of every comparison: what was complained of takes longer than what it is
held against; both are shown to be equal; it takes less; neither is shown; the two do not compute the same.
"""
CALL_SECONDS = 50e-6
"""A step that takes less, in either framework, tells what a call costs: it is shown, and is in no mean and no vote of
one framework or mode against another. Against NumPy, whose calls cost something too, it counts.
"""
CLAIM_VERDICTS = ("supported", "refuted", "mixed", "undecided", "not measured here", "forecast", "opinion")

ALLOWED = {
    "framework": FRAMEWORKS,
    "device": DEVICES,
    "precision": PRECISIONS,
    "status": STATUSES,
    "outcome": OUTCOMES,
    "verdict": (*VERDICTS, *RELEASE_VERDICTS, *CLAIM_VERDICTS, *CASE_VERDICTS),
}
"""The values that a column may hold."""

RELEASE = re.compile(rf"({'|'.join(COMPARED)})@([0-9][0-9a-z.+]{{0,40}})")
"""A framework and a version of it, as both are named outside: `jax@0.9.1`."""

SLUG = re.compile(r"[a-z0-9]([a-z0-9._-]{0,62}[a-z0-9])?")
"""What a name that comes from outside (a hardware folder, a workload) may look like."""

PIVOT = ("jax", "jit")
"""The variant that the parity gate compares the others with, besides the reference."""

TWIN = 1000
"""Runs numbered from here on are the second series of an A/A comparison: run 1000 + i is the twin of run i. A run is
what one process did: its number is that of its trial, plus this for a twin.
"""
FURTHER = 100
"""Trials numbered from here on are the second stage of the two-stage rule."""

COLLECTED = ("runs", "cells", "comparisons", "parity", "noise", "events", "coverage", "peaks", "cases", "releases")
"""The tables that are made from the files of a machine, and merged over all machines."""


def is_size(word: str) -> bool:
    """Whether a size may be called so: one of `SIZES`, or a point of a scaling curve."""
    return word in SIZES or SWEEP.fullmatch(word) is not None


def size_rank(size: str) -> tuple[int, str, int]:
    """What sizes are sorted by: the named ones first, then the scaling curves, each by its number."""
    point = SWEEP.fullmatch(size)
    return (len(SIZES), point[1], int(point[2])) if point else (SIZES.index(size), "", 0)


@dataclass(frozen=True, order=True)
class Problem:
    """What has to be equal in whatever is compared."""

    family: str
    workload: str
    task: str
    size: str
    precision: str
    device: str

    def __str__(self) -> str:
        return f"{self.family}/{self.workload} {self.task} {self.size} {self.precision} {self.device}"

    @property
    def folder(self) -> Path:
        """Where what belongs to it lies, below a folder for all problems."""
        return Path(self.family, self.workload, f"{self.task}-{self.size}-{self.precision}-{self.device}")

    def trial_file(self, trial: int) -> Path:
        """The file of one trial, below a machine's `trials/`."""
        return self.folder.with_name(f"{self.folder.name}.{trial}.parquet")


@dataclass(frozen=True, order=True)
class Cell(Problem):
    """What is measured: one combination."""

    framework: str
    mode: str

    def __str__(self) -> str:
        return f"{self.problem} {self.framework} {self.mode}"

    @property
    def variant(self) -> str:
        """Framework and mode in one word."""
        return f"{self.framework}-{self.mode}"

    @property
    def environment(self) -> str:
        """Which environment measures it: that of its framework."""
        return self.framework

    @property
    def problem(self) -> Problem:
        """What it is compared in."""
        return Problem(self.family, self.workload, self.task, self.size, self.precision, self.device)

    def run_file(self, run: int) -> Path:
        """The file of one run, below the `runs/` of a machine that was measured before there were trials."""
        return self.folder / f"{self.variant}.{run}.parquet"


@dataclass(frozen=True, order=True)
class Release:
    """A framework in another version than the default, which it is measured in turns with, in trials of their own."""

    framework: str
    version: str

    def __str__(self) -> str:
        return f"{self.framework}@{self.version}"

    @property
    def folder(self) -> Path:
        """Where its trials lie, below the folder of a machine."""
        return Path("releases", str(self))

    def environment_on(self, device: str) -> str:
        """What its environment on a device is called: the file that locks it, and the one that names its Python."""
        return f"{self.framework}-{device}@{self.version}"


@dataclass(frozen=True, order=True)
class ReleaseCell(Cell):
    """A cell in a version of its framework that is not the default."""

    version: str

    def __str__(self) -> str:
        return f"{super().__str__()} {self.version}"

    @property
    def variant(self) -> str:
        """Framework, mode and version in one word."""
        return f"{super().variant}@{self.version}"

    @property
    def environment(self) -> str:
        """Which environment measures it: that of its release."""
        return str(self.release)

    @property
    def release(self) -> Release:
        """The framework and the version."""
        return Release(self.framework, self.version)


@dataclass(frozen=True, order=True)
class Trial:
    """One set of fresh processes, one for each variant of a problem, that take turns; numbered from 0."""

    problem: Problem
    number: int
    cells: tuple[Cell, ...]
    twins: tuple[Cell, ...] = ()
    """Those of the cells that are there twice."""

    @property
    def file(self) -> Path:
        """Its file, below a machine's `trials/`, or those of a release."""
        return self.problem.trial_file(self.number)

    @property
    def release(self) -> Release | None:
        """The release that takes turns with its default in it; None in the trials that compare the frameworks."""
        return next((cell.release for cell in self.cells if isinstance(cell, ReleaseCell)), None)

    @property
    def place(self) -> Path:
        """Its file, below the folder of a machine."""
        return Path(self.release.folder if self.release else "trials", self.file)

    @property
    def runs(self) -> dict[str, tuple[Cell, int]]:
        """What each of its processes is called → its cell and the number of its run."""
        single = {cell.variant: (cell, self.number) for cell in self.cells}
        return single | {f"{cell.variant}-twin": (cell, TWIN + self.number) for cell in self.twins}
