"""How the values of the runs scatter: figure, quartiles and rows."""

from __future__ import annotations

import pandas as pd

from article import numbers
from article.html import Html
from article.names import named_by
from article.rows import in_words, sort_variants
from article.section import Section, limited
from bench.results.selection import main_problems, side_by_side, sound_runs

QUARTILES = {"lowest": 0.0, "lower quartile": 0.25, "median": 0.5, "upper quartile": 0.75, "highest": 1.0}


MOST = 3
"""Problems whose values are drawn: each has thousands."""


def distribution_figure(section: Section) -> Html:
    """Every value, and its quartiles as a table."""
    from article.figures.values import distribution_plot

    data = values(section)
    spans = middle_halves(data)
    data = widest_first(data, spans)
    rows = []
    for (problem, label), group in limited(data, MOST)[0].groupby(["panel", "label"], sort=False):
        rows.append(
            {
                "problem": problem,
                "variant": label,
                "runs": str(group["run"].nunique()),
                "values": numbers.count(len(group)),
            }
            | {name: numbers.seconds(group["seconds"].quantile(share)) for name, share in QUARTILES.items()}
        )
    table = section.table(rows, ("problem", "variant", "runs", "values", *QUARTILES), "distribution", folded=True)
    finding = None
    if len(spans):
        least, most = numbers.percent(spans.min()), numbers.percent(spans.max())
        finding = section.phrase("shows.distribution", least=least, most=most)
    return section.figure(
        distribution_plot,
        data,
        "distribution",
        rows=in_words(section, rows, "median"),
        most=MOST,
        finding=finding,
        after=table,
    )


def middle_halves(data: pd.DataFrame) -> pd.Series:
    """How wide the middle half of the values of each variant is, as a share of its median."""
    lanes = data.astype({"seconds": float}).groupby(["panel", "label"], sort=False)["seconds"]
    return (lanes.quantile(0.75) - lanes.quantile(0.25)) / lanes.median()


def widest_first(data: pd.DataFrame, spans: pd.Series) -> pd.DataFrame:
    """The rows, those of the problem first in which the middle half of a variant's values is widest."""
    widest = data["panel"].map(spans.groupby("panel").max())
    return data.assign(widest=widest).sort_values("widest", ascending=False, kind="stable").drop(columns="widest")


def values(section: Section) -> pd.DataFrame:
    """Rows of `figures.values.distribution_plot`: every value of every successful run of the main problems."""
    runs = side_by_side(main_problems(sound_runs(section.tables)), section.machine)
    title = section.names.titles(runs)
    rows = [
        {
            "panel": title(row),
            "label": section.names.variant(row.framework, row.mode),
            "workload": named_by(row),
            "framework": row.framework,
            "mode": row.mode,
            "run": row.run,
            "seconds": seconds,
        }
        for row in runs.itertuples()
        for seconds in row.values or ()
        if seconds > 0
    ]
    columns = ["panel", "label", "workload", "framework", "mode", "run", "seconds"]
    return sort_variants(pd.DataFrame(rows, columns=columns))
