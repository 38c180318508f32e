"""Which rows of the tables count for what, and in which order they are shown: pure.

Only successful measurements with a number are taken; what is missing is left out here, so that nothing after this
module has to know about missing data.
"""

from __future__ import annotations

from typing import Any

import numpy as np
import pandas as pd

from bench.catalogue import known, shown_tasks
from bench.results import statistics
from bench.results.intervals import Interval, missing
from bench.results.tables import Tables
from bench.vocabulary import (
    APART,
    CALL_SECONDS,
    COMPARED,
    MANY_STEPS,
    OWN,
    PRECISIONS,
    PROBLEM,
    SIZES,
    SWEEP,
    TARGET,
    TWIN,
    VARIANT_ORDER,
    size_rank,
)

SAME = [column for column in PROBLEM if column != "hardware"]
"""What names a problem, whatever the machine."""


def own_first(frame: pd.DataFrame, own: str) -> pd.DataFrame:
    """The rows sorted by machine (this one first), family, workload and the order of the workload's tasks."""

    def rank(row: Any) -> tuple[Any, ...]:
        tasks = known(row.workload, row.family).tasks
        task = tasks.index(row.task) if row.task in tasks else len(tasks)
        return (
            row.hardware != own,
            row.hardware,
            row.family,
            known(row.workload, row.family).section,
            row.workload,
            row.device,
            task,
            row.task,
            size_rank(row.size),
            PRECISIONS.index(row.precision),
            VARIANT_ORDER.get((getattr(row, "framework", ""), getattr(row, "mode", "")), 0),
        )

    order = sorted(range(len(frame)), key=[rank(row) for row in frame.itertuples()].__getitem__)
    return frame.iloc[order]


def at_named_sizes(frame: pd.DataFrame) -> pd.DataFrame:
    """The rows at small, medium and the like: a point of a scaling curve is no problem of its own."""
    return frame[frame["size"].isin(SIZES)]


def best(tables: Tables, own: str) -> pd.DataFrame:
    """Best mode against best mode: one comparison per problem at a named size, sorted."""
    frame = at_named_sizes(tables.frame("comparisons"))
    frame = frame.assign(ratio=frame["ratio"].where(frame["ratio"] > 0))
    return own_first(frame[frame["best"].fillna(False).astype(bool)], own)


def counted(frame: pd.DataFrame) -> pd.DataFrame:
    """The rows that count in summaries: all but the user's own workloads."""
    return frame[frame["family"] != OWN]


def main_problems(frame: pd.DataFrame, *apart: str) -> pd.DataFrame:
    """One problem per machine, workload and device (and `apart`): main task, first precision, largest size."""

    def rank(row: Any) -> tuple[int, ...]:
        tasks, precisions = shown_tasks(row.workload, row.family), known(row.workload, row.family).precisions
        return (
            missing(getattr(row, "ratio", 1)),
            tasks.index(row.task) if row.task in tasks else len(tasks),
            precisions.index(row.precision) if row.precision in precisions else len(precisions),
            row.size not in SIZES,
            -size_rank(row.size)[0],
        )

    chosen: dict[tuple[str, ...], tuple[tuple[int, ...], tuple[str, ...]]] = {}
    for row in frame.itertuples():
        key = tuple(getattr(row, column) for column in ("hardware", "workload", "device", *apart))
        candidate = (rank(row), tuple(getattr(row, column) for column in PROBLEM))
        if key not in chosen or candidate < chosen[key]:
            chosen[key] = candidate
    wanted = {problem for _, problem in chosen.values()}
    keep = [tuple(row) in wanted for row in frame[PROBLEM].itertuples(index=False, name=None)]
    return frame[np.asarray(keep, dtype=bool)]


def largest(found: pd.DataFrame) -> pd.DataFrame:
    """The rows at one size and precision per machine, workload, task and device: the largest size, the first precision.

    What has a ratio goes before what has none, where the frame has ratios.
    """

    def rank(row: Any) -> tuple[int, ...]:
        precisions = known(row.workload, row.family).precisions
        return (
            missing(getattr(row, "ratio", 1)),
            precisions.index(row.precision) if row.precision in precisions else len(precisions),
            -size_rank(row.size)[0],
            PRECISIONS.index(row.precision),
        )

    if not len(found):
        return found
    ranks = [rank(row) for row in found.itertuples()]
    keys = list(found[["hardware", "workload", "task", "device"]].itertuples(index=False, name=None))
    least: dict[tuple[Any, ...], tuple[int, ...]] = {}
    for key, place in zip(keys, ranks, strict=True):
        least[key] = min(place, least.get(key, place))
    return found.loc[[place == least[key] for key, place in zip(keys, ranks, strict=True)]]


def at_shared_sizes(frame: pd.DataFrame) -> pd.DataFrame:
    """Of each task on a device the problems that all machines with that task have, so that machines stand beside each
    other at one size; all of them where they have none in common.
    """
    task = ["family", "workload", "task", "device"]
    machines = frame.groupby(task)["hardware"].transform("nunique")
    shared = frame.groupby(SAME)["hardware"].transform("nunique") == machines
    some = shared.groupby([frame[column] for column in task]).transform("any")
    return frame[shared | ~some]


def shows_a_call(rows: pd.DataFrame, rivals: tuple[str, str] = COMPARED) -> pd.Series:
    """Of each comparison whether a call of either rival, where it was timed, tells no more than what a call costs."""
    columns = [f"{rival}_seconds" for rival in rivals]
    shortest = rows.reindex(columns=columns).astype(float).min(axis=1)
    return shortest < [
        CALL_SECONDS * known(row.workload, row.family).calls.get(row.task, 1) for row in rows.itertuples()
    ]


def mean_ratio(rows: pd.DataFrame) -> Interval | None:
    """The geometric mean of the ratios, each workload counting once, however many tasks it has; None of too few. What
    tells the cost of a call is left out.
    """
    rows = rows[~shows_a_call(rows)]
    logs = np.log(rows["ratio"].astype(float)).groupby(rows["workload"]).mean()
    enough = len(logs) >= statistics.LEAST_FOR_MEAN
    return Interval(*statistics.geometric_mean(np.exp(logs))) if enough else None


def exact(frame: pd.DataFrame) -> pd.DataFrame:
    """The rows without the tasks whose random numbers each framework draws itself: they agree as moments do."""
    drawn = [row.task in known(row.workload, row.family).drawn_tasks for row in frame.itertuples()]
    return frame[~np.asarray(drawn, dtype=bool)]


def sound_runs(tables: Tables) -> pd.DataFrame:
    """Successful runs whose values are times of a step at a named size, without the twins of A/A comparisons."""
    return steps(successful_runs(tables.frame("runs")))


def side_by_side(frame: pd.DataFrame, own: str) -> pd.DataFrame:
    """The rows of `own_first` with the machines of one problem next to each other."""
    ordered = own_first(frame, own)
    place = {key: place for place, key in enumerate(dict.fromkeys(ordered[SAME].itertuples(index=False, name=None)))}
    keys = [place[key] for key in ordered[SAME].itertuples(index=False, name=None)]
    return ordered.iloc[sorted(range(len(ordered)), key=keys.__getitem__)]


def cells(tables: Tables, own: str) -> pd.DataFrame:
    """The cells of the workloads, sorted; what measures the machine itself, and the public cases, are left out."""
    frame = tables.frame("cells")
    return own_first(frame[~frame["family"].isin(APART)], own)


def sound_cells(tables: Tables, own: str) -> pd.DataFrame:
    """The cells with a time per step at a named size, sorted."""
    return steps(successful_cells(cells(tables, own)))


def steps(frame: pd.DataFrame) -> pd.DataFrame:
    """The rows that tell the time of a step in a call of its own at a named size: no point of a curve, no way to a
    target, no peak, no public case.
    """
    return one_step(at_named_sizes(frame)[lambda rows: (rows["task"] != TARGET) & ~rows["family"].isin(APART)])


def one_step(frame: pd.DataFrame) -> pd.DataFrame:
    """The rows without the modes that take many steps in one call, where there are modes."""
    if "mode" not in frame:
        return frame
    keep = [variant not in MANY_STEPS for variant in zip(frame["framework"], frame["mode"], strict=True)]
    return frame[np.asarray(keep, dtype=bool)]


def points(frame: pd.DataFrame) -> pd.DataFrame:
    """The rows at points of scaling curves, with what is scaled (`kind`) and how far (`amount`)."""
    point = frame["size"].astype(str).str.extract(f"^{SWEEP.pattern}$")
    frame = one_step(frame.assign(kind=point[0], amount=pd.to_numeric(point[1])))
    return frame[frame["kind"].notna() & (frame["task"] != TARGET) & ~frame["family"].isin(APART)]


def successful_runs(frame: pd.DataFrame) -> pd.DataFrame:
    """The runs that went well, without the twins of A/A comparisons."""
    return frame[(frame["status"] == "ok") & (frame["run"] < TWIN)]


def successful_cells(frame: pd.DataFrame) -> pd.DataFrame:
    """The cells that went well and have a time."""
    return frame[(frame["status"] == "ok") & frame["step_seconds"].notna()]
