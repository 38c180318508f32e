"""The rules that count comparisons and make a verdict of them."""

from __future__ import annotations

import math
from collections.abc import Callable, Iterable, Mapping, Sequence
from typing import Any

import numpy as np
import pandas as pd

from bench.claims.evidence import (
    MIXED,
    OPEN,
    REFUTED,
    SUPPORTED,
    UNDECIDED,
    Results,
    Undecided,
    Verdict,
    open_verdict,
)
from bench.events import Missing
from bench.results import statistics
from bench.results.intervals import number
from bench.results.pairs import ratio_of
from bench.results.selection import shows_a_call
from bench.results.statistics import EQUAL_WITHIN, Ratio
from bench.vocabulary import COMPARED, COMPILED, OTHER, PROBLEM

MOST = 2 / 3
"""Share of the comparisons from which a claim about all of them is supported, or refuted."""
RIVALS = ("eager", "compiled")
"""What is compared within one framework, in the order of the ratio."""
EQUAL = 1.1
"""A ratio whose whole interval lies below this is no gain worth the name."""


def combine(verdicts: Iterable[str]) -> str:
    """Several verdicts on parts of one claim: the one they share, else mixed; parts that are open do not count.

    Raises Missing if no part has data, Undecided if some have and none is decided.
    """
    found = set(verdicts)
    if found <= OPEN:
        raise (Undecided if UNDECIDED in found else Missing)("no part could be decided")
    known = found - OPEN
    return known.pop() if len(known) == 1 else MIXED


def require_decided(parts: Sequence[Mapping[str, Any]], **details: Any) -> None:
    """Raise Undecided, or Missing, for the reason of one of the parts (`verdict`, `reason`) where all of them are open.

    details: what becomes of it in the evidence.
    """
    if {part["verdict"] for part in parts} <= OPEN:
        told = min(parts, key=lambda part: part["verdict"] != UNDECIDED)
        raise (Undecided if told["verdict"] == UNDECIDED else Missing)(told["reason"], **details)


def by_share(for_it: int, against: int, undecided: int) -> str:
    """Supported if at least two thirds of all speak for it, refuted if at least two thirds against, else mixed.

    Raises Missing without any, and Undecided where more than half are: too wide intervals show nothing.
    """
    total = for_it + against + undecided
    if total == 0:
        raise Missing("no comparisons")
    if undecided > total / 2:
        raise Undecided("intervals too wide", undecided=undecided, of=total)
    if for_it >= MOST * total:
        return SUPPORTED
    return REFUTED if against >= MOST * total else MIXED


def by_parts(parts: Sequence[bool]) -> str:
    """Supported if every part holds, refuted if none does, else mixed."""
    if not parts:
        raise Missing("no part could be decided")
    return SUPPORTED if all(parts) else MIXED if any(parts) else REFUTED


Counts = tuple[int, int, int]
"""Votes for a claim, against it, and undecided."""


def gains(
    rows: pd.DataFrame, winner: str, margin: float = 1.0, rivals: tuple[str, str] = COMPARED
) -> tuple[str, dict[str, Any]]:
    """Whether `winner`, one of the rivals, is faster by more than `margin`, by the share of workloads.

    A ratio is the first rival's time over the second's. A workload has one vote, the verdict on the geometric mean of
    its ratios (`votes`): for it if the winner is faster and the whole interval lies beyond the margin; against it if
    both are equal, the other is faster, or the whole interval lies below the margin; undecided otherwise. What cannot
    be told is no evidence against anything, and a step that tells what a call costs (`shows_a_call`) has no part in it.
    Raises Missing where there is nothing to count, Undecided where single trials have no interval.
    """
    compared = rows[(rows["verdict"] != "not comparable") & rows["ratio"].notna()]
    counted = compared[~shows_a_call(compared)]
    if counted.empty:
        raise Missing("no comparisons", not_comparable=len(rows) - len(compared), calls=len(compared))
    if (counted["ratio_low"].isna() | counted["ratio_high"].isna()).all():
        raise Undecided("single runs have no interval", comparisons=len(counted))
    found = votes(counted, rivals)
    speaks = found.apply(lambda vote: _speaks(vote, winner, margin, rivals), axis=1)
    counts = _counts(speaks)
    centre, low, high = _mean(found["ratio"])
    evidence = {
        "comparisons": len(counted),
        "not_comparable": len(rows) - len(compared),
        "calls": len(compared) - len(counted),
        **{f"{rival}_faster": int((counted["verdict"] == f"{rival} faster").sum()) for rival in rivals},
        "equal": int((counted["verdict"] == "equal").sum()),
        "undecided": int((counted["verdict"] == "undecided").sum()),
        "votes": len(found),
        "for": counts[0],
        "against": counts[1],
        "open": counts[2],
        "ratio": centre,
        "ratio_low": low,
        "ratio_high": high,
        "margin": margin,
        "leave_one_out": _leave_one_out(speaks, found["ratio"]),
    }
    try:
        return by_share(*counts), evidence
    except Missing as missing:
        return open_verdict(missing), missing.evidence | evidence


def votes(rows: pd.DataFrame, rivals: tuple[str, str] = COMPARED) -> pd.DataFrame:
    """Workload → the geometric mean of its ratios (`ratio`), the ends of its interval, and the verdict on it.

    rows: columns of the table comparisons, all with a ratio. A workload with one problem has that one's verdict; of
    more, the problems are measured apart, so that the squares of their half-widths add up. A workload of which a
    problem has no interval has none, and is undecided.
    """
    found = {workload: _vote(group, rivals) for workload, group in rows.groupby("workload")}
    return pd.DataFrame.from_dict(found, orient="index", columns=["ratio", "ratio_low", "ratio_high", "verdict"])


def _vote(rows: pd.DataFrame, rivals: tuple[str, str]) -> dict[str, Any]:
    ratio, low, high = mean_of_workload(rows["ratio"], rows["ratio_low"], rows["ratio_high"])
    vote = {"ratio": ratio, "ratio_low": low, "ratio_high": high}
    if len(rows) == 1:
        return vote | {"verdict": rows["verdict"].iloc[0]}
    _, low_90, high_90 = mean_of_workload(rows["ratio"], rows["ratio_low_90"], rows["ratio_high_90"])
    floor, equal_within = number(rows["noise_floor"].max()), number(rows["equal_within"].max())
    mean = Ratio(ratio, low, high, low_90, high_90, trials=0 if low is None else int(rows["trials"].min()))
    return vote | {"verdict": statistics.verdict(mean, None, floor, equal_within or EQUAL_WITHIN, rivals)[0]}


def mean_of_workload(ratios: pd.Series, lows: pd.Series, highs: pd.Series) -> tuple[float, float | None, float | None]:
    """The geometric mean of ratios that were measured apart, and both ends of its interval; None where one has none."""
    logs = np.log(ratios.to_numpy(float))
    halves = np.log(highs.to_numpy(float) / lows.to_numpy(float)) / 2
    centre, half = float(logs.mean()), math.sqrt(float(halves @ halves)) / logs.size
    if not math.isfinite(half):
        return math.exp(centre), None, None
    return math.exp(centre), math.exp(centre - half), math.exp(centre + half)


def _speaks(vote: pd.Series, winner: str, margin: float, rivals: tuple[str, str]) -> str:
    """What a vote says of the claim that `winner` is faster by more than `margin`: for, against, or undecided."""
    if vote["verdict"] == "undecided":
        return "undecided"
    if vote["verdict"] != f"{winner} faster":
        return "against"
    low, high = vote["ratio_low"], vote["ratio_high"]
    if winner == rivals[0]:
        low, high = 1 / high, 1 / low
    return "for" if low > margin else "against" if high < margin else "undecided"


def _counts(speaks: pd.Series) -> Counts:
    won, lost, undecided = (int((speaks == what).sum()) for what in ("for", "against", "undecided"))
    return won, lost, undecided


def _mean(ratios: pd.Series) -> tuple[float | None, float | None, float | None]:
    """The geometric mean over workloads, with the interval over them; None of too few."""
    enough = len(ratios) >= statistics.LEAST_FOR_MEAN
    return statistics.geometric_mean(ratios.to_list()) if enough else (None, None, None)


def _leave_one_out(speaks: pd.Series, ratios: pd.Series) -> dict[str, Any]:
    """What leaving out any single workload would change: from where to where the mean would go, and the verdict.

    `changes`: workload → the verdict without it, where that is another one.
    """
    whole = _verdict(_counts(speaks))
    several = speaks.index if len(speaks) > 1 else []
    without = {workload: _verdict(_counts(speaks.drop(workload))) for workload in several}
    means = [_mean(ratios.drop(workload))[0] for workload in ratios.index]
    known = [mean for mean in means if mean is not None]
    return {
        "least": min(known, default=None),
        "most": max(known, default=None),
        "changes": {str(workload): verdict for workload, verdict in without.items() if verdict != whole},
    }


def _verdict(counts: Counts) -> str:
    try:
        return by_share(*counts)
    except Missing as missing:
        return open_verdict(missing)


def not_slower(rows: pd.DataFrame, who: str, workloads: Sequence[str]) -> tuple[str, dict[str, Any]]:
    """Whether `who` ("jax" or "torch") is strong, which means not slower than the other, by the share of workloads.

    The rule of `gains` for the other framework, turned round: a workload speaks for it if `who` is faster or both are
    equal, against it if the other is faster. Raises Missing, as `gains` does, and where one of the `workloads` was not
    compared.
    """
    compared = rows[(rows["verdict"] != "not comparable") & rows["ratio"].notna()]
    if without := sorted(set(workloads) - set(compared["workload"])):
        raise Missing("a workload was not compared", workloads=without)
    verdict, evidence = gains(rows, OTHER[who])
    changes = {name: _turned(each) for name, each in evidence["leave_one_out"]["changes"].items()}
    by_workload = {
        name: {"comparisons": len(verdicts), "slower": int((verdicts == f"{OTHER[who]} faster").sum())}
        for name, verdicts in compared.groupby("workload")["verdict"]
    }
    return _turned(verdict), evidence | {
        "for": evidence["against"],
        "against": evidence["for"],
        "leave_one_out": evidence["leave_one_out"] | {"changes": changes},
        "workloads": by_workload,
        "tasks": sorted(set(compared["task"])),
    }


def _turned(verdict: str) -> str:
    """The verdict on the opposite of a claim."""
    return {SUPPORTED: REFUTED, REFUTED: SUPPORTED}.get(verdict, verdict)


def gains_by_device(rows: pd.DataFrame, winner: str, margin: float = 1.0) -> Verdict:
    """`gains` on every device, combined; the evidence by device and over all."""
    found = by_device(rows, lambda group: gains(group, winner, margin))
    return Verdict(found.verdict, found.evidence | _overall(rows, winner, margin))


Rule = Callable[[pd.DataFrame], tuple[str, dict[str, Any]]]
"""Rows → a verdict and the evidence for it. May raise Missing."""


def by_device(rows: pd.DataFrame, rule: Rule) -> Verdict:
    """`at_all_sizes` on every device, combined; the evidence by device. One without data leaves it to the others."""
    if rows.empty:
        raise Missing("no comparisons")
    devices: dict[str, Any] = {}
    for device, group in rows.groupby("device"):
        verdict, evidence = at_all_sizes(group, rule)
        devices[str(device)] = evidence | {"verdict": verdict}
    require_decided([*devices.values()], devices=devices)
    return Verdict(combine(evidence["verdict"] for evidence in devices.values()), {"devices": devices})


def at_all_sizes(rows: pd.DataFrame, rule: Rule) -> tuple[str, dict[str, Any]]:
    """What a rule says of all rows, if it says the same at every size that was measured and can be told; else mixed.

    Where there are several, what it says at each is `sizes` in the evidence. A Missing becomes its verdict.
    """
    verdict, evidence = _apply(rule, rows)
    sizes = {str(size): _apply(rule, part)[0] for size, part in rows.groupby("size")}
    if verdict in OPEN or len(sizes) < 2:
        return verdict, evidence
    return combine([verdict, *sizes.values()]), evidence | {"sizes": sizes}


def _apply(rule: Rule, rows: pd.DataFrame) -> tuple[str, dict[str, Any]]:
    try:
        return rule(rows)
    except Missing as missing:
        return open_verdict(missing), missing.evidence


def _overall(rows: pd.DataFrame, winner: str, margin: float) -> dict[str, Any]:
    _, evidence = gains(rows, winner, margin)
    return {key: value for key, value in evidence.items() if key != "reason"}


def within_frameworks(results: Results, runs: pd.DataFrame) -> pd.DataFrame:
    """Compiled against eager within each framework: rows with PROBLEM, framework, mode, and a comparison's columns.

    `ratio` is eager seconds / compiled seconds; the verdicts are those of two `RIVALS` by the rules of the table
    comparisons. p is adjusted over the rows.
    """
    rows: list[dict[str, Any]] = []
    for key, group in runs.groupby([*PROBLEM, "framework"], sort=False):
        where = dict(zip([*PROBLEM, "framework"], key, strict=True))
        eager = group[group["mode"] == "eager"]
        for mode in COMPILED.get(where["framework"], ()):
            compiled = group[group["mode"] == mode]
            if len(eager) and len(compiled):
                found = ratio_of(eager.to_dict("records"), compiled.to_dict("records"))
                rows.append(where | {"mode": mode, "found": found})
    floors = _noise_floors(results)
    equal_within = number(results.own("comparisons")["equal_within"].max()) or EQUAL_WITHIN
    for row, adjusted in zip(rows, statistics.adjust([row["found"].p for row in rows]), strict=True):
        found, floor = row.pop("found"), floors.get(row["device"])
        verdict, _ = statistics.verdict(found, adjusted, floor, equal_within, RIVALS)
        row |= {
            "ratio": found.ratio,
            "ratio_low": found.low,
            "ratio_high": found.high,
            "ratio_low_90": found.low_90,
            "ratio_high_90": found.high_90,
            "trials": found.trials,
            "p": found.p,
            "p_adjusted": adjusted,
            "noise_floor": floor,
            "equal_within": equal_within,
            "verdict": verdict,
        }
    return pd.DataFrame(rows)


def _noise_floors(results: Results) -> dict[str, float]:
    """The noise floor that stands beside this machine's comparisons, by device."""
    frame = results.own("comparisons")
    frame = frame[frame["noise_floor"].notna()]
    return {device: float(group["noise_floor"].max()) for device, group in frame.groupby("device")}
