"""Runs → the table `noise`, what every variant that was measured as two differs from itself, and the noise floor."""

from __future__ import annotations

import math
from collections.abc import Iterable

import numpy as np
import pandas as pd

from bench.results.cells import grouped
from bench.results.intervals import Interval
from bench.results.pairs import later_logs, ratio_of
from bench.results.statistics import Floor, Ratio, geometric_mean, noise_floor
from bench.schema import Row
from bench.vocabulary import CELL, COMPARED, PROBLEM, TWIN


def noise_rows(runs: Iterable[Row]) -> list[Row]:
    """Every variant that was measured as two: the ratio of its two series."""
    rows = []
    for key, group in grouped((row for row in runs if row["status"] == "ok"), CELL).items():
        series = _twin_series(group)
        if all(series):
            found = ratio_of(*series)
            rows.append(
                dict(zip(CELL, key, strict=True))
                | {
                    "ratio": found.ratio,
                    "ratio_low": found.low,
                    "ratio_high": found.high,
                    "runs": found.trials,
                    "error": found.error,
                    "degrees": found.degrees,
                }
            )
    return rows


def _twin_series(runs: Iterable[Row]) -> tuple[list[Row], list[Row]]:
    ordered = sorted(runs, key=lambda row: row["run"])
    twins = [row | {"run": row["run"] - TWIN} for row in ordered if row["run"] >= TWIN]
    trials = {row["run"] for row in twins}
    return [row for row in ordered if row["run"] in trials], twins


def floors(noise: Iterable[Row]) -> dict[str, Floor]:
    """Device → its noise floor, from the rows of the table `noise` of one machine; devices without one are left out."""
    found = {
        device: noise_floor([_twin(row) for row in rows]) for (device,), rows in grouped(noise, ["device"]).items()
    }
    return {device: floor for device, floor in found.items() if floor is not None}


def _twin(row: Row) -> Ratio:
    """The ratio of a row, as it comes from the runs or from a data frame, where what is missing is NaN."""
    low, high, error, degrees = (
        None if row[column] is None or math.isnan(row[column]) else row[column]
        for column in ("ratio_low", "ratio_high", "error", "degrees")
    )
    return Ratio(row["ratio"], low, high, trials=row["runs"], error=error, degrees=degrees)


def later_ratio(comparisons: pd.DataFrame, runs: pd.DataFrame) -> Interval | None:
    """What becomes of the ratio while a trial lasts: that of the second half of its rounds over that of the first, with
    one vote for each comparison (the mean over its trials). 1 where neither side is still warming up, whatever the
    machine does to both. None where no trial has rounds of both.
    """
    series = grouped(runs.to_dict("records"), CELL)
    changes = []
    for row in comparisons.to_dict("records"):
        problem = [row[column] for column in PROBLEM]
        sides = [series.get((*problem, framework, row[f"{framework}_mode"]), []) for framework in COMPARED]
        if logs := later_logs(*sides):
            changes.append(math.exp(np.mean(logs)))
    return Interval(*geometric_mean(changes)) if changes else None
