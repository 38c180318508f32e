"""How the values of the runs scatter: rows, figure and quartiles."""

from __future__ import annotations

import pandas as pd

from article import numbers
from article.html import Html
from article.names import Names, panel, sort_variants, telling
from article.section import Article
from bench.results.selection import main_problems, side_by_side, sound_runs
from bench.results.tables import Tables


def distribution_figure(article: Article, family: str | None = None) -> Html:
    """Every value, and its quartiles as a table."""
    from article.figures.values import distribution_plot

    data = values(article.tables, article.machine, article.names, family)
    rows = []
    for (problem, label), group in data.groupby(["panel", "label"], sort=False):
        quarters = group["seconds"].quantile([0, 0.25, 0.5, 0.75, 1]).tolist()
        names = ("lowest", "lower quartile", "median", "upper quartile", "highest")
        rows.append(
            {
                "problem": problem,
                "variant": label,
                "runs": str(group["run"].nunique()),
                "values": numbers.count(len(group)),
                **{name: numbers.seconds(value) for name, value in zip(names, quarters, strict=True)},
            }
        )
    table = article.table(
        rows,
        ("problem", "variant", "runs", "values", "lowest", "lower quartile", "median", "upper quartile", "highest"),
        "distribution",
        folded=True,
    )
    texts = [f"{row['problem']}, {row['variant']}: {row['median']}" for row in rows]
    return article.figure(distribution_plot, data, "distribution", rows=texts, after=table)


def values(tables: Tables, own: str, names: Names, family: str | None = None) -> pd.DataFrame:
    """Rows of `figures.distribution_plot`: every value of every successful run of the main problems."""
    runs = side_by_side(main_problems(sound_runs(tables)), own)
    runs = runs[runs["family"] == family] if family else runs
    empty = pd.DataFrame(columns=["panel", "label", "framework", "mode", "run", "seconds"])
    if not len(runs):
        return empty
    several, columns = runs["hardware"].nunique() > 1, telling(runs)
    rows = [
        {
            "panel": panel(row, names, several, columns),
            "label": names.variant(row.framework, row.mode),
            "framework": row.framework,
            "mode": row.mode,
            "run": row.run,
            "seconds": seconds,
        }
        for row in runs.itertuples()
        for seconds in row.values or ()
        if seconds > 0
    ]
    return sort_variants(pd.DataFrame(rows)) if rows else empty
