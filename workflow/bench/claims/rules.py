"""The rules that make a verdict of parts of a claim, and of the votes of workloads."""

from __future__ import annotations

from collections import Counter
from collections.abc import Callable, Collection, Iterable, Mapping, Sequence
from typing import Any

import pandas as pd

from bench.claims.evidence import MIXED, OPEN, REFUTED, SUPPORTED, UNDECIDED, Undecided, Verdict, open_verdict
from bench.events import Missing
from bench.vocabulary import size_rank

MOST = 2 / 3
"""Share of the votes from which a claim is supported, or refuted."""
LEAST_WORKLOADS = 5
"""Workloads that have to vote before a claim is supported or refuted: fewer are a sample of the author's taste."""
EQUAL = 1.1
"""A ratio whose whole interval lies below this is no gain worth the name."""

FOR, AGAINST, UNTOLD, TURNING = VOTES = ("for", "against", "undecided", "turning")
"""What a workload says of a claim: for it, against it, not to be told, or the one at one size and the other at another.
"""
WIDE, MISSING, WIDE_OR_MISSING, TOO_FEW = REASONS = (
    "intervals too wide",
    "single runs have no interval",
    "intervals too wide or missing",
    "too few workloads",
)
"""Why votes decide nothing: for what most of them lack, or for what no interval would give so few of them."""
WHOLE = "whole"
"""The key of what a workload says of all its problems together, beside what it says at each size."""
Ballot = Mapping[str, Mapping[str, str]]
"""Workload → `WHOLE` or a size → one of `VOTES`."""


def combine(verdicts: Iterable[str]) -> str:
    """Several verdicts on parts of one claim: the one they share, else mixed; parts that are open do not count.

    Raises Missing if no part has data, Undecided if some have and none is decided.
    """
    found = set(verdicts)
    if found <= OPEN:
        raise (Undecided if UNDECIDED in found else Missing)("no part could be decided")
    known = found - OPEN
    return known.pop() if len(known) == 1 else MIXED


def combine_all(needed: Iterable[str], others: Iterable[str] = ()) -> str:
    """`combine` of parts of which some are needed: undecided where one of those is open."""
    known = [*needed]
    return UNDECIDED if OPEN & {*known} else combine([*known, *others])


def require_decided(parts: Sequence[Mapping[str, Any]], **details: Any) -> None:
    """Raise Undecided, or Missing, for the reason of one of the parts (`verdict`, `reason`) where all of them are open
    for one. Few workloads that all vote alike have none: what they say is told, and decides nothing.

    details: what becomes of it in the evidence.
    """
    if {part["verdict"] for part in parts} <= OPEN and all("reason" in part for part in parts):
        told = min(parts, key=lambda part: part["verdict"] != UNDECIDED)
        raise (Undecided if told["verdict"] == UNDECIDED else Missing)(told["reason"], **details)


def by_parts(parts: Sequence[bool]) -> str:
    """Supported if every part holds, refuted if none does, else mixed."""
    if not parts:
        raise Missing("no part could be decided")
    return SUPPORTED if all(parts) else MIXED if any(parts) else REFUTED


def by_share(for_it: int, against: int, undecided: int, turning: int = 0) -> str:
    """Supported if at least two thirds of all speak for it, refuted if at least two thirds against, else mixed.

    Raises Missing without any, and Undecided where more than half are: too wide intervals show nothing.
    """
    total = for_it + against + undecided + turning
    if total == 0:
        raise Missing("no comparisons")
    if undecided > total / 2:
        raise Undecided(WIDE, undecided=undecided, of=total)
    if for_it >= MOST * total:
        return SUPPORTED
    return REFUTED if against >= MOST * total else MIXED


def by_votes(ballot: Ballot, single: Collection[str] = ()) -> Verdict:
    """The verdict of workloads, each with one vote: the rule of whatever is said of more than one of them.

    By their share the claim is supported from two thirds of all votes, refuted from two thirds against it, else mixed,
    as where a size says another thing than all together. Supported or refuted it is only if at least `LEAST_WORKLOADS`
    voted and leaving out any single one of them changes nothing; else mixed, or undecided where fewer voted and none of
    them against the others.

    The evidence: the counts of the votes, and the `ballot`, what each workload says; `share`, the verdict before these
    two conditions; `sizes`, the votes and the verdict at every size, which decides nothing where fewer than
    `LEAST_WORKLOADS` voted; `leave_one_out`, `changes`: workload → the verdict without it, where that is another one.
    Where nothing can be decided, the verdict says so, and the evidence has the `reason`. single: the workloads that
    nothing was measured of in more than one trial.
    """
    counts = Counter(said[WHOLE] for said in ballot.values())
    sizes = sorted({size for said in ballot.values() for size in said} - {WHOLE}, key=size_rank)
    evidence: dict[str, Any] = {
        "votes": len(ballot),
        "for": counts[FOR],
        "against": counts[AGAINST],
        "open": counts[UNTOLD],
        "turning": counts[TURNING],
        "least": LEAST_WORKLOADS,
        "most": MOST,
        "ballot": {name: said[WHOLE] for name, said in ballot.items()},
        "sizes": {
            size: {"votes": sum(size in said for said in ballot.values()), "verdict": _known(_share_at, ballot, size)}
            for size in sizes
        },
    }
    try:
        share = _share(ballot)
    except Missing as missing:
        share, evidence = open_verdict(missing), evidence | missing.evidence
        if share == UNDECIDED:
            evidence["reason"] = _why_untold(ballot, single)
    names = ballot if len(ballot) > 1 else ()
    without = {name: _known(_share, {other: said for other, said in ballot.items() if other != name}) for name in names}
    changes = {name: verdict for name, verdict in without.items() if verdict != share}
    evidence |= {"share": share, "leave_one_out": {"changes": changes}}
    if share not in (SUPPORTED, REFUTED):
        return Verdict(share, evidence)
    if len(ballot) < LEAST_WORKLOADS:
        contested = counts[TURNING] or (counts[FOR] and counts[AGAINST])
        return Verdict(MIXED if contested else UNDECIDED, evidence)
    return Verdict(MIXED if changes else share, evidence)


def _why_untold(ballot: Ballot, single: Collection[str]) -> str:
    """Why more than half of the votes are undecided; of few workloads, that no interval would make them decide."""
    untold = {name for name, said in ballot.items() if said[WHOLE] == UNTOLD}
    if len(ballot) < LEAST_WORKLOADS:
        return TOO_FEW
    if untold <= set(single):
        return MISSING
    return WIDE_OR_MISSING if untold & set(single) else WIDE


def _share(ballot: Ballot) -> str:
    """The verdict by the share of votes, mixed where a size at which enough workloads voted says another thing."""
    whole = _share_at(ballot, WHOLE)
    counts = Counter(size for said in ballot.values() for size in said if size != WHOLE)
    enough = [size for size, votes in counts.items() if votes >= LEAST_WORKLOADS]
    return combine([whole, *(_known(_share_at, ballot, size) for size in enough)])


def _share_at(ballot: Ballot, where: str) -> str:
    counts = Counter(said[where] for said in ballot.values() if where in said)
    return by_share(*(counts[vote] for vote in VOTES))


def _known(rule: Callable[..., str], *arguments: Any) -> str:
    """The verdict of a rule, or that where no judgement is possible."""
    try:
        return rule(*arguments)
    except Missing as missing:
        return open_verdict(missing)


Rule = Callable[[pd.DataFrame, pd.DataFrame], Verdict]
"""Rows at named sizes, and those along scaling curves → a verdict and the evidence for it. May raise Missing."""


def by_device(rows: pd.DataFrame, curves: pd.DataFrame, rule: Rule) -> Verdict:
    """A rule on every device, combined; the evidence by device. One without data leaves it to the others."""
    if rows.empty:
        raise Missing("no comparisons")
    devices = {
        str(device): judged_part(rule, own, curves[curves["device"] == device])
        for device, own in rows.groupby("device")
    }
    require_decided([*devices.values()], devices=devices)
    said = {found["verdict"] for found in devices.values()}
    return Verdict(UNDECIDED if said <= OPEN else combine(said), {"devices": devices})


def by_framework(frameworks: Mapping[str, Mapping[str, Any]]) -> Verdict:
    """The verdicts on frameworks, combined; one that is open leaves the claim open: both are needed."""
    for found in frameworks.values():
        require_decided([found], frameworks=frameworks)
    return Verdict(combine_all(found["verdict"] for found in frameworks.values()), {"frameworks": dict(frameworks)})


def judged_part(rule: Callable[..., Verdict], *arguments: Any) -> dict[str, Any]:
    """The evidence of a part of a claim with its `verdict`; of a Missing, that which it becomes, and its reason."""
    try:
        found = rule(*arguments)
    except Missing as missing:
        return missing.evidence | {"verdict": open_verdict(missing)}
    return found.evidence | {"verdict": found.verdict}
