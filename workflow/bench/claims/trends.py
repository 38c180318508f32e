"""The claims of section 8, trends and challenges."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

import pandas as pd

from bench.claims.curves import grows, scaling_curves
from bench.claims.evidence import FORECAST, MIXED, OPINION, Results, Undecided, Verdict, claim
from bench.claims.rules import EQUAL, WIDE, by_parts
from bench.claims.shared import parity_summary, told_ratios
from bench.events import Event, Missing
from bench.results import outcomes, ratios
from bench.results.intervals import number
from bench.vocabulary import COMPARED


@claim("trend-scale")
def both_keep_improving_for_large_data(results: Results) -> Verdict:
    """A forecast. Beside it stands whether the throughput (operations per second) of both grows with the size, within
    the measured range of what a workload can grow in (batch, width, elements, paths and so on). A scaling curve, with
    the fastest mode at every size, speaks for it if the throughput at the largest size is more than 1.1 times that at
    the smallest and has not fallen by as much from its highest, against it otherwise, where the intervals allow to
    tell; per device and framework.
    """
    curves = scaling_curves(results.curve_cells())
    if not curves:
        raise Missing("no scaling curves")
    devices = {
        device: {
            framework: grows(own)
            for framework in COMPARED
            if (own := [curve for curve in curves if (curve["device"], curve["framework"]) == (device, framework)])
        }
        for device in sorted({curve["device"] for curve in curves})
    }
    return Verdict(FORECAST, {"devices": devices, "curves": [_short(curve) for curve in curves]})


def _short(entry: Mapping[str, Any]) -> dict[str, Any]:
    """The entry with its numbers cut to four digits, which is what a long list has room for."""
    return {key: float(f"{value:.4g}") if isinstance(value, float) else value for key, value in entry.items()}


@claim("trend-platforms")
def more_platforms_will_be_supported(results: Results) -> Verdict:
    """A forecast, which metadata of today cannot decide; they are recorded beside it."""
    found = {
        framework: {
            name: results.event("packages", framework, name).text
            for name in ("version", "wheel", "backends", "devices")
        }
        for framework in COMPARED
    }
    return Verdict(FORECAST, {"reason": "a forecast cannot be decided", "today": found})


PRECISIONS = (outcomes.BASE, outcomes.SCHEME)
MOST_LOST = 0.01
"""Share of the test images that int8 may get wrong beyond those that float32 does."""


@claim("trend-compression")
def inference_in_int8_pays(results: Results) -> Verdict:
    """What will matter is a forecast; what can be measured is whether int8 pays in the inference of one trained model.
    Per framework four things: the arrays of the model take less than half the bytes; test accuracy falls by no more
    than one percentage point; one image, and 256 at once, take less time than in float32, the fastest way of each. Of a
    time it holds if the whole interval of the ratio, over the rounds of one process, lies above 1, else does not if the
    whole interval lies below 1.1. Supported if all hold in both frameworks, refuted if none does, mixed if some do and
    some do not, undecided where a time that cannot be told could make it another. Int8 sums that are not exact, or
    logits beyond the tolerance, decide nothing.
    """
    frameworks = {framework: _compressed(results, framework) for framework in COMPARED}
    parts = [part for entry in frameworks.values() for part in entry["holds"].values()]
    verdict = by_parts([part for part in parts if part is not None])
    if None in parts and verdict != MIXED:
        raise Undecided(WIDE, frameworks=frameworks)
    return Verdict(verdict, {"frameworks": frameworks, "most_lost": MOST_LOST})


def _compressed(results: Results, framework: str) -> dict[str, Any]:
    """What holds of one framework (None where it cannot be told), and the numbers that say so."""
    events = results.events("quantisation", framework)
    names = ["product", *(f"{what}.{which}" for what in ("logits", "bytes", "accuracy") for which in PRECISIONS)]
    found = {name: results.event("quantisation", framework, name) for name in names}
    if failed := [event for event in found.values() if not event.ran]:
        raise Missing("the example failed", message=failed[0].first_line())
    size, right = ({which: found[f"{what}.{which}"].number() for which in PRECISIONS} for what in ("bytes", "accuracy"))
    times = {batch: _gain(events, batch) for batch in outcomes.BATCHES}
    base, scheme = PRECISIONS
    return {
        "bytes": size,
        "accuracy": right,
        "changed": found[f"accuracy.{scheme}"].data()["changed"],
        "times": times,
        "holds": {
            "bytes": size[scheme] < size[base] / 2,
            "accuracy": right[scheme] >= right[base] - MOST_LOST,
            **{batch: _faster(entry["ratio_low"], entry["ratio_high"]) for batch, entry in times.items()},
        },
    }


def _gain(events: Mapping[str, Event], batch: str) -> dict[str, Any]:
    """The seconds of the fastest way in each precision, and how many times faster int8 is."""
    ways = outcomes.ways_of_inference(events)
    chosen = {which: outcomes.fastest_way(ways, which, batch) for which in PRECISIONS}
    base, scheme = chosen.values()
    if base is None or scheme is None:
        raise Missing("the example was not reached", example=f"quantisation seconds.{batch}")
    gain = scheme.gains[batch]
    return {
        **{which: {"way": way.name, "seconds": way.seconds[batch]} for which, way in chosen.items() if way},
        "ratio": gain.value,
        "ratio_low": gain.low,
        "ratio_high": gain.high,
    }


def _faster(low: float | None, high: float | None) -> bool | None:
    """Whether a ratio is a gain; None where its interval, or having none, leaves that open."""
    if low is None or high is None:
        return None
    return True if low > 1 else False if high < EQUAL else None


@claim("trend-automl")
def rates_are_trained_at_once(results: Results) -> Verdict:
    """A forecast. Beside it stands whether the frameworks' own vmap makes a search over learning rates faster: the time
    of a loop over the models over that of all at once, the fastest mode of each. Per framework a problem speaks for it
    if the whole interval lies above 1, else against it if it lies below 1.1.
    """
    found = ratios.loop_costs(results.runs("training", "learning_rates"), ("training",))
    frameworks = {name: _at_once(own) for name in COMPARED if len(own := found[found["framework"] == name])}
    if set(frameworks) < set(COMPARED):
        raise Missing("no comparisons")
    return Verdict(FORECAST, {"frameworks": frameworks})


def _at_once(found: pd.DataFrame) -> dict[str, Any]:
    """In how many problems a framework is faster at once, by how much, and in which modes."""
    columns = ["size", "precision", "device", "mode", "loop_mode", "ratio", "low", "high"]
    rows = [
        {key: (number(value) if key in ("ratio", "low", "high") else value) for key, value in row.items()}
        for row in found[columns].to_dict("records")
    ]
    won, lost = found["low"] > 1, ~(found["low"] > 1) & (found["high"] < EQUAL)
    return {
        "of": len(rows),
        "least": number(found["ratio"].min()),
        "most": number(found["ratio"].max()),
        "rows": rows,
        "for": int(won.sum()),
        "against": int(lost.sum()),
        "undecided": int((~won & ~lost).sum()),
    }


@claim("trend-explain")
def both_explain_alike(results: Results) -> Verdict:
    """Whether tools are needed is opinion. Beside it stands whether one can be made of each framework's own gradient
    and gives the same explanation in both: in how many modes the integrated gradients of the trained classifier agree
    with the reference and across frameworks within the tolerance of the gate (float64); the ratio of times, the
    difference of the timed runs, and how far the attributions are from adding up to the rise of the prediction
    (completeness, an error of the quadrature).
    """
    name = "integrated_gradients"
    rows = results.own("parity")
    rows = rows[(rows["workload"] == name) & (rows["precision"].isna() | (rows["precision"] == "float64"))]
    rows = rows[(rows["task"] == "attribution") & (rows["status"] != "unsupported")]
    if set(rows["framework"]) < set(COMPARED):
        raise Missing("the parity gate was not run")
    pairs, cells = results.comparisons(workload=name), results.cells(workload=name)
    by_precision = {
        str(precision): number(group["parity_error"].max()) for precision, group in pairs.groupby("precision")
    }
    complete = {
        framework: found
        for framework in COMPARED
        if (found := _completeness(cells[cells["framework"] == framework])) is not None
    }
    return Verdict(
        OPINION,
        {
            **parity_summary(rows),
            "timed_runs_by_precision": by_precision,
            "ratios": told_ratios(pairs),
            "completeness": complete,
        },
    )


def _completeness(cells: pd.DataFrame) -> float | None:
    """The largest difference between a prediction and the sum of its attributions; None where none was recorded."""
    found = [outcomes.as_object(text).get("completeness_error") for text in cells["metrics"].dropna()]
    known = [float(value) for value in found if isinstance(value, int | float)]
    return max(known) if known else None
