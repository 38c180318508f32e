"""Scaling curves of section 8: time, throughput, share of the peak and memory over what a workload can grow in."""

from __future__ import annotations

from typing import Any

import numpy as np
import pandas as pd

from article import numbers
from article.html import Html, behind, join
from article.parts import cells
from article.parts.cells import cell_table
from article.section import Article
from bench.results import selection
from bench.results.curves import LINEAR, factor, saturation, slope
from bench.results.intervals import is_positive
from bench.results.tables import Tables
from bench.vocabulary import AXES, SWEEP

MOST_OPEN = 5
"""Axes whose first curve is drawn in the open; those of the others are folded."""
CURVE = ["hardware", "workload", "task", "precision", "device", "curve"]
"""What names one scaling curve, all variants together."""
QUANTITY = ["panel", "framework", "mode", "point", "value", "axis", "linear"]


def sweeps(tables: Tables, own: str) -> pd.DataFrame:
    """The sound cells whose size is a point of a scaling curve, with the columns `curve`, `axis` and `point`.

    A curve is called by what stands before the number ("d10-components"); its axis is the last part of that. The cases
    of a published table are no amounts: they stand at the items of a step.
    """
    frame = selection.cells(tables, own)
    frame = frame[(frame["status"] == "ok") & (frame["step_seconds"] > 0)]
    found = [SWEEP.fullmatch(size) for size in frame["size"]]
    frame = frame.assign(
        curve=[point[1] if point else None for point in found],
        axis=[point[1].rpartition("-")[2] if point else None for point in found],
        point=[float(point[2]) if point else np.nan for point in found],
    )
    items = (frame["items_per_second"] * frame["step_seconds"]).round()
    frame = frame.assign(point=frame["point"].where((frame["axis"] != "case") | ~(items > 0), items))
    return frame[frame["axis"].notna()]


def quantities(curve: pd.DataFrame, axis: str) -> pd.DataFrame:
    """Rows of `figures.scaling_plot` from the cells of one scaling curve; `axis`: what grows, in words."""
    rows = []
    for row in curve.sort_values("point", kind="stable").itertuples():
        found = {
            "seconds": row.step_seconds,
            "items": row.items_per_second,
            "share": row.share_of_peak,
            "bytes": cells.used_bytes(row),
        }
        rows += [
            {
                "panel": panel,
                "framework": row.framework,
                "mode": row.mode,
                "point": row.point,
                "value": value,
                "axis": axis,
                "linear": row.axis in LINEAR,
            }
            for panel, value in found.items()
            if is_positive(value)
        ]
    frame = pd.DataFrame(rows, columns=QUANTITY)
    order = frame["panel"].map(["seconds", "items", "share", "bytes"].index)
    return frame.iloc[np.argsort(order.to_numpy(), kind="stable")]


def curves(article: Article) -> Html:
    """Per axis the first curve drawn, the others folded, then the tables; nothing where no curve was measured."""
    found = sweeps(article.tables, article.machine)
    if not len(found):
        return Html()
    parts = []
    for place, axis in enumerate(axis for axis in AXES if (found["axis"] == axis).any()):
        drawn = [curve_figure(article, own) for _, own in found[found["axis"] == axis].groupby(CURVE, sort=False)]
        shown = 1 if place < MOST_OPEN else 0
        parts += drawn[:shown]
        if drawn[shown:]:
            title = article.phrase(
                "scaling.more" if shown else "scaling.folded",
                count=len(drawn) - shown,
                axis=article.words[f"scaling.{axis}"],
            )
            parts.append(behind(title, join(*drawn[shown:])))
    return join(*parts, slope_table(article, found), cell_table(article, found, "sweeps"))


def curve_figure(article: Article, curve: pd.DataFrame) -> Html:
    """The figure of one scaling curve."""
    from article.figures.scaling_curves import scaling_plot

    first = next(curve.itertuples())
    axis = article.words[f"scaling.{first.axis}"]
    data = quantities(curve, axis)
    times = data[data["panel"] == "seconds"]
    texts = [
        f"{article.names.variant(row.framework, row.mode)}, {row.point:g}: {numbers.seconds(row.value)}"
        for row in times.itertuples()
    ]
    place = curve_name(article, first) + (f" — {first.hardware}" if article.several else "")
    return article.figure(scaling_plot, data, "scaling", rows=texts, problem=place, axis=axis)


def curve_name(article: Article, row: Any) -> str:
    """The problem of a curve, with what tells it from others over the same axis."""
    return article.names.problem(row, ("workload", "task", "precision", "device")) + article.names.settings(
        row.curve.split("-")[:-1]
    )


def slope_table(article: Article, found: pd.DataFrame) -> Html:
    """Slope and saturation of every variant of every curve."""
    rows = []
    for _, own in found.groupby([*CURVE, "framework", "mode"], sort=False):
        if len(own) < 2:
            continue
        first = next(own.itertuples())
        points, seconds = own["point"].to_numpy(), own["step_seconds"].to_numpy(dtype=float)
        work = own["flops_per_second"] if own["flops_per_second"].gt(0).all() else own["items_per_second"]
        rows.append(
            {
                "problem": curve_name(article, first),
                "hardware": first.hardware if article.several else None,
                "axis": article.words[f"scaling.{first.axis}"],
                "variant": article.names.variant(first.framework, first.mode),
                "range": f"{points.min():,.0f} … {points.max():,.0f}",
                "slope": factor_text(factor(points, seconds))
                if first.axis in LINEAR
                else slope_text(slope(points, seconds)),
                "saturated": saturation_text(article, points, work),
            }
        )
    columns = ("problem", "hardware", "axis", "variant", "range", "slope", "saturated")
    return article.table(rows, columns, "slopes", folded=len(rows) > 16)


def slope_text(value: float | None) -> str | None:
    """An exponent with two decimals."""
    return None if value is None else f"{value:.2f}"


def factor_text(value: float | None) -> str | None:
    """A factor from one point to the next."""
    return None if value is None else f"×{numbers.SPACE}{value:.2f}"


def saturation_text(article: Article, points: np.ndarray, work: Any) -> str | None:
    """The point from which throughput no longer grows, or that it still grows."""
    if not work.gt(0).all():
        return None
    found = saturation(points, work.to_numpy(dtype=float))
    return article.words["scaling.growing"] if found is None else numbers.count(found)
