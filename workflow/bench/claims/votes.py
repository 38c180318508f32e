"""What a workload says of a claim about times: one vote, made of all its ratios, and where the size turns it."""

from __future__ import annotations

import math
from collections.abc import Callable, Iterator, Sequence
from itertools import chain, combinations, pairwise
from typing import Any

import numpy as np
import pandas as pd

from bench.claims.evidence import Undecided, Verdict
from bench.claims.rules import AGAINST, EQUAL, FOR, MISSING, TURNING, UNTOLD, WHOLE, Ballot, by_device, by_votes
from bench.events import Missing
from bench.results import statistics
from bench.results.curves import LINEAR, crossing
from bench.results.intervals import number
from bench.results.selection import shows_a_call
from bench.results.statistics import EQUAL_WITHIN, Ratio
from bench.vocabulary import COMPARED, OTHER, size_rank

Speak = Callable[[pd.DataFrame], str]
"""Rows of one workload → one of `rules.VOTES`, never TURNING."""
LINE = ["task", "precision"]
"""What is the same in the problems of a workload whose sizes are held against each other."""
LOWER_ENDS = ("ratio_low", "low")
"""What the lower end of an interval is called: in comparisons, in speed-ups. What is timed once has neither."""


def ballot_of(rows: pd.DataFrame, curves: pd.DataFrame, speak: Speak) -> tuple[Ballot, list[dict[str, Any]]]:
    """What every workload says in all, and at each size, and where it says another thing: `turns`.

    rows: of named sizes, with `workload`, `size`, LINE, and what `speak` reads. curves: the same of points, with
    `kind` and `amount` too. Of each part speaks what `with_interval` leaves of it. A workload that speaks for the claim
    at one size, or at one point of a curve, and against it at another has no single vote: it is TURNING. Its entry in
    `turns` names it and the task, two sizes that disagree (`from_size`, `to_size`), what is said at the first (`first`)
    and, between points of a curve of which one framework is ahead at one and the other at the other, the amount at
    which they are equal (`at`).
    """
    ballot: dict[str, dict[str, str]] = {}
    turns: list[dict[str, Any]] = []
    ask = _of_intervals(speak)
    for workload, own in rows.groupby("workload"):
        sizes = {size: ask(part) for size, part in own.groupby("size")}
        along = curves[curves["workload"] == workload]
        turn = next(chain(_between_sizes(own, ask), _along(along, own, ask)), None)
        ballot[str(workload)] = {WHOLE: TURNING if turn else ask(own)} | sizes
        turns += [{"workload": str(workload)} | turn] if turn else []
    return ballot, turns


def with_interval(rows: pd.DataFrame) -> pd.DataFrame:
    """Those problems of each workload that were measured in enough trials for an interval, or all where none was.

    Side tasks may be planned for a single trial, and a mean with one of them would have no interval, however sure the
    others are. How many trials there are decides here, never the ratio.
    """
    known = _has_interval(rows)
    return rows[known | ~known.groupby(rows["workload"]).transform("any")]


def _has_interval(rows: pd.DataFrame) -> pd.Series:
    ends = [name for name in LOWER_ENDS if name in rows]
    return rows[ends].notna().all(axis="columns")


def _of_intervals(speak: Speak) -> Speak:
    return lambda rows: speak(with_interval(rows))


def _between_sizes(rows: pd.DataFrame, speak: Speak) -> Iterator[dict[str, Any]]:
    """The two nearest named sizes of a workload that disagree in the tasks and precisions which both have told of:
    a task that has an interval at one of them alone would hold one mean against that of other tasks.
    """
    sizes = sorted(rows["size"].unique(), key=size_rank)
    lines = {size: with_interval(own).set_index(LINE) for size, own in rows.groupby("size")}
    places = sorted(combinations(range(len(sizes)), 2), key=lambda pair: pair[1] - pair[0])
    for smaller, larger in ((sizes[one], sizes[other]) for one, other in places):
        both = lines[smaller].index.intersection(lines[larger].index)
        said = [speak(lines[size].loc[both].reset_index()) for size in (smaller, larger)] if len(both) else []
        if _opposed(*said):
            yield _turn(None, said[0], smaller, larger)
            return


def _along(curves: pd.DataFrame, named: pd.DataFrame, speak: Speak) -> Iterator[dict[str, Any]]:
    """Where a workload turns along each of its curves, or between its named sizes and a point of a curve."""
    for (task, precision, kind), curve in curves.groupby([*LINE, "kind"]):
        points = [(point, speak(point)) for _, point in curve.groupby("amount")]
        known = [(point, said) for point, said in points if said != UNTOLD]
        steps = [step for step in pairwise(known) if _opposed(step[0][1], step[1][1])]
        for (before, said), (after, _) in steps:
            first, second = ((_first(end, "amount"), _mean_ratio(end)) for end in (before, after))
            found = crossing(first, second, _linear(kind))
            yield _turn(task, said, _first(before, "size"), _first(after, "size"), found)
        same = named[(named["task"] == task) & (named["precision"] == precision)]
        if known and not steps and len(same):
            size = max(same["size"], key=size_rank)
            said = speak(same[same["size"] == size])
            if _opposed(said, known[0][1]):
                yield _turn(task, said, size, _first(known[0][0], "size"))


def _turn(task: str | None, first: str, before: str, after: str, at: float | None = None) -> dict[str, Any]:
    return {"task": task, "first": first, "from_size": before, "to_size": after, "at": at and int(float(f"{at:.2g}"))}


def _opposed(*said: str) -> bool:
    return set(said) == {FOR, AGAINST}


def _first(rows: pd.DataFrame, column: str) -> Any:
    return rows[column].iloc[0]


def _mean_ratio(rows: pd.DataFrame) -> float:
    return float(np.exp(np.log(rows["ratio"].astype(float)).mean()))


def _linear(kind: str) -> bool:
    return kind.rpartition("-")[2] in LINEAR


def mean_of_workload(ratios: pd.Series, lows: pd.Series, highs: pd.Series) -> tuple[float, float | None, float | None]:
    """The geometric mean of ratios that were measured apart, and both ends of its interval; None where one has none.

    The squares of the half-widths add up. With few trials each that is wide, never narrow, for the sum has more degrees
    of freedom than any of its parts: with three trials of each of two to eight ratios the interval covers 99 to 100 %.
    """
    logs = np.log(ratios.to_numpy(float))
    halves = np.log(highs.to_numpy(float) / lows.to_numpy(float)) / 2
    centre, half = float(logs.mean()), math.sqrt(float(halves @ halves)) / logs.size
    if not math.isfinite(half):
        return math.exp(centre), None, None
    return math.exp(centre), math.exp(centre - half), math.exp(centre + half)


def clear_gain(rows: pd.DataFrame) -> str:
    """Whether a speed-up (`ratio`, `low`, `high`) is one: for it if the mean's whole interval lies above 1, against it
    if it lies below 1.1, else undecided.
    """
    _, low, high = mean_of_workload(rows["ratio"], rows["low"], rows["high"])
    if low is None or high is None:
        return UNTOLD
    return FOR if low > 1 else AGAINST if high < EQUAL else UNTOLD


def faster(winner: str, margin: float = 1.0, rivals: tuple[str, str] = COMPARED) -> Speak:
    """Whether `winner`, one of the rivals, is faster by more than `margin`, in the geometric mean of a workload.

    For it if the winner is faster and the whole interval lies beyond the margin; against it if both are equal, the
    other is faster, or the whole interval lies below the margin; undecided otherwise.
    """

    def speak(rows: pd.DataFrame) -> str:
        low, high, verdict = _mean_verdict(rows, rivals)
        if verdict == "undecided":
            return UNTOLD
        if verdict != f"{winner} faster":
            return AGAINST
        if low is None or high is None:
            return UNTOLD
        if winner == rivals[0]:
            low, high = 1 / high, 1 / low
        return FOR if low > margin else AGAINST if high < margin else UNTOLD

    return speak


def not_faster(other: str) -> Speak:
    """Whether `other` ("jax" or "torch") is not faster: `faster` turned round."""
    speak, turned = faster(other), {FOR: AGAINST, AGAINST: FOR, UNTOLD: UNTOLD}
    return lambda rows: turned[speak(rows)]


def _mean_verdict(rows: pd.DataFrame, rivals: tuple[str, str]) -> tuple[float | None, float | None, str]:
    """Both ends of the interval of the geometric mean of a workload's ratios, and the verdict on it.

    rows: columns of the table comparisons, all with a ratio. A single problem has its own verdict. A workload of which
    a problem has no interval has none, and is undecided.
    """
    ratio, low, high = mean_of_workload(rows["ratio"], rows["ratio_low"], rows["ratio_high"])
    if len(rows) == 1:
        return low, high, rows["verdict"].iloc[0]
    _, low_90, high_90 = mean_of_workload(rows["ratio"], rows["ratio_low_90"], rows["ratio_high_90"])
    floor, equal_within = number(rows["noise_floor"].max()), number(rows["equal_within"].max())
    mean = Ratio(ratio, low, high, low_90, high_90, trials=0 if low is None else int(rows["trials"].min()))
    return low, high, statistics.verdict(mean, None, floor, equal_within or EQUAL_WITHIN, rivals)[0]


def counted(rows: pd.DataFrame, rivals: tuple[str, str] = COMPARED) -> pd.DataFrame:
    """The comparisons that count: those with a ratio, without steps that tell what a call costs."""
    compared = rows[(rows["verdict"] != "not comparable") & rows["ratio"].notna()]
    return compared[~shows_a_call(compared, rivals)]


def tally(rows: pd.DataFrame, rivals: tuple[str, str] = COMPARED) -> dict[str, Any]:
    """How many comparisons there are, what they say, how many do not count, and the mean ratio over workloads."""
    compared = rows[(rows["verdict"] != "not comparable") & rows["ratio"].notna()]
    own = counted(rows, rivals)
    centre, low, high = _mean([*_ratios(own).values()])
    return {
        "comparisons": len(own),
        "not_comparable": len(rows) - len(compared),
        "calls": len(compared) - len(own),
        **{f"{rival}_faster": int((own["verdict"] == f"{rival} faster").sum()) for rival in rivals},
        "equal": int((own["verdict"] == "equal").sum()),
        "undecided": int((own["verdict"] == "undecided").sum()),
        "ratio": centre,
        "ratio_low": low,
        "ratio_high": high,
    }


def decided(rows: pd.DataFrame, curves: pd.DataFrame, speak: Speak, rivals: tuple[str, str] = COMPARED) -> Verdict:
    """The verdict by the votes of the workloads in comparisons (`by_votes`), with what they are made of.

    What cannot be told is no evidence against anything, and a step that tells what a call costs has no part in it.
    Raises Missing where there is nothing to count, Undecided where single trials have no interval.
    """
    own, evidence = counted(rows, rivals), tally(rows, rivals)
    if own.empty:
        raise Missing("no comparisons", not_comparable=evidence["not_comparable"], calls=evidence["calls"])
    if (own["ratio_low"].isna() | own["ratio_high"].isna()).all():
        raise Undecided(MISSING, comparisons=len(own))
    found = voted(own, counted(curves, rivals), speak)
    ratios = _ratios(own)
    means = [_mean([ratio for other, ratio in ratios.items() if other != name])[0] for name in ratios]
    known = [mean for mean in means if mean is not None]
    found.evidence["leave_one_out"] |= {"least": min(known, default=None), "most": max(known, default=None)}
    return Verdict(found.verdict, evidence | found.evidence)


def voted(rows: pd.DataFrame, curves: pd.DataFrame, speak: Speak) -> Verdict:
    """`by_votes` of what the workloads say, with where the size turns them, and how many have curves (`along`)."""
    ballot, turns = ballot_of(rows, curves, speak)
    single = {str(name) for name, known in _has_interval(rows).groupby(rows["workload"]) if not known.any()}
    found = by_votes(ballot, single)
    along = len(set(curves["workload"]) & set(ballot))
    return Verdict(found.verdict, found.evidence | {"turns": turns, "along": along})


def _ratios(rows: pd.DataFrame) -> dict[str, float]:
    """The mean ratio of every workload, of what `with_interval` leaves."""
    told = with_interval(rows)
    logs = np.log(told["ratio"].astype(float)).groupby(told["workload"]).mean()
    return {str(workload): math.exp(log) for workload, log in logs.items()}


def _mean(ratios: Sequence[float]) -> tuple[float | None, float | None, float | None]:
    """The geometric mean over workloads, with the interval over them; None of too few."""
    enough = len(ratios) >= statistics.LEAST_FOR_MEAN
    return statistics.geometric_mean(ratios) if enough else (None, None, None)


def gains(rows: pd.DataFrame, curves: pd.DataFrame, winner: str, margin: float = 1.0) -> Verdict:
    """Whether `winner` is faster by more than `margin`, by the votes of workloads, on every device."""
    return by_device(rows, curves, lambda own, along: decided(own, along, faster(winner, margin)))


def strength(rows: pd.DataFrame, curves: pd.DataFrame, who: str, workloads: Sequence[str]) -> Verdict:
    """Whether `who` ("jax" or "torch") is strong, which means not slower than the other, by the votes of workloads.

    A device on which one of the `workloads` was not compared decides nothing.
    """

    def rule(own: pd.DataFrame, along: pd.DataFrame) -> Verdict:
        compared = own[(own["verdict"] != "not comparable") & own["ratio"].notna()]
        if without := sorted(set(workloads) - set(compared["workload"])):
            raise Missing("a workload was not compared", workloads=without)
        found = decided(own, along, not_faster(OTHER[who]))
        by_workload = {
            name: {"comparisons": len(verdicts), "slower": int((verdicts == f"{OTHER[who]} faster").sum())}
            for name, verdicts in compared.groupby("workload")["verdict"]
        }
        return Verdict(found.verdict, found.evidence | {"workloads": by_workload})

    return by_device(rows, curves, rule)


def beside(rows: pd.DataFrame, curves: pd.DataFrame) -> dict[str, Any]:
    """What the times say beside a claim that they do not decide, by device: the counts, the sizes that were `measured`,
    and where the size turns it, PyTorch being as fast at one (`for`), JAX faster at another.
    """
    devices = {}
    for device, own in rows.groupby("device"):
        known, along = counted(own), counted(curves[curves["device"] == device])
        devices[str(device)] = tally(own) | {
            "measured": sorted(own.loc[own["ratio"].notna(), "size"].unique(), key=size_rank),
            "turns": ballot_of(known, along, not_faster("jax"))[1],
        }
    return devices
