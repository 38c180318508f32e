"""Numerical kernels against NumPy: the speed-up of both frameworks, and the share of the machine's copy bandwidth."""

from __future__ import annotations

from typing import Any

import pandas as pd

from article import numbers
from article.html import Html, join, paragraph
from article.names import TITLES, Names
from article.numbers import ratio_text
from article.section import Article, machine_name
from bench import vocabulary
from bench.results import intervals, ratios, selection
from bench.results.tables import Tables

NUMPY = "numpy"
LEAST_SHARE = 0.01
"""Share of the copy bandwidth below which a kernel is not bound by memory."""
MOST_ROWS = 12
"""Rows of a table that is not folded."""


def speedups(tables: Tables, own: str) -> pd.DataFrame:
    """`ratios.numpy_speedups` of the named sizes, every mode, sorted."""
    return selection.own_first(ratios.numpy_speedups(selection.sound_runs(tables)), own)


def main_speedups(found: pd.DataFrame) -> pd.DataFrame:
    """The best modes at the largest size in the first precision, on the first machine that has any."""
    best = selection.largest(found[found["best"].astype(bool)])
    return best[best["hardware"] == best["hardware"].iloc[0]] if len(best) else best


def speedup_rows(found: pd.DataFrame, names: Names) -> pd.DataFrame:
    """Rows of `dots.ratio_dots`."""
    columns = ["workload", *(column for column in ("task", "device") if found[column].nunique() > 1)]
    rows = [
        {
            "panel": row.hardware,
            "label": names.problem(row, columns),
            "framework": row.framework,
            "mode": row.mode,
            "ratio": row.ratio,
            "low": intervals.number(row.low),
            "high": intervals.number(row.high),
            "limit": None,
        }
        for row in found.itertuples()
    ]
    return pd.DataFrame(rows, columns=["panel", "label", "framework", "mode", "ratio", "low", "high", "limit"])


def speedup_section(article: Article) -> Html:
    """Who is faster than NumPy in how many kernels, the figure, the tables of all sizes and of the bandwidth; nothing
    where NumPy was not timed.
    """
    found = speedups(article.tables, article.machine)
    if not len(found):
        return Html()
    return join(
        speedup_sentence(article, main_speedups(found)), speedup_figure(article, found), bandwidth_table(article)
    )


def speedup_figure(article: Article, found: pd.DataFrame) -> Html:
    """Time of NumPy over that of the best mode of each framework, per kernel; the table holds every mode."""
    from article.figures.dots import ratio_dots

    main = main_speedups(found)
    data = speedup_rows(main, article.names)
    texts = [
        f"{row.label}, {article.names.variant(row.framework, row.mode)}: {ratio_text(row)}" for row in data.itertuples()
    ]
    precisions = " · ".join(article.names.of("precision", value) for value in dict.fromkeys(main["precision"]))
    return article.figure(
        ratio_dots,
        data,
        "speedup",
        rows=texts,
        after=speedup_table(article, found),
        machine=main["hardware"].iloc[0],
        precision=precisions,
    )


def speedup_sentence(article: Article, main: pd.DataFrame) -> Html:
    """Per framework in how many kernels it is faster than NumPy for certain, and from how much to how much."""
    sentences = []
    for framework, title in TITLES.items():
        own = main[main["framework"] == framework]
        if len(own):
            counts = ratios.judged(own, 1.0)
            sentences.append(
                article.phrase(
                    "speedup.faster",
                    framework=title,
                    faster=counts["above"],
                    slower=counts["below"],
                    of=counts["of"],
                    least=numbers.ratio(float(own["ratio"].min())),
                    most=numbers.ratio(float(own["ratio"].max())),
                )
            )
    machine = main["hardware"].iloc[0]
    return paragraph(article.phrase("cost.here", machine=machine) + article.space + article.space.join(sentences))


def speedup_table(article: Article, found: pd.DataFrame) -> Html:
    """Every size, precision and mode."""
    variants = [variant for variant in vocabulary.VARIANT_ORDER if variant[0] != NUMPY]
    rows = []
    for _, own in found.groupby(vocabulary.PROBLEM, sort=False):
        first = next(own.itertuples())
        rows.append(
            {"problem": article.names.problem(first), "hardware": machine_name(article, first)}
            | {f"used {row.framework} {row.mode}": ratio_text(row) for row in own.itertuples()}
        )
    columns = ("problem", "hardware", *(f"used {framework} {mode}" for framework, mode in variants))
    return article.table(rows, columns, "speedups", folded=True)


def bandwidth_table(article: Article) -> Html:
    """The least bytes that a kernel must move, over its time, as a share of the bandwidth of a large copy; those that
    compute so much that nobody reaches a hundredth of it are left out.
    """
    cells = selection.sound_cells(article.tables, article.machine)
    cells = cells[cells["family"].isin(vocabulary.NUMERICAL) & (cells["share_of_copy"] > 0)]
    cells = selection.largest(cells)
    rows: list[dict[str, Any]] = []
    for _, own in cells.groupby(vocabulary.PROBLEM, sort=False):
        if own["share_of_copy"].max() < LEAST_SHARE:
            continue
        first = next(own.itertuples())
        rows.append(
            {
                "problem": article.names.problem(first),
                "hardware": machine_name(article, first),
                "bytes_moved": numbers.size(float(first.bytes_moved)),
            }
            | {
                f"used {row.framework} {row.mode}": numbers.percent(float(row.share_of_copy))
                for row in own.itertuples()
            }
        )
    numpy_first = sorted(vocabulary.VARIANT_ORDER, key=lambda variant: variant[0] != NUMPY)
    columns = ("problem", "hardware", "bytes_moved", *(f"used {framework} {mode}" for framework, mode in numpy_first))
    return article.table(rows, columns, "bandwidth", empty="no bandwidth", folded=len(rows) > MOST_ROWS)


def briefly(article: Article) -> Html:
    """One sentence and the table of the best modes, for a section that has the figure elsewhere."""
    found = speedups(article.tables, article.machine)
    if not len(found):
        return article.sentence("speedup.none")
    rows = []
    main = main_speedups(found)
    for _, own in main.groupby(vocabulary.PROBLEM, sort=False):
        first = next(own.itertuples())
        rows.append(
            {"problem": article.names.problem(first)}
            | {f"over_{row.framework}": f"{ratio_text(row)} ({row.mode})" for row in own.itertuples()}
        )
    return join(
        speedup_sentence(article, main),
        article.table(rows, ("problem", "over_torch", "over_jax"), "speedup brief", machine=main["hardware"].iloc[0]),
    )


def numerics_table(article: Article) -> Html:
    """Per family and device of the first machine: how often who is faster, and the geometric mean of the ratio."""
    best = selection.best(article.tables, article.machine)
    best = best[best["family"].isin(vocabulary.NUMERICAL) & best["ratio"].notna()]
    best = best[best["hardware"] == (best["hardware"].iloc[0] if len(best) else "")]
    rows = []
    for (family, device), own in best.groupby(["family", "device"], sort=False):
        mean = selection.mean_ratio(own)
        counts = own["verdict"].value_counts()
        rows.append(
            {
                "family": article.names.of("family", family),
                "place": article.names.of("device", device),
                "compared": numbers.count(len(own)),
                "mean": numbers.ratio(mean) if mean else None,
            }
            | {
                column: numbers.count(int(counts.get(verdict, 0)))
                for column, verdict in (("jax_faster", "jax faster"), ("torch_faster", "torch faster"), ("ties", "tie"))
            }
        )
    columns = ("family", "place", "compared", "jax_faster", "torch_faster", "ties", "mean")
    return article.table(rows, columns, "numerics", empty="no numerics")
