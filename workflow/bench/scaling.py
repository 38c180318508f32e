"""Scaling curves of section 8: time, throughput, share of the peak and memory over batch, width or length."""

from __future__ import annotations

from typing import Any

import numpy as np
import pandas as pd

from bench import formats, views
from bench.article import Article, Html, join
from bench.formats import missing
from bench.parts import behind, cell_table
from bench.tables import Tables
from bench.vocabulary import SWEEP

AXES = ("batch", "width", "length")
CURVE = ["hardware", "workload", "task", "precision", "device", "axis"]
"""What names one scaling curve, all variants together."""
SATURATED = 0.95
"""Share of the highest rate from which on throughput counts as no longer growing."""


def sweeps(tables: Tables, own: str) -> pd.DataFrame:
    """The sound cells whose size is a point of a scaling curve, with the columns `axis` and `point`."""
    frame = views.cells(tables, own)
    frame = frame[(frame["status"] == "ok") & (frame["step_seconds"] > 0)]
    points = [SWEEP.fullmatch(size) for size in frame["size"]]
    frame = frame.assign(axis=[point[1] if point else None for point in points],
                         point=[float(point[2]) if point else np.nan for point in points])
    return frame[frame["axis"].notna()]


def quantities(curve: pd.DataFrame) -> pd.DataFrame:
    """Rows of `figures.scaling_plot` from the cells of one scaling curve."""
    rows = []
    for row in curve.itertuples():
        found = {"seconds": row.step_seconds, "items": row.items_per_second, "share": row.share_of_peak,
                 "bytes": views.used_bytes(row)}
        rows += [{"panel": panel, "framework": row.framework, "mode": row.mode, "point": row.point, "value": value}
                 for panel, value in found.items() if not missing(value) and value > 0]
    frame = pd.DataFrame(rows, columns=["panel", "framework", "mode", "point", "value"])
    order = frame["panel"].map(["seconds", "items", "share", "bytes"].index)
    return frame.iloc[np.argsort(order.to_numpy(), kind="stable")]


def slope(points: np.ndarray, seconds: np.ndarray) -> float | None:
    """Exponent b of seconds ∝ points^b, by least squares of the logarithms over the upper half of the points."""
    order = np.argsort(points)[len(points) // 2:]
    if len(order) < 2:
        return None
    return float(np.polyfit(np.log(points[order]), np.log(seconds[order]), 1)[0])


def saturation(points: np.ndarray, rates: np.ndarray) -> float | None:
    """The smallest point whose rate is at least `SATURATED` of the highest; None where only the last point is."""
    order = np.argsort(points)
    enough = np.flatnonzero(rates[order] >= SATURATED * rates.max())
    return float(points[order][enough[0]]) if enough[0] < len(points) - 1 else None


def curves(article: Article) -> Html:
    """Per axis the first curve drawn, the others folded, then the tables; nothing where no curve was measured."""
    found = sweeps(article.tables, article.machine)
    if not len(found):
        return Html()
    parts = []
    for axis in AXES:
        drawn = [curve_figure(article, own) for _, own in found[found["axis"] == axis].groupby(CURVE, sort=False)]
        parts += drawn[:1]
        if len(drawn) > 1:
            title = article.phrase("scaling.more", count=len(drawn) - 1, axis=article.words[f"scaling.{axis}"])
            parts.append(behind(title, join(*drawn[1:])))
    return join(*parts, slope_table(article, found), cell_table(article, found, "sweeps"))


def curve_figure(article: Article, curve: pd.DataFrame) -> Html:
    """The figure of one scaling curve."""
    from bench import figures  # seaborn is slow to import: a section without figures does without

    first = next(curve.itertuples())
    data = quantities(curve)
    times = data[data["panel"] == "seconds"]
    texts = [f"{article.names.variant(row.framework, row.mode)}, {row.point:g}: {formats.seconds(row.value)}"
             for row in times.itertuples()]
    place = article.names.problem(first, ("workload", "task", "precision", "device"))
    return article.figure(figures.scaling_plot, data, f"scaling {first.axis}", rows=texts,
                          problem=place + (f" — {first.hardware}" if article.several else ""))


def slope_table(article: Article, found: pd.DataFrame) -> Html:
    """Slope and saturation of every variant of every curve."""
    rows = []
    for key, own in found.groupby([*CURVE, "framework", "mode"], sort=False):
        if len(own) < 2:
            continue
        first = next(own.itertuples())
        points, seconds = own["point"].to_numpy(), own["step_seconds"].to_numpy(dtype=float)
        work = own["flops_per_second"] if own["flops_per_second"].gt(0).all() else own["items_per_second"]
        rows.append({"problem": article.names.problem(first, ("workload", "task", "precision", "device")),
                     "hardware": first.hardware if article.several else None,
                     "axis": article.words[f"scaling.{key[CURVE.index('axis')]}"],
                     "variant": article.names.variant(first.framework, first.mode),
                     "range": f"{points.min():,.0f} … {points.max():,.0f}",
                     "slope": slope_text(slope(points, seconds)),
                     "saturated": saturation_text(article, points, work)})
    columns = ("problem", "hardware", "axis", "variant", "range", "slope", "saturated")
    return article.table(rows, columns, "slopes", folded=len(rows) > 16)


def slope_text(value: float | None) -> str | None:
    """An exponent with two decimals."""
    return None if value is None else f"{value:.2f}"


def saturation_text(article: Article, points: np.ndarray, work: Any) -> str | None:
    """The point from which throughput no longer grows, or that it still grows."""
    if not work.gt(0).all():
        return None
    found = saturation(points, work.to_numpy(dtype=float))
    return article.words["scaling.growing"] if found is None else formats.count(found)
