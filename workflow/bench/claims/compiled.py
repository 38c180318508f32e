"""Compiled against eager within each framework."""

from __future__ import annotations

from typing import Any

import pandas as pd

from bench.claims.evidence import Results, Verdict
from bench.claims.rules import by_device, by_framework, judged_part
from bench.claims.votes import decided, faster
from bench.events import Missing
from bench.results import statistics
from bench.results.intervals import number
from bench.results.pairs import ratio_of
from bench.results.selection import points
from bench.results.statistics import EQUAL_WITHIN
from bench.vocabulary import COMPARED, COMPILED, PROBLEM, SIZES

RIVALS = ("eager", "compiled")
"""What is compared within one framework, in the order of the ratio."""


def compiled_against_eager(results: Results, runs: pd.DataFrame) -> Verdict:
    """Whether compiled steps are faster, by the votes of workloads within each framework, per device; both are needed.

    runs: at named sizes, which vote, and along scaling curves.
    """
    rows = within_frameworks(results, runs)
    if rows.empty:
        raise Missing("no comparisons")
    named, curves = rows[rows["size"].isin(SIZES)], points(rows)
    return by_framework(
        {
            framework: judged_part(
                by_device, named[named["framework"] == framework], curves[curves["framework"] == framework], _faster
            )
            for framework in COMPARED
        }
    )


def _faster(rows: pd.DataFrame, curves: pd.DataFrame) -> Verdict:
    return decided(rows, curves, faster("compiled", rivals=RIVALS), RIVALS)


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
                seconds = [own["step_seconds"].median() for own in (eager, compiled)]
                columns = dict(zip((f"{rival}_seconds" for rival in RIVALS), seconds, strict=True))
                rows.append(where | columns | {"mode": mode, "found": found})
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
