"""The claims of section 8, trends and challenges."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

from bench import judging
from bench.judging import FRAMEWORKS, UNMEASURED, Missing, Results, Verdict, claim, combine


@claim("trend-scale")
def both_keep_improving_for_large_data(results: Results) -> Verdict:
    """Whether the throughput (operations per second) of both grows with the size, within the measured range of what a
    workload can grow in (batch, width, elements, paths and so on); what will come is not measured. A scaling curve,
    with the fastest mode at every size, speaks for it if the throughput at the largest size is more than 1.1 times that
    at the smallest and has not fallen by as much from its highest, against it otherwise, where the intervals allow to
    tell. Supported from two thirds for it, refuted from two thirds against it, else mixed, per device and framework;
    where these disagree it is mixed.
    """
    curves = judging.scaling_curves(results.curve_cells())
    if not curves:
        raise Missing("no scaling curves")
    verdicts: list[str] = []
    devices: dict[str, Any] = {}
    for device in sorted({curve["device"] for curve in curves}):
        devices[device] = {}
        for framework in FRAMEWORKS:
            own = [curve for curve in curves if (curve["device"], curve["framework"]) == (device, framework)]
            try:
                verdict, evidence = judging.grows(own)
            except Missing as missing:
                verdict, evidence = UNMEASURED, missing.evidence
            verdicts.append(verdict)
            devices[device][framework] = evidence | {"verdict": verdict}
    if set(verdicts) == {UNMEASURED}:
        raise Missing(next(iter(devices.values()))["torch"]["reason"], devices=devices)
    return Verdict(combine(verdicts), {"devices": devices, "curves": [_short(curve) for curve in curves]})


def _short(entry: Mapping[str, Any]) -> dict[str, Any]:
    """The entry with its numbers cut to four digits, which is what a long list has room for."""
    return {key: float(f"{value:.4g}") if isinstance(value, float) else value for key, value in entry.items()}


@claim("trend-platforms")
def more_platforms_will_be_supported(results: Results) -> Verdict:
    """A forecast, which metadata of today cannot decide; they are recorded."""
    found = {framework: {name: results.event("packages", framework, name).text
                         for name in ("version", "wheel", "backends", "devices")} for framework in FRAMEWORKS}
    raise Missing("a forecast cannot be decided", today=found)
