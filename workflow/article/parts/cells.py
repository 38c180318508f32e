"""Cells as tables: time, work, memory and energy of every variant."""

from __future__ import annotations

from typing import Any

import pandas as pd

from article import numbers
from article.html import Html
from article.section import Article
from bench import vocabulary
from bench.results import intervals
from bench.results.intervals import is_positive, missing
from bench.results.selection import sound_cells
from bench.results.tables import Tables


def cell_table(article: Article, frame: pd.DataFrame, name: str, folded: bool = True) -> Html:
    """Cells as a table of times, work and memory."""
    return article.table(
        [cell_row(article, row) for row in frame.itertuples()],
        ("problem", "hardware", "variant", "step", "items", "flops", "share", "memory", "energy"),
        name,
        folded=folded,
    )


def cell_row(article: Article, row: Any) -> dict[str, Any]:
    """One cell as texts; what is missing is None."""
    step = intervals.interval(row)
    return {
        "problem": article.names.problem(row),
        "hardware": row.hardware if article.several else None,
        "variant": article.names.variant(row.framework, row.mode),
        "step": step_text(article, row) if step else None,
        "items": numbers.throughput(row.items_per_second, article.names.of("item", row.item_unit or "items"))
        if is_positive(row.items_per_second)
        else None,
        "flops": numbers.rate(row.flops_per_second, "flop/s") if is_positive(row.flops_per_second) else None,
        "share": numbers.percent(row.share_of_peak) if is_positive(row.share_of_peak) else None,
        "memory": None if (used := used_bytes(row)) is None else numbers.size(used),
        "energy": f"{numbers.digits(row.energy_joules)}{numbers.SPACE}J" if is_positive(row.energy_joules) else None,
    }


def step_text(article: Article, row: Any) -> Any:
    """The time of a step with its interval; a step of the task `target` is a whole training, and says so."""
    shown = numbers.seconds(intervals.interval(row) or 0.0)
    return article.phrase("target.time", seconds=shown) if row.task == vocabulary.TARGET else shown


def scaling_table(article: Article) -> Html:
    """Time per step by size and precision, where more than one was measured."""
    return cell_table(article, scaling(article.tables, article.machine), "scaling")


def used_bytes(row: Any) -> float | None:
    """Peak memory of a cell: on the device where it is known, else what the process took beyond its import."""
    return device_bytes(row) or host_bytes(row)


def device_bytes(row: Any) -> float | None:
    """Peak of the device's own memory; None where it has none or it is not known."""
    return None if missing(row.peak_device_bytes) or row.peak_device_bytes <= 0 else float(row.peak_device_bytes)


def host_bytes(row: Any) -> float | None:
    """What the process took in the host's memory beyond its import; None where it is not known."""
    if missing(row.peak_host_bytes):
        return None
    return max(0.0, row.peak_host_bytes - (0.0 if missing(row.baseline_host_bytes) else row.baseline_host_bytes))


def scaling(tables: Tables, own: str) -> pd.DataFrame:
    """Sound cells of problems that were measured at more than one named size or in more than one precision."""
    frame = sound_cells(tables, own)
    group = ["hardware", "workload", "task", "device", "framework", "mode"]
    several = (frame.groupby(group)["size"].transform("nunique") > 1) | (
        frame.groupby(group)["precision"].transform("nunique") > 1
    )
    return frame[several]
