"""Many trainings at once against a loop over them."""

from __future__ import annotations

from typing import Any

import pandas as pd

from article import numbers
from article.html import Html, join
from article.parts.comparisons import compared
from article.section import Article
from bench.results import intervals, ratios, selection

RATES, ATTRIBUTION = "learning_rates", "integrated_gradients"


def gains(article: Article) -> pd.DataFrame:
    """Time of a loop over the learning rates over that of all at once, per problem and framework."""
    runs = selection.sound_runs(article.tables)
    return selection.own_first(ratios.loop_costs(runs[runs["workload"] == RATES], ("training",)), article.machine)


def rates(article: Article, found: pd.DataFrame) -> Html:
    """How much faster all learning rates at once are than a loop, per framework, and the frameworks compared."""
    rows = [
        {
            "problem": article.names.problem(row, ("workload", "size", "precision", "device")),
            "hardware": row.hardware if article.several else None,
            "framework": article.words[f"column.{row.framework}"],
            "at once": row.mode,
            "in a loop": row.loop_mode,
            "gain": gain(row),
        }
        for row in found.itertuples()
    ]
    table = article.table(rows, ("problem", "hardware", "framework", "at once", "in a loop", "gain"), "rates")
    return join(table, compared(article, RATES))


def gain(row: Any) -> str:
    """The time of the loop in units of that of all at once, with its interval where there is one."""
    bounded = not intervals.missing(row.low)
    return numbers.ratio(intervals.Interval(row.ratio, row.low, row.high) if bounded else intervals.Interval(row.ratio))
