"""Ratios of times that are no comparison of the two frameworks: a derivative over its function, a loop over what is
vectorised, NumPy over a framework, a step in a call of its own over one of many in a call. Pure functions of successful
runs (schema.py's columns), without twins.

A ratio of different tasks is one of run medians with the interval of Welch's t on their logarithms; variants of one
problem take turns, so that their trials are paired (`pairs.ratio_of`). A single run has no interval, and then the ends
are None.
"""

from __future__ import annotations

from collections.abc import Iterator
from typing import Any

import pandas as pd

from bench.results import pairs, statistics
from bench.schema import Row
from bench.vocabulary import BASELINE, CELL, MANY_STEPS, NUMBA, NUMERICAL, PROBLEM

FUNCTIONS = ("primal", "forward")
"""Tasks that compute the function alone; `primal_<kind>` does so for the derivatives `<derivative>_<kind>`."""
OTHER = ("solve", "together", "loop")
"""Tasks that are neither a function nor a derivative."""
REVERSE = ("gradient", "vjp")
"""Derivatives of one number by one pass of reverse mode: those that the cheap gradient principle speaks of."""
BOUND = 5.0
"""What such a pass costs at most, in evaluations of the function, each operation and access to memory counted.

Source: Baur and Strassen, Theoretical Computer Science 22 (1983) 317 (5 operations per operation); Griewank and
Walther, Evaluating Derivatives, 2nd edition, SIAM 2008, chapters 3 and 4 (between 3 and 4, memory included).
"""
LOOP = "_loop"
RATIO = ["ratio", "low", "high"]

Medians = dict[tuple[Any, ...], list[float]]


def derivative_costs(runs: pd.DataFrame) -> pd.DataFrame:
    """Time of every derivative over that of its function, in the same problem otherwise and the same mode.

    Columns: those of a cell, `ratio`, `low`, `high`, and `best` (true for the fastest mode of the derivative in each
    framework). Loops are left out: `loop_costs` holds them.
    """
    medians = _medians(runs[runs["family"].isin(NUMERICAL)])
    rows = []
    for key, seconds in medians.items():
        cell = dict(zip(CELL, key, strict=True))
        if not is_derivative(cell["task"]) or cell["task"].endswith(LOOP) or cell["framework"] == "numpy":
            continue
        function = next(
            (found for task in functions_of(cell["task"]) if (found := medians.get(_key(cell, task=task)))), None
        )
        if function:
            rows.append(cell | _ratio(seconds, function) | {"seconds": _centre(seconds)})
    return _with_best(rows, [*PROBLEM, "framework"])


def is_derivative(task: str) -> bool:
    """Whether a task of the numerical families computes a derivative, in a loop or not."""
    return task.partition("_")[0] not in (*FUNCTIONS, *OTHER)


def functions_of(task: str) -> tuple[str, ...]:
    """The names that the function of a derivative may have, the most specific first."""
    _, _, kind = task.partition("_")
    return (*([f"{FUNCTIONS[0]}_{kind}"] if kind else []), *FUNCTIONS)


def loop_costs(runs: pd.DataFrame, families: tuple[str, ...] = NUMERICAL) -> pd.DataFrame:
    """Time of everything computed in a loop over that of the vectorised one, the fastest mode of each.

    Columns: those of a cell (task and mode of the vectorised one), `loop_mode`, `ratio`, `low`, `high`.
    """
    fastest = _fastest(_medians(runs[runs["family"].isin(families)]))
    rows = []
    for key, (mode, seconds) in fastest.items():
        loop = dict(zip([*PROBLEM, "framework"], key, strict=True))
        for task in vectorised(loop["task"]):
            if found := fastest.get(tuple((loop | {"task": task}).values())):
                rows.append(loop | {"task": task, "mode": found[0], "loop_mode": mode} | _ratio(seconds, found[1]))
                break
    return pd.DataFrame(rows, columns=[*CELL, "loop_mode", *RATIO])


def vectorised(task: str) -> tuple[str, ...]:
    """The names that the vectorised counterpart of a task in a loop may have; () for a task that is no loop."""
    if task == "loop":
        return ("together",)
    base = task.removesuffix(LOOP)
    return (base, f"{base}_reverse") if task.endswith(LOOP) else ()


def numpy_speedups(runs: pd.DataFrame, mode: str = "eager") -> pd.DataFrame:
    """Time of NumPy over that of every variant of torch and jax, and of Numba, at the same size and in the same
    precision; in the mode `numba` the time of what Numba compiles over that of torch and jax.

    NumPy always runs on the CPU; a variant on a GPU is held against it too. Columns: those of a cell, `ratio` (above 1
    the variant is faster), `low`, `high`, and `best` (the fastest mode of each framework and device).
    """
    timed = runs[runs["family"].isin(NUMERICAL) & (runs["step_seconds"] > 0)]
    series = _by_cell(timed)
    rows = []
    for key, own in series.items():
        cell = dict(zip(CELL, key, strict=True))
        base = series.get(_key(cell, device="cpu", framework=BASELINE, mode=mode))
        if base and (cell["framework"] != BASELINE or (mode, cell["mode"]) == ("eager", NUMBA)):
            seconds = _first_centre(own)
            rows.append(cell | _columns(pairs.ratio_of(base, own)) | {"seconds": seconds})
    return _with_best(rows, [*PROBLEM, "framework"])


def many_steps(runs: pd.DataFrame) -> pd.DataFrame:
    """Time of a step in a call of its own, in the fastest such mode, over that of one of many in a call.

    Columns: those of a cell (of many steps), `single_mode`, `steps` (of a call), `ratio`, `low`, `high`.
    """
    timed = runs[runs["step_seconds"] > 0]
    series = _by_cell(timed)
    rows = []
    for key, own in series.items():
        cell = dict(zip(CELL, key, strict=True))
        if (cell["framework"], cell["mode"]) not in MANY_STEPS:
            continue
        rivals = {other[-1]: found for other, found in series.items() if other[:-1] == key[:-1] and other != key}
        if rivals:
            mode = min(rivals, key=lambda name: _first_centre(rivals[name]))
            found = _columns(pairs.ratio_of(rivals[mode], own))
            rows.append(cell | {"single_mode": mode, "steps": own[0]["steps_per_call"]} | found)
    return pd.DataFrame(rows, columns=[*CELL, "single_mode", "steps", *RATIO])


def _by_cell(runs: pd.DataFrame) -> dict[tuple[Any, ...], list[Row]]:
    """Every cell with its runs."""
    found: dict[tuple[Any, ...], list[Row]] = {}
    for row in runs.to_dict("records"):
        found.setdefault(_key(row), []).append(row)
    return found


def _medians(runs: pd.DataFrame) -> Medians:
    """Every cell with its medians of the first stage, which all tasks and modes have: the second is of another time."""
    runs = runs[(runs["step_seconds"] > 0) & ~runs["run"].map(pairs.is_further).astype(bool)]
    return {key: group.to_list() for key, group in runs.groupby(CELL, sort=False)["step_seconds"]}


def _key(cell: dict[str, Any], **changed: str) -> tuple[Any, ...]:
    return tuple(changed.get(column, cell[column]) for column in CELL)


def _first_centre(runs: list[Row]) -> float:
    """The seconds of a mode that is held against others."""
    return _centre([row["step_seconds"] for row in pairs.first_stage(runs)])


def _centre(seconds: list[float]) -> float:
    return statistics.interval(seconds)[0]


def _ratio(over: list[float], under: list[float]) -> dict[str, float | None]:
    return _columns(statistics.ratio(over, under))


def _columns(found: statistics.Ratio) -> dict[str, float | None]:
    return {"ratio": found.ratio, "low": found.low, "high": found.high}


def _fastest(medians: Medians) -> dict[tuple[Any, ...], tuple[str, list[float]]]:
    """The fastest mode of each problem and framework, and its run medians."""
    found: dict[tuple[Any, ...], tuple[str, list[float]]] = {}
    for (*problem, mode), seconds in medians.items():
        key = tuple(problem)
        if key not in found or _centre(seconds) < _centre(found[key][1]):
            found[key] = (str(mode), seconds)
    return found


def _with_best(rows: list[dict[str, Any]], columns: list[str]) -> pd.DataFrame:
    frame = pd.DataFrame(rows, columns=[*CELL, *RATIO, "seconds"])
    fastest = frame.groupby(columns, sort=False)["seconds"].transform("min")
    return frame.assign(best=frame["seconds"] == fastest).drop(columns="seconds")


def judged(rows: pd.DataFrame, limit: float) -> dict[str, int]:
    """How many ratios lie below a limit with their whole interval, how many above it, and how many cannot be told."""
    below = sum(1 for row in _bounded(rows) if row.high <= limit)
    above = sum(1 for row in _bounded(rows) if row.low > limit)
    return {"below": below, "above": above, "undecided": len(rows) - below - above, "of": len(rows)}


def _bounded(rows: pd.DataFrame) -> Iterator[Any]:
    return (row for row in rows.itertuples() if row.low == row.low and row.low is not None)
