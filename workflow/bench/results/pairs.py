"""Two variants of a problem over its trials → how many times longer one takes than the other."""

from __future__ import annotations

import math

from bench.results import statistics
from bench.schema import Row
from bench.vocabulary import FURTHER, PROBLEM, TARGET, TWIN


def ratio_of(ours: list[Row], theirs: list[Row]) -> statistics.Ratio:
    """Time of ours over theirs, successful runs both: from the trials in which they took turns, else from all runs."""
    logs = trial_logs(ours, theirs)
    if not logs:
        return statistics.ratio(
            [row["step_seconds"] for row in ours],
            [row["step_seconds"] for row in theirs],
            [row["run"] for row in ours],
            [row["run"] for row in theirs],
        )
    first = [log for trial, log in logs.items() if not is_further(trial)]
    return statistics.paired_ratio(first, [log for trial, log in logs.items() if is_further(trial)])


def is_further(run: int) -> bool:
    """Whether a run belongs to the second stage of the two-stage rule."""
    return run % TWIN >= FURTHER


def first_stage(runs: list[Row]) -> list[Row]:
    """The runs by which modes are held against each other: the second stage measures, at another time, those alone that
    the first chose. All where none is of the first.
    """
    return [row for row in runs if not is_further(row["run"])] or runs


def trial_logs(ours: list[Row], theirs: list[Row]) -> dict[int, float]:
    """Trial → what it says of the logarithm of ours over theirs; trials that say nothing are left out."""
    found = {one["run"]: _trial_log(one, other) for one, other in _together(ours, theirs)}
    return {trial: log for trial, log in found.items() if log is not None}


def later_logs(ours: list[Row], theirs: list[Row]) -> list[float]:
    """By how much the logarithm of ours over theirs changes from the first half of a trial's rounds to the second, a
    number for each trial in which both took turns in at least two rounds. Around 0 where neither is still warming up.
    """
    found = []
    for one, other in _together(ours, theirs):
        if one["task"] == TARGET or not _took_turns(one, other):
            continue
        ratios = by_round(one), by_round(other)
        common = sorted(ratios[0].keys() & ratios[1].keys())
        if half := len(common) // 2:
            first, second = (
                statistics.log_ratio(*({place: side[place] for place in part} for side in ratios))
                for part in (common[:half], common[-half:])
            )
            found.append(second - first)
    return found


def _together(ours: list[Row], theirs: list[Row]) -> list[tuple[Row, Row]]:
    """The rows of both that are of the same trial."""
    others = {row["run"]: row for row in theirs}
    return [(row, others[row["run"]]) for row in ours if row["run"] in others]


def _took_turns(one: Row, other: Row) -> bool:
    return one["paired"] is True and other["paired"] is True and all(one[name] == other[name] for name in PROBLEM)


def _trial_log(one: Row, other: Row) -> float | None:
    """The median over the rounds of one trial in which both took turns; None if they did not.

    On the way to a target a trial's number is the seed that both start from, so that its two times belong together.
    """
    if one["task"] == TARGET:
        return math.log(one["step_seconds"] / other["step_seconds"])
    if not _took_turns(one, other) or not {*one["rounds"]} & {*other["rounds"]}:
        return None
    return statistics.log_ratio(by_round(one), by_round(other))


def by_round(row: Row) -> dict[int, float]:
    """Round → seconds per step."""
    return dict(zip(row["rounds"], row["values"], strict=True))
