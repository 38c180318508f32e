"""The rules that count comparisons and make a verdict of them."""

from __future__ import annotations

from collections.abc import Callable, Iterable, Sequence
from typing import Any

import pandas as pd

from bench.claims.evidence import MIXED, REFUTED, SUPPORTED, UNMEASURED, Results, Verdict
from bench.events import Missing
from bench.results import statistics
from bench.vocabulary import COMPARED, COMPILED, OTHER, PROBLEM

MOST = 2 / 3
"""Share of the comparisons from which a claim about all of them is supported, or refuted."""
RIVALS = ("eager", "compiled")
"""What is compared within one framework, in the order of the ratio."""
EQUAL = 1.1
"""A ratio whose whole interval lies below this is no gain worth the name."""


def combine(verdicts: Iterable[str]) -> str:
    """Several verdicts on parts of one claim: the one they share, else mixed; parts without data do not count.

    Raises Missing if no part has data.
    """
    known = {verdict for verdict in verdicts if verdict != UNMEASURED}
    if not known:
        raise Missing("no part could be decided")
    return known.pop() if len(known) == 1 else MIXED


def by_share(for_it: int, against: int, undecided: int) -> str:
    """Supported if at least two thirds of all speak for it, refuted if at least two thirds against, else mixed.

    Raises Missing without any, and where more than half are undecided: too wide intervals show nothing.
    """
    total = for_it + against + undecided
    if total == 0:
        raise Missing("no comparisons")
    if undecided > total / 2:
        raise Missing("intervals too wide", undecided=undecided, of=total)
    if for_it >= MOST * total:
        return SUPPORTED
    return REFUTED if against >= MOST * total else MIXED


def by_parts(parts: Sequence[bool]) -> str:
    """Supported if every part holds, refuted if none does, else mixed."""
    if not parts:
        raise Missing("no part could be decided")
    return SUPPORTED if all(parts) else MIXED if any(parts) else REFUTED


def gains(
    rows: pd.DataFrame, winner: str, margin: float = 1.0, rivals: tuple[str, str] = COMPARED
) -> tuple[str, dict[str, Any]]:
    """Whether `winner`, one of the rivals, is faster by more than `margin`, by the share of comparisons.

    A ratio is the first rival's time over the second's.

    A comparison speaks for it if its verdict is that the winner is faster and the whole interval lies beyond the
    margin; against it if the whole interval lies below the margin or 1.1, whichever is more; otherwise it is undecided.
    Ties are counted among all. Raises Missing where there is nothing to count, and where single runs have no interval.
    """
    counted = rows[(rows["verdict"] != "not comparable") & rows["ratio"].notna()]
    if counted.empty:
        raise Missing("no comparisons", not_comparable=len(rows))
    sound = counted[counted["ratio_low"].notna() & counted["ratio_high"].notna()]
    if sound.empty:
        raise Missing("single runs have no interval", comparisons=len(counted))
    low, high = sound["ratio_low"], sound["ratio_high"]
    if winner == rivals[0]:
        low, high = 1 / high, 1 / low
    won = (sound["verdict"] == f"{winner} faster") & (low > margin)
    against = ~won & (high < max(margin, EQUAL))
    undecided = ~won & ~against
    enough = len(counted) >= statistics.LEAST_FOR_MEAN
    mean = statistics.geometric_mean(counted["ratio"].to_list()) if enough else (None, None, None)
    centre, centre_low, centre_high = mean
    evidence = {
        "comparisons": len(counted),
        "not_comparable": len(rows) - len(counted),
        **{f"{rival}_faster": int((sound["verdict"] == f"{rival} faster").sum()) for rival in rivals},
        "ties": int((sound["verdict"] == "tie").sum()),
        "for": int(won.sum()),
        "against": int(against.sum()),
        "undecided": int(undecided.sum()),
        "ratio": centre,
        "ratio_low": centre_low,
        "ratio_high": centre_high,
        "margin": margin,
    }
    try:
        return by_share(int(won.sum()), int(against.sum()), int(undecided.sum())), evidence
    except Missing as missing:
        return UNMEASURED, evidence | missing.evidence


def not_slower(rows: pd.DataFrame, who: str, workloads: Sequence[str]) -> tuple[str, dict[str, Any]]:
    """Whether `who` ("jax" or "torch") is strong, which means not slower than the other, by the share of comparisons.

    The rule of `gains` for the other framework, turned round: a comparison speaks for it if the whole interval of the
    other's gain lies below 1.1 (`who` is faster, or it is a tie), against it if the other is faster. Raises Missing,
    as `gains` does, and where one of the `workloads` was not compared.
    """
    compared = rows[(rows["verdict"] != "not comparable") & rows["ratio"].notna()]
    if without := sorted(set(workloads) - set(compared["workload"])):
        raise Missing("a workload was not compared", workloads=without)
    verdict, evidence = gains(rows, OTHER[who])
    turned = {SUPPORTED: REFUTED, REFUTED: SUPPORTED}.get(verdict, verdict)
    by_workload = {
        name: {"comparisons": len(verdicts), "slower": int((verdicts == f"{OTHER[who]} faster").sum())}
        for name, verdicts in compared.groupby("workload")["verdict"]
    }
    return turned, evidence | {
        "for": evidence["against"],
        "against": evidence["for"],
        "workloads": by_workload,
        "tasks": sorted(set(compared["task"])),
    }


def gains_by_device(rows: pd.DataFrame, winner: str, margin: float = 1.0) -> Verdict:
    """`gains` on every device, combined; the evidence by device and over all."""
    found = by_device(rows, lambda group: gains(group, winner, margin))
    return Verdict(found.verdict, found.evidence | _overall(rows, winner, margin))


def by_device(rows: pd.DataFrame, rule: Callable[[pd.DataFrame], tuple[str, dict[str, Any]]]) -> Verdict:
    """A rule on every device, combined; the evidence by device. A device without data leaves it to the others."""
    if rows.empty:
        raise Missing("no comparisons")
    devices: dict[str, Any] = {}
    for device, group in rows.groupby("device"):
        try:
            verdict, evidence = rule(group)
        except Missing as missing:
            verdict, evidence = UNMEASURED, missing.evidence
        devices[str(device)] = evidence | {"verdict": verdict}
    verdicts = [evidence["verdict"] for evidence in devices.values()]
    if set(verdicts) == {UNMEASURED}:
        raise Missing(next(iter(devices.values()))["reason"], devices=devices)
    return Verdict(combine(verdicts), {"devices": devices})


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
                rows.append(where | {"mode": mode} | _ratio_of_runs(eager, compiled))
    floors = _noise_floors(results)
    for row, adjusted in zip(rows, statistics.adjust([row["p"] for row in rows]), strict=True):
        floor = floors.get(row["device"])
        verdict = statistics.verdict(row["ratio"], row["ratio_low"], row["ratio_high"], adjusted, floor, RIVALS)
        row |= {"p_adjusted": adjusted, "noise_floor": floor, "verdict": verdict}
    return pd.DataFrame(rows)


def _ratio_of_runs(first: pd.DataFrame, second: pd.DataFrame) -> dict[str, Any]:
    found = statistics.ratio(
        first["step_seconds"].to_list(),
        second["step_seconds"].to_list(),
        first["run"].to_list(),
        second["run"].to_list(),
    )
    return {"ratio": found.ratio, "ratio_low": found.low, "ratio_high": found.high, "p": found.p}


def _noise_floors(results: Results) -> dict[str, float]:
    """The largest noise floor that stands beside this machine's comparisons, by device."""
    frame = results.own("comparisons")
    frame = frame[frame["noise_floor"].notna()]
    return {device: float(group["noise_floor"].max()) for device, group in frame.groupby("device")}
