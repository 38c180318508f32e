"""The parity gate, comparing: do all variants of a workload compute the same, before any of their times count?

The observations of `measuring.gate` are held against the reference of problem.py and against each other; NumPy's base
lines are held like the rest.
"""

from __future__ import annotations

from collections.abc import Collection, Iterable

import numpy as np

from bench import catalogue, contract, schema
from bench.backends import Arrays
from bench.schema import Row
from bench.vocabulary import CHECK_PRECISION, CHECK_SIZE, OWN, PIVOT, TARGET

FLOOR = 1e-6
"""Arrays whose largest value is below this are compared as if it were this: a relative error of zeros means nothing."""

OF_RELEASE = "@"
"""Ends the modes of a release where they stand beside those of its default."""


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
        key = dict.fromkeys(schema.PARITY) | {
            "hardware": hardware,
            "family": family,
            "workload": workload,
            "task": task_name,
            "precision": precision,
        }
        try:
            reference, tolerance = _reference(family, workload, task_name, precision)
        except Exception as error:  # whatever the reference of a user raises
            if family != OWN:
                raise
            message = f"reference() of problem.py: {type(error).__name__}: {error}"
            rows += [
                key
                | {"framework": framework, "mode": mode, "status": "failed", "message": message, "against": "reference"}
                for framework, mode in variants
            ]
            continue
        rows += [key | row for row in _compare_task(variants, reference, tolerance)]
    return rows


def _reference(family: str, workload: str, task: str, precision: str) -> tuple[Arrays, float]:
    """The reference and the tolerance of a task; none, and tolerances for all, for a workload that is not here."""
    item = catalogue.timed().get(f"{family}/{workload}")
    states = item.states if item else contract.UNKNOWN
    reference = states.problem(CHECK_SIZE).reference(task) if item else {}
    return reference, states.checked_within(precision, task)


def _compare_task(variants: dict[tuple[str, str], list[Row]], reference: Arrays, tolerance: float) -> list[Row]:
    rows = []
    arrays = {variant: _arrays(own) for variant, own in variants.items()}
    pivot = arrays.get(PIVOT)
    if pivot is not None and any(row["status"] != "ok" for row in _held(pivot, reference, tolerance)):
        pivot = None  # the fault is its own: the others are held against the reference alone
    for variant, own in variants.items():
        framework, mode = variant
        key = {"framework": framework, "mode": mode, "tolerance": tolerance}
        if (mine := arrays[variant]) is None:
            bad = next(row for row in own if row["status"] != "ok")
            rows.append(key | {"status": bad["status"], "message": bad["message"], "against": ""})
            continue
        compared = _held(mine, reference, tolerance)
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


def _held(mine: Arrays, reference: Arrays, tolerance: float) -> list[Row]:
    """The differences from the reference; none where there is no reference."""
    return _differences(mine, reference, "reference", tolerance) if reference else []


def _differences(mine: Arrays, other: Arrays, against: str, tolerance: float) -> list[Row]:
    """One row per name that either side has."""
    return [
        {"name": name, "against": against} | _difference(mine.get(name), other.get(name), tolerance)
        for name in sorted(mine.keys() | other.keys())
    ]


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


def gate_rows(problem: Row, framework: str, mode: str, gate: list[Row]) -> list[Row]:
    """What the parity gate says of a variant in a problem: its own task, and the gradient that training follows.

    The way to a target is the task `train` many times.
    """
    # a mode that needs CUDA is the same implementation under another launcher; the gate runs the modes a CPU has
    mode = "compile" if mode == "compile-max" else mode
    wanted = (problem["family"], problem["workload"], framework, mode, CHECK_PRECISION)
    tasks = {gate_task(problem)} | ({"gradient"} if problem["family"] in ("training", OWN) else set())
    return [
        row
        for row in gate
        if (row["family"], row["workload"], row["framework"], row["mode"], row["precision"]) == wanted
        and row["task"] in tasks
    ]


def gate_task(problem: Row) -> str:
    """The task of the parity gate that a problem stands and falls with."""
    return "train" if problem["task"] == TARGET else str(problem["task"])


def gate_sentence(row: Row) -> str:
    """What is wrong, from a row of the table `parity` whose status is not ok."""
    how = (
        (row["message"] or row["status"])
        if row["error"] is None
        else (f"differs by {row['error']:.2g} from {row['against']}")
    )
    return f"parity gate: {row['framework']} {row['mode']} {row['task']} {row['name'] or ''} {how}"[:500]


def gate_failure(problem: Row, variants: Iterable[tuple[str, str]], gate: list[Row]) -> str | None:
    """Why the parity gate does not let variants, each (framework, mode), be compared in a problem, or None."""
    for framework, mode in variants:
        rows = gate_rows(problem, framework, mode, gate)
        if not any(row["task"] == gate_task(problem) for row in rows):
            return f"the parity gate was not run for {framework} {mode}"
        for row in rows:
            if row["status"] != "ok":
                return gate_sentence(row)
    return None


def compare_release(
    observations: Iterable[Row], of_release: Collection[Row], hardware: str
) -> tuple[list[Row], list[Row]]:
    """The rows of `compare` for the defaults of a framework, and for a release of it: both are held against the
    reference and against the pivot's default, so that each is held against the other where there is nothing else.
    """
    frameworks = {row["framework"] for row in of_release} | {PIVOT[0]}
    workloads = {(row["family"], row["workload"]) for row in of_release}
    others = [
        row for row in observations if row["framework"] in frameworks and (row["family"], row["workload"]) in workloads
    ]
    own = [row | {"mode": f"{row['mode']}{OF_RELEASE}"} for row in of_release]
    found = compare([*others, *own], hardware)
    released = [row | {"mode": row["mode"].removesuffix(OF_RELEASE)} for row in found if OF_RELEASE in row["mode"]]
    return [row for row in found if OF_RELEASE not in row["mode"]], released
