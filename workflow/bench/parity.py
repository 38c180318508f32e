"""The parity gate: do all variants of a workload compute the same, in float64, before any of their times count?

    python workflow/bench/parity.py --framework torch --workload training/mlp --output FILE

runs every mode that a CPU has of one framework at the check size, for every check task (or those of `--checks`), and
writes what it observed as the table `observations`. `compare` holds the observations of all frameworks against the
reference of problem.py and against each other; NumPy's base lines are held like the rest. The families of derivatives
and kernels are observed in float32 too, in one mode: how far that is from the reference is a result, and stops nobody.
"""

from __future__ import annotations

import sys
from pathlib import Path

if __name__ == "__main__":  # run as a script: import the package, whose statistics.py would hide the standard module
    sys.path[0] = str(Path(__file__).resolve().parents[1])

import argparse
import os
from collections.abc import Collection, Iterable
from importlib import import_module
from types import ModuleType
from typing import Any

import numpy as np

from bench import environment, measure, schema, workloads
from bench.vocabulary import FRAMEWORKS, MODES, NUMERICAL, PIVOT

SIZE, PRECISION, DEVICE = "tiny", "float64", "cpu"
LOWER = "float32"
LOWER_MODES = {"torch": "eager", "jax": "jit", "numpy": "eager"}
"""In which mode the numerical families are observed in float32 too."""
CHECK_STEPS = 5
FLOOR = 1e-6
"""Arrays whose largest value is below this are compared as if it were this: a relative error of zeros means nothing."""
LONGEST_MESSAGE = 2000

Row = dict[str, Any]
Arrays = dict[str, np.ndarray]
Check = tuple[str, str]
"""A mode and a check task."""


# --- observing: one framework, one process ----------------------------------------------------------------------------


def observe(family: str, name: str, framework: str, checks: Collection[Check] | None = None) -> list[Row]:
    """Observations of every mode × check task of a workload, or of `checks` alone, and then of the usual mode in
    float32 where that is asked for. What raises becomes a row with its message.
    """
    problem = workloads.load_problem(family, name)
    backend = import_module(f"bench.backends.{framework}_backend")
    wanted = [(mode, task) for mode in modes(problem, framework) for task in problem.CHECK_TASKS
              if checks is None or (mode, task) in checks]
    usual = LOWER_MODES[framework]
    lower = [(usual, task) for task in dict.fromkeys(task for _, task in wanted)
             if family in NUMERICAL and usual in modes(problem, framework) and LOWER in problem.PRECISIONS]
    rows = []
    for precision, pairs in ((PRECISION, wanted), (LOWER, lower)):
        backend.configure(DEVICE, precision, len(environment.affinity() or [0]))
        for mode, task in pairs:
            key = {"family": family, "workload": name, "task": task, "framework": framework, "mode": mode,
                   "precision": precision}
            rows += [key | row for row in _attempt(problem, key)]
    return rows


def modes(problem: ModuleType, framework: str) -> list[str]:
    """The modes of a framework that exist on a CPU and that the workload has."""
    return [mode for mode in getattr(problem, "MODES", MODES).get(framework, ()) if mode != "compile-max"]


def _attempt(problem: ModuleType, key: Row) -> list[Row]:
    try:
        implementation = workloads.load_implementation(key["family"], key["workload"], key["framework"])
        step = implementation.build(problem.Problem(SIZE), key["task"], key["mode"], DEVICE, key["precision"])
        observed = first_steps(step)
    except Exception as error:  # a failure is a result, and must not hide what the other variants do
        kind = type(error).__name__
        status = "unsupported" if kind == "Unsupported" else "failed"
        return [{"status": status, "message": f"{kind}: {error}"[:LONGEST_MESSAGE]}]
    return [{"status": "ok", "message": "", "name": key, "shape": list(value.shape),
             "values": np.asarray(value, dtype=np.float64).ravel().tolist()} for key, value in sorted(observed.items())]


def first_steps(step: Any) -> Arrays:
    """What a fresh step observes: one call, or for a training (one loss per step) the first five steps.

    Raises ValueError where calls of several steps do not add up to five.
    """
    for _, stage in step.stages():
        stage()
    observed = _one_call(step)
    if "loss" not in observed or observed["loss"].shape != (step.steps_per_call,):
        return observed
    losses = observed["loss"]
    while len(losses) < CHECK_STEPS:
        observed = _one_call(step)
        losses = np.concatenate([losses, observed["loss"]])
    if len(losses) != CHECK_STEPS:
        raise ValueError(f"a call takes {step.steps_per_call} steps; the check size needs 1 or {CHECK_STEPS}")
    return observed | {"loss": losses}


def _one_call(step: Any) -> Arrays:
    step.step()
    step.wait()
    return dict(step.observe())


# --- comparing: no framework ------------------------------------------------------------------------------------------


def compare(observations: Iterable[Row], hardware: str) -> list[Row]:
    """Rows of the table `parity`: every variant of all frameworks against the reference, and against jax jit.

    A row's error is the largest difference over the largest value of what it is compared with. Its status is `ok`,
    `mismatch` (also for a name or a shape that differs), or that of the observation itself.
    """
    found: dict[tuple[str, str, str, str], dict[tuple[str, str], list[Row]]] = {}
    for row in observations:
        task = found.setdefault((row["family"], row["workload"], row["task"], row["precision"]), {})
        task.setdefault((row["framework"], row["mode"]), []).append(row)
    rows = []
    for (family, workload, task_name, precision), variants in found.items():
        reference, tolerance = _reference(family, workload, task_name, precision)
        key = {"hardware": hardware, "family": family, "workload": workload, "task": task_name, "precision": precision}
        rows += [key | row for row in _compare_task(variants, reference, tolerance)]
    return rows


def _reference(family: str, workload: str, task: str, precision: str) -> tuple[Arrays, float]:
    """The reference and the tolerance of a task; none and the usual one for a workload that is not here."""
    if f"{family}/{workload}" not in workloads.discover():
        return {}, 1e-8 if precision == PRECISION else 1e-3
    problem = workloads.load_problem(family, workload)
    tolerance = problem.TOLERANCE if precision == PRECISION else problem.PRECISION_TOLERANCE.get(precision, 1e-3)
    return problem.Problem(SIZE).reference(task), tolerance


def _compare_task(variants: dict[tuple[str, str], list[Row]], reference: Arrays, tolerance: float) -> list[Row]:
    rows = []
    arrays = {variant: _arrays(own) for variant, own in variants.items()}
    pivot = arrays.get(PIVOT)
    for variant, own in variants.items():
        framework, mode = variant
        key = {"framework": framework, "mode": mode, "tolerance": tolerance}
        if (mine := arrays[variant]) is None:
            bad = next(row for row in own if row["status"] != "ok")
            rows.append(key | {"status": bad["status"], "message": bad["message"], "against": ""})
            continue
        compared = _differences(mine, reference, "reference", tolerance) if reference else []
        if variant != PIVOT and pivot is not None:
            compared += _differences(mine, pivot, " ".join(PIVOT), tolerance)
        if not compared and variant == PIVOT and len(variants) > 1:
            compared = [{"status": "ok", "against": "", "message": "what the others are compared with"}]
        elif not compared:
            nothing = "neither a reference nor jax jit to compare with"
            compared = [{"status": "failed", "against": "", "message": nothing}]
        rows += [key | row for row in compared]
    return rows


def _arrays(rows: list[Row]) -> Arrays | None:
    """The observed arrays by name; None if something failed."""
    if any(row["status"] != "ok" for row in rows):
        return None
    return {row["name"]: np.array(row["values"]).reshape(row["shape"]) for row in rows}


def _differences(mine: Arrays, other: Arrays, against: str, tolerance: float) -> list[Row]:
    """One row per name that either side has."""
    return [{"name": name, "against": against} | _difference(mine.get(name), other.get(name), tolerance)
            for name in sorted(mine.keys() | other.keys())]


def _difference(mine: np.ndarray | None, other: np.ndarray | None, tolerance: float) -> Row:
    if mine is None or other is None:
        return {"status": "mismatch", "message": "only one of the two has it"}
    if mine.shape != other.shape:
        return {"status": "mismatch", "message": f"shapes {list(mine.shape)} and {list(other.shape)}"}
    error = relative_error(mine, other)
    if not np.isfinite(error):
        return {"status": "mismatch", "message": "a value is not finite"}
    return {"error": error, "message": "", "status": "ok" if error <= tolerance else "mismatch"}


def relative_error(mine: np.ndarray, other: np.ndarray) -> float:
    """max |a - b| / max |b|, the largest value taken as at least `FLOOR`."""
    if mine.size == 0:
        return 0.0
    return float(np.max(np.abs(mine - other)) / max(float(np.max(np.abs(other))), FLOOR))


def main() -> None:
    """Observe one workload in one framework and write the file."""
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("--framework", required=True, choices=FRAMEWORKS)
    parser.add_argument("--workload", required=True, help="family/name")
    parser.add_argument("--checks", nargs="*", metavar="MODE:TASK", help="these alone (default: all)")
    parser.add_argument("--caches", type=Path, default=measure.CACHES,
                        help="folder of what PyTorch's compiler knows about the machine (default: %(default)s)")
    parser.add_argument("--output", required=True, type=Path)
    arguments = parser.parse_args()
    if arguments.workload not in workloads.discover():
        parser.error(f"workload is {arguments.workload!r}, allowed are {', '.join(workloads.discover())}")
    family, name = arguments.workload.split("/")
    checks = arguments.checks and {(mode, task) for mode, _, task in (check.partition(":")
                                                                     for check in arguments.checks)}
    threads = len(environment.affinity() or [0])
    with measure.fresh_caches(arguments.caches, arguments.framework) as caches:
        os.environ.update(environment.recorded(device=DEVICE, threads=threads, caches=caches))
        rows = observe(family, name, arguments.framework, checks)
    schema.write(arguments.output, "observations", rows)
    for row in rows:
        if row["status"] != "ok":
            print(f"{row['framework']} {row['mode']} {row['task']}: {row['status']}: {row['message']}", file=sys.stderr)


if __name__ == "__main__":
    main()
