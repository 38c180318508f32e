"""Scaling curves: time, throughput, share of the peak and memory over what a workload can grow in."""

from __future__ import annotations

from collections.abc import Sequence
from itertools import pairwise
from typing import Any

import numpy as np
import pandas as pd
from markupsafe import Markup

from article import numbers
from article.html import Html, behind, join, later
from article.names import named_by, on_machine
from article.parts.cells import times_of_all, used_bytes
from article.parts.comparisons import best_of, tally_of
from article.section import Section
from bench.results import selection
from bench.results.curves import LINEAR, crossing, factor, saturation, slope
from bench.results.intervals import is_positive
from bench.vocabulary import AXES, COMPARED, PROBLEM, SWEEP

MOST_OPEN = 5
"""Axes whose first curve is drawn in the open; those of the others are folded."""
MOST_ROWS = 16
"""Rows of a table of slopes that is not folded."""
CURVE = ["hardware", "workload", "task", "precision", "device", "curve"]
"""What names one scaling curve, all variants together."""
PANELS = ("seconds", "items", "share", "bytes")
"""The quantities of a curve, in the order of their panels."""


def curve_points(section: Section) -> pd.DataFrame:
    """The sound cells whose size is a point of a scaling curve of several, with the columns `curve`, `axis`, `point`.

    A curve is called by what stands before the number ("d10-components"); its axis is the last part of that. The cases
    of a published table are no amounts: they stand at the items of a step.
    """
    frame = selection.cells(section.tables, section.machine)
    frame = frame[(frame["status"] == "ok") & (frame["step_seconds"] > 0)]
    found = [SWEEP.fullmatch(size) for size in frame["size"]]
    frame = frame.assign(
        curve=[point[1] if point else None for point in found],
        axis=[point[1].rpartition("-")[2] if point else None for point in found],
        point=[float(point[2]) if point else np.nan for point in found],
    )
    items = (frame["items_per_second"] * frame["step_seconds"]).round()
    frame = frame.assign(point=frame["point"].where((frame["axis"] != "case") | ~(items > 0), items))
    frame = frame[frame["axis"].notna()]
    return frame[frame.groupby(CURVE, dropna=False)["point"].transform("nunique") > 1]


def curve_results(section: Section, found: pd.DataFrame) -> Html:
    """Per axis the first curve drawn, of the others the times, folded; then the tables; nothing where no curve was
    measured.
    """
    if not len(found):
        return Html()
    parts = []
    for place, axis in enumerate(axis for axis in AXES if (found["axis"] == axis).any()):
        curves = [own for _, own in found[found["axis"] == axis].groupby(CURVE, sort=False)]
        shown = 1 if place < MOST_OPEN else 0
        parts += [curve_figure(section, own) for own in curves[:shown]]
        if curves[shown:]:
            title = section.phrase(
                "scaling.more" if shown else "scaling.folded",
                count=len(curves) - shown,
                axis=section.words[f"scaling.{axis}"],
            )
            parts.append(behind(title, later(times_figure(section, curves[shown:]))))
    return join(*parts, slope_table(section, found), times_of_all(section))


def curve_figure(section: Section, curve: pd.DataFrame) -> Html:
    """The figure of one scaling curve."""
    from article.figures.scaling_curves import scaling_plot

    first = next(curve.itertuples())
    axis = section.words[f"scaling.{first.axis}"]
    data = quantities(curve, axis)
    texts = [
        section.names.point(
            numbers.seconds(row.value), section.names.variant(row.framework, row.mode), numbers.count(row.point)
        )
        for row in data[data["panel"] == "seconds"].itertuples()
    ]
    problem = on_machine(curve_name(section, first), section.hardware(first.hardware))
    return section.figure(
        scaling_plot,
        data,
        "scaling",
        crossings(data),
        rows=texts,
        finding=course(section, curve) or tally_of(section, curve, "points"),
        problem=problem,
        axis=axis,
    )


def times_figure(section: Section, curves: Sequence[pd.DataFrame]) -> Html:
    """The times per step of several curves over one axis in one figure, a panel each; of one curve its own figure."""
    from article.figures.scaling_curves import times_plot

    if len(curves) == 1:
        return curve_figure(section, curves[0])
    every = pd.concat(curves)
    named = ("workload", "task", *(part for part in ("precision", "device") if every[part].nunique() > 1))
    axis = section.words[f"scaling.{every['axis'].iloc[0]}"]
    times, rings, texts, ahead = [], [], [], dict.fromkeys(COMPARED, 0)
    for curve in curves:
        first = next(curve.itertuples())
        title = on_machine(curve_name(section, first, named), section.hardware(first.hardware))
        data = quantities(curve, axis)
        rings.append(crossings(data).assign(panel=title))
        times.append(data[data["panel"] == "seconds"].assign(panel=title))
        if len(ratios := ratios_along(section, curve)):
            ahead["jax" if ratios.iloc[-1] > 1 else "torch"] += 1
            texts.append(section.names.point(numbers.digits(ratios.iloc[-1]), title))
    return section.figure(
        times_plot,
        pd.concat(times),
        "curves of times",
        pd.concat(rings),
        rows=texts,
        most=len(curves),
        finding=section.phrase("shows.last points", total=len(curves), **ahead),
        axis=axis,
    )


def quantities(curve: pd.DataFrame, axis: str) -> pd.DataFrame:
    """Rows of `figures.scaling_curves.scaling_plot` from the cells of one curve; axis: what grows, in words.

    Throughput is shown as a share of the peak where that is known, else as items per second.
    """
    rows = []
    for row in curve.sort_values("point", kind="stable").itertuples():
        values = (row.step_seconds, row.items_per_second, row.share_of_peak, used_bytes(row))
        rows += [
            {
                "panel": panel,
                "workload": named_by(row),
                "framework": row.framework,
                "mode": row.mode,
                "point": row.point,
                "value": value,
                "axis": axis,
                "linear": row.axis in LINEAR,
            }
            for panel, value in zip(PANELS, values, strict=True)
            if is_positive(value)
        ]
    told_twice = "items" if any(row["panel"] == "share" for row in rows) else None
    rows = [row for panel in PANELS if panel != told_twice for row in rows if row["panel"] == panel]
    return pd.DataFrame(rows, columns=["panel", "workload", "framework", "mode", "point", "value", "axis", "linear"])


def course(section: Section, curve: pd.DataFrame) -> Markup | None:
    """From where to where the ratio of times goes, where no verdict can tell it: every point is a single trial; None of
    other curves, and where fewer than two points were compared.
    """
    ratios = ratios_along(section, curve)
    if len(ratios) < 2 or (curve["runs"] > 1).any():
        return None
    first, *_, last = ratios.index
    told = {"least": numbers.digits(ratios[first]), "most": numbers.digits(ratios[last])}
    return section.phrase("shows.ends", first=numbers.count(first), last=numbers.count(last), **told)


def ratios_along(section: Section, curve: pd.DataFrame) -> pd.Series:
    """PyTorch's time over JAX's, as they were compared, by the point of a curve."""
    points = curve[[*PROBLEM, "point"]].drop_duplicates()
    return best_of(section, curve).merge(points, on=PROBLEM).set_index("point")["ratio"].sort_index()


def fastest_times(data: pd.DataFrame) -> pd.DataFrame:
    """The times of both frameworks, each in its fastest mode with one step in a call, at the points of both. data: rows
    of `quantities`.
    """
    times = selection.one_step(data[data["panel"] == "seconds"])
    fastest = times.pivot_table(index="point", columns="framework", values="value", aggfunc="min")
    return fastest.reindex(columns=list(COMPARED)).dropna()


def crossings(data: pd.DataFrame) -> pd.DataFrame:
    """Where the times of the frameworks, each in its fastest mode, cross along a curve: `point` and `seconds`, on the
    straight lines that are drawn between what was measured. data: rows as `quantities` makes them.
    """
    fastest = fastest_times(data)
    linear = bool(data["linear"].any())
    scale = np.asarray if linear else np.log
    found = []
    for (before, torch), (after, torch_after) in pairwise(fastest["torch"].items()):
        ratios = (before, torch / fastest["jax"][before]), (after, torch_after / fastest["jax"][after])
        if (point := crossing(*ratios, linear)) is not None:
            height = np.interp(scale(point), scale([before, after]), np.log([torch, torch_after]))
            found.append({"point": point, "seconds": float(np.exp(height))})
    return pd.DataFrame(found, columns=["point", "seconds"])


def slope_table(section: Section, found: pd.DataFrame) -> Html:
    """Slope and saturation of every variant of every curve."""
    variants = [own for _, own in found.groupby([*CURVE, "framework", "mode"], sort=False)]
    rows = [slope_row(section, own) for own in variants if len(own) > 1]
    columns = ("problem", "axis", "variant", "hardware", "range", "slope", "saturated")
    return section.table(rows, columns, "slopes", folded=len(rows) > MOST_ROWS)


def slope_row(section: Section, curve: pd.DataFrame) -> dict[str, Any]:
    """The points of one variant as texts: how far they reach, how time grows, and from where on throughput does not."""
    first = next(curve.itertuples())
    points, seconds = curve["point"].to_numpy(), curve["step_seconds"].to_numpy(dtype=float)
    work = curve["flops_per_second"] if curve["flops_per_second"].gt(0).all() else curve["items_per_second"]
    linear = first.axis in LINEAR
    return {
        "problem": curve_name(section, first),
        "hardware": section.hardware(first.hardware),
        "axis": section.words[f"scaling.{first.axis}"],
        "variant": section.names.variant(first.framework, first.mode),
        "range": f"{points.min():,.0f} … {points.max():,.0f}",
        "slope": factor_text(factor(points, seconds)) if linear else slope_text(slope(points, seconds)),
        "saturated": saturation_text(section, points, work),
    }


def curve_name(section: Section, row: Any, named: Sequence[str] = ("workload", "task", "precision", "device")) -> str:
    """The problem of a curve, with what tells it from others over the same axis; named: what is told of the problem."""
    problem = section.names.problem(row, named)
    return problem + section.names.settings(row.curve.split("-")[:-1])


def slope_text(value: float | None) -> str | None:
    """An exponent with two decimals."""
    return None if value is None else f"{value:.2f}"


def factor_text(value: float | None) -> str | None:
    """A factor from one point to the next."""
    return None if value is None else f"×{numbers.SPACE}{value:.2f}"


def saturation_text(section: Section, points: np.ndarray, work: pd.Series) -> str | None:
    """The point from which throughput no longer grows, or that it still grows."""
    if not work.gt(0).all():
        return None
    found = saturation(points, work.to_numpy(dtype=float))
    return section.words["scaling.growing"] if found is None else numbers.count(found)
