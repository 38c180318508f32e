"""What scaling curves say: whether throughput grows with the size."""

from __future__ import annotations

import math
from collections import Counter
from collections.abc import Mapping, Sequence
from typing import Any

import pandas as pd

from bench import series
from bench.claims.rules import EQUAL
from bench.results.curves import saturation, slope
from bench.results.intervals import number

LEAST_POINTS = 4
"""Sizes that a scaling curve needs to be judged."""


def scaling_curves(points: pd.DataFrame) -> list[dict[str, Any]]:
    """What each scaling curve says: its problem, framework, and what `growth` finds; curves of few points left out.

    points: rows of `Results.curve_cells`; those whose operations are not counted have no throughput and are left out.
    At every size the fastest mode of the framework counts.
    """
    columns = ["workload", "task", "precision", "device", "kind", "framework"]
    fastest = points[points["flops"] > 0].sort_values("step_seconds").drop_duplicates([*columns, "family", "amount"])
    rows = []
    for key, group in fastest.groupby(["family", *columns], sort=True):
        if len(group) >= LEAST_POINTS:
            rows.append(dict(zip(columns, key[1:], strict=True)) | growth(group.sort_values("amount")))
    return rows


def growth(curve: pd.DataFrame) -> dict[str, Any]:
    """Whether the throughput of one scaling curve, sorted by `amount`, grows with the size.

    Throughput is analytic operations per second, so that batch, width and length are measured alike. `gain`: at the
    largest size in units of that at the smallest. `slope`: of log time over log size in the upper half of the points.
    `filled_at`: the first size with 95 % of the highest throughput; None if that is the last. `speaks`: "for" if the
    interval of the gain lies above 1.1 and the last throughput may be within a factor of 1.1 of the highest, "against"
    if the interval lies below 1.1 or the throughput has fallen for certain, else "undecided". The interval's ends are
    those of the least favourable pair of times.
    """
    work = curve["flops"].to_numpy(float)
    low, seconds, high = (curve[f"step_seconds{end}"].to_numpy(float) for end in ("_low", "", "_high"))
    amounts, throughput = curve["amount"].to_numpy(float), work / seconds
    filled = saturation(amounts, throughput)
    gain_low, gain_high = (
        float(work[-1] / last * first / work[0]) for last, first in ((high[-1], low[0]), (low[-1], high[0]))
    )
    fell = float(pd.Series(work / high).max() / (work[-1] / low[-1])) > EQUAL  # one trial has no interval
    speaks = (
        "undecided"
        if not math.isfinite(gain_low) or not math.isfinite(gain_high)
        else "against"
        if fell or gain_high < EQUAL
        else "for"
        if gain_low > EQUAL
        else "undecided"
    )
    return {
        "points": len(curve),
        "slope": slope(amounts, seconds),
        "gain": float(throughput[-1] / throughput[0]),
        "gain_low": number(gain_low),
        "gain_high": number(gain_high),
        "filled_at": None if filled is None else int(filled),
        "speaks": speaks,
    }


def grows(curves: Sequence[Mapping[str, Any]]) -> dict[str, Any]:
    """How many scaling curves say that throughput grows with the size, and by how much it does in the median.

    `single`: how many of the undecided ones have no interval, and so could not be told whatever they did.
    """
    counts = Counter(curve["speaks"] for curve in curves)
    return {
        "curves": len(curves),
        "for": counts["for"],
        "against": counts["against"],
        "undecided": counts["undecided"],
        "single": sum(curve["speaks"] == "undecided" and curve["gain_low"] is None for curve in curves),
        "filled": sum(curve["filled_at"] is not None for curve in curves),
        "gain": series.median([curve["gain"] for curve in curves]),
    }
