"""The measured peaks of the devices, and how near the workloads come to them."""

from __future__ import annotations

import pandas as pd

from article import numbers
from article.html import Html
from article.names import Names, panel
from article.section import Article
from bench.results.intervals import is_positive, number
from bench.results.selection import main_problems, sound_cells
from bench.results.tables import Tables


def peak_table(article: Article) -> Html:
    """The measured peaks of every device."""
    units = {"matmul_flops_per_second": "flop/s", "copy_bytes_per_second": "B/s"}
    rows = [
        {
            "place": article.names.of("device", row.device),
            "hardware": row.hardware if article.several else None,
            "quantity": article.words.get(f"quantity.{row.quantity}", row.quantity),
            "framework": row.framework,
            "precision": article.names.of("precision", row.precision or ""),
            "value": numbers.rate(row.value, units.get(row.quantity, "/s")),
        }
        for row in article.tables.frame("peaks").itertuples()
        if is_positive(row.value)
    ]
    return article.table(
        rows, ("place", "hardware", "quantity", "precision", "framework", "value"), "peaks", empty="no peaks"
    )


def peak_figure(article: Article) -> Html:
    """Rates of work against the measured peak."""
    from article.figures.peaks import peak_plot

    data = work_rates(article.tables, article.machine, article.names)
    rows = [
        {
            "problem": row.label,
            "place": row.panel,
            "variant": article.names.variant(row.framework, row.mode),
            "flops": numbers.rate(row.flops_per_second, "flop/s"),
            "share": numbers.percent(row.share) if is_positive(row.share) else None,
        }
        for row in data.itertuples()
    ]
    table = article.table(rows, ("problem", "place", "variant", "flops", "share"), "peak", folded=True)
    texts = [f"{row['problem']}, {row['variant']}: {row['flops']}" for row in rows]
    return article.figure(peak_plot, data, "peak", rows=texts, after=table)


def work_rates(tables: Tables, own: str, names: Names) -> pd.DataFrame:
    """Rows of `figures.peak_plot`: flop/s of the main problem of every workload in every precision, and the peak."""
    sound = sound_cells(tables, own)
    sound = main_problems(sound[sound["flops_per_second"] > 0], "precision")
    peaks = tables.frame("peaks")
    peaks = peaks[(peaks["quantity"] == "matmul_flops_per_second") & peaks["value"].notna()]
    highest = peaks.groupby(["hardware", "device", "precision"])["value"].max().to_dict()
    several = sound["hardware"].nunique() > 1
    rows = [
        {
            "panel": panel(row, names, several, ("device", "precision")),
            "label": names.problem(row, ("workload", "task", "size")),
            "framework": row.framework,
            "mode": row.mode,
            "flops_per_second": row.flops_per_second,
            "share": number(row.share_of_peak),
            "peak": highest.get((row.hardware, row.device, row.precision)),
        }
        for row in sound.itertuples()
    ]
    return pd.DataFrame(rows, columns=["panel", "label", "framework", "mode", "flops_per_second", "share", "peak"])
